/** Room of what all doors share: the one reading of a JSON body, before anything looks into it. Pure. */
import * as z from 'zod/mini';
import { sizes } from '../../bounds.ts';
import { Rejected } from '../../errors.ts';

/** Bytes that are no UTF-8 are no JSON. */
const utf8 = new TextDecoder('utf-8', { fatal: true });

/** The value in `body`; throws `Rejected` 400 for what is no JSON in UTF-8, or is nested or listed beyond the bounds. */
export function readJsonBody(body: Uint8Array): unknown {
  const beyond = beyondBounds(body);
  if (beyond) throw new Rejected(400, `the body ${beyond}`);
  try {
    return JSON.parse(utf8.decode(body));
  } catch (cause) {
    throw new Rejected(400, 'the body is not JSON in UTF-8', { cause });
  }
}

/** `value` in the shape of `schema`; throws `Rejected` 400 otherwise, and says nothing of what was sent. */
export function readShape<T extends z.core.$ZodType>(schema: T, value: unknown): z.output<T> {
  const parsed = z.safeParse(schema, value);
  if (!parsed.success) throw new Rejected(400, 'bad request');
  return parsed.data;
}

const [QUOTE, BACKSLASH, COMMA] = [0x22, 0x5c, 0x2c];
const [LIST, LIST_END, OBJECT, OBJECT_END] = [0x5b, 0x5d, 0x7b, 0x7d];

/** By depth: whether a list is open there, and its commas so far. Made once, as one body is read after the other. */
const isList = new Uint8Array(sizes.jsonDepth + 1);
const commas = new Uint32Array(sizes.jsonDepth + 1);

/** What is too much in a body. Counted in the bytes, so that nothing is built from one that is refused; what is no JSON is found out by its parser. */
export function beyondBounds(body: Uint8Array): string | undefined {
  let depth = 0;
  for (let i = 0; i < body.length; i++) {
    const byte = body[i];
    if (byte === QUOTE) i = endOfText(body, i);
    else if (byte === LIST || byte === OBJECT) {
      if (++depth > sizes.jsonDepth) return `is nested more than ${sizes.jsonDepth} times`;
      commas[depth] = 0;
      isList[depth] = byte === LIST ? 1 : 0;
    } else if (byte === LIST_END || byte === OBJECT_END) depth = Math.max(0, depth - 1);
    else if (byte === COMMA && isList[depth] === 1) {
      const found = (commas[depth] ?? 0) + 1;
      if (found >= sizes.listEntries)
        return `has a list of more than ${sizes.listEntries.toLocaleString('en')} entries`;
      commas[depth] = found;
    }
  }
  return undefined;
}

/** Where the text that begins at `from` ends. */
function endOfText(body: Uint8Array, from: number): number {
  let at = from + 1;
  while (at < body.length && body[at] !== QUOTE) at += body[at] === BACKSLASH ? 2 : 1;
  return at;
}
