/** Room of attachments: a PDF as the texts that its objects stand in, open and packed. Pure. */
import { inflateSync } from 'node:zlib';

export interface PdfPart {
  body: string;
  /** The number of the object whose dictionary begins there. */
  idAt(start: number): string;
}

/** Streams that hold packed objects: newer files keep their page tree there. */
const PACKED = new RegExp(`/${coded('Type')}\\s*/${coded('ObjStm')}\\b`, 'gi');

/** What is unpacked of one stream and of a file at most: more is a bomb. */
const MAX_STREAM_BYTES = 4_000_000;
const MAX_UNPACKED_BYTES = 16_000_000;

/** `undefined` where something in it cannot be read. */
export function partsOf(bytes: Buffer): PdfPart[] | undefined {
  const raw = bytes.toString('latin1');
  const open = plain(raw);
  const parts: PdfPart[] = [{ body: open, idAt: (start) => numberBefore(open, start) }];
  let left = MAX_UNPACKED_BYTES;
  // In the bytes as they are: a code anywhere before them, in the name of a font or by accident in a picture, makes `open` shorter.
  for (const { index } of raw.matchAll(PACKED)) {
    const keyword = raw.indexOf('stream', index);
    const start = keyword + 'stream'.length + (raw[keyword + 'stream'.length] === '\r' ? 2 : 1);
    const end = raw.indexOf('endstream', start);
    const head = plain(dictText(raw, index));
    const body = end === -1 ? undefined : unpack(bytes.subarray(start, end), head);
    left -= body?.length ?? 0;
    if (body === undefined || left < 0) return undefined;
    const first = Number(/\/First\s+(\d+)/.exec(head)?.[1] ?? 0);
    parts.push(packedPart(plain(body), first, `in ${index}`));
  }
  return parts;
}

/** A password is asked for by the trailer, which newer files write as a stream; the word elsewhere is only a word. */
export function isLocked(bytes: Buffer): boolean {
  const text = plain(bytes.toString('latin1'));
  const trailers = [...text.matchAll(/\btrailer\s*<</g)].map((match) => match.index + match[0].length);
  const streams = [...text.matchAll(/\/Type\s*\/XRef\b/g)].map(({ index }) => index);
  return [...trailers, ...streams].some((at) => /\/Encrypt\b/.test(dictText(text, at)));
}

/** Characters of a dictionary on either side of a place: a node of a thousand pages has some 10,000. */
const MAX_DICT_CHARS = 30_000;

/** The innermost dictionary around a place; `undefined` where there is none, `endless` where it has no end within reason. */
export function dictAround(text: string, at: number): { start: number; text: string } | 'endless' | undefined {
  const from = Math.max(at - MAX_DICT_CHARS, 0);
  const near = text.slice(from, at + MAX_DICT_CHARS);
  const start = bracket(near, at - from, -1);
  const end = bracket(near, at - from, 1);
  if (start !== undefined && end !== undefined) return { start: from + start, text: near.slice(start, end + 2) };
  const isCut = (start === undefined && from > 0) || (end === undefined && at + MAX_DICT_CHARS < text.length);
  return isCut ? 'endless' : undefined;
}

function dictText(text: string, at: number): string {
  const dict = dictAround(text, at);
  return typeof dict === 'object' ? dict.text : '';
}

/** The `<<` or `>>` that belongs to the place, in the direction of `step`. */
function bracket(text: string, at: number, step: 1 | -1): number | undefined {
  const [own, other] = step === 1 ? ['>>', '<<'] : ['<<', '>>'];
  const next = (from: number, mark: string) =>
    step === 1 ? text.indexOf(mark, from) : from < 0 ? -1 : text.lastIndexOf(mark, from);
  let depth = 0;
  for (let from = at; ; ) {
    const mine = next(from, own);
    if (mine === -1) return undefined;
    const theirs = next(from, other);
    const isNested = theirs !== -1 && (step === 1 ? theirs < mine : theirs > mine);
    if (!isNested && depth === 0) return mine;
    depth += isNested ? 1 : -1;
    from = (isNested ? theirs : mine) + step * 2;
  }
}

/** A pattern for the characters of a name, each as it is or as its code. */
function coded(name: string): string {
  return [...name].map((char) => `(?:${char}|#${char.charCodeAt(0).toString(16)})`).join('');
}

/** A name may be written with codes: /P#61ge is /Page. */
function plain(text: string): string {
  return text.replace(/#([0-9a-f]{2})/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
}

function numberBefore(text: string, start: number): string {
  return (
    /(?<!\d)(\d{1,10})\s{1,9}\d{1,5}\s{1,9}obj\s{0,9}$/.exec(text.slice(Math.max(start - 40, 0), start))?.[1] ??
    `at ${start}`
  );
}

/** Pairs of number and place stand in front of the objects. */
function packedPart(body: string, first: number, name: string): PdfPart {
  const numbers = [...body.slice(0, first).matchAll(/\d+/g)].map(([digits]) => Number(digits));
  const idAt = (start: number) => {
    const pair = numbers.findLastIndex((place, i) => i % 2 === 1 && first + place <= start);
    return pair === -1 ? `${name} at ${start}` : String(numbers[pair - 1]);
  };
  return { body, idAt };
}

function unpack(packed: Buffer, head: string): string | undefined {
  if (!/\/Filter\b/.test(head)) return packed.toString('latin1');
  try {
    return inflateSync(packed, { maxOutputLength: MAX_STREAM_BYTES }).toString('latin1');
  } catch {
    return undefined; // damaged, packed otherwise, or a bomb
  }
}
