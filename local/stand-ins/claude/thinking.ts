/** Offline Claude: thinking blocks and the prefix they are bound to. */
import { randomUUID } from 'node:crypto';
import { invalid } from './errors.ts';
import { chain, segmentsOf } from './prefix.ts';
import type { CountRequest } from './shape.ts';

interface Binding {
  id: string;
  /** The thinking block that stood before this one when it was made; empty when there was none. */
  previous: string;
  prefix: string;
}

/** A signature for a block that is made in answer to `request`. */
export function sign(request: CountRequest): string {
  const seen = walk(request);
  const binding: Binding = { id: randomUUID(), previous: seen.last, prefix: seen.prefix };
  return Buffer.from(JSON.stringify([binding.id, binding.previous, binding.prefix])).toString('base64');
}

/** Throws the API's 400 when a replayed block no longer stands behind what it was made for. */
export function checkThinking(request: CountRequest, bindsThinking: boolean): void {
  walk(request, (found, prefix, last, position) => {
    if (!found) throw invalid(`messages: Invalid \`signature\` in \`thinking\` block ${position}`);
    if (!bindsThinking) return;
    // Blocks may be left out from the start, from the end or altogether: what is kept is one unbroken run.
    const isBroken = last !== '' && found.previous !== last;
    if (found.prefix !== prefix || isBroken) throw invalid('The block is bound to a different conversation');
  });
}

type Visit = (found: Binding | undefined, prefix: string, last: string, position: number) => void;

function walk(request: CountRequest, visit: Visit = () => {}) {
  let prefix = '';
  let last = '';
  let position = 0;
  for (const { block, json } of segmentsOf(request)) {
    if (block?.type === 'thinking') {
      const found = read(block.signature);
      visit(found, prefix, last, position);
      last = found?.id ?? '';
      position += 1;
    } else if (block?.type !== 'redacted_thinking') prefix = chain(prefix, json);
  }
  return { prefix, last };
}

function read(signature: string): Binding | undefined {
  try {
    const parts: unknown = JSON.parse(Buffer.from(signature, 'base64').toString());
    if (!Array.isArray(parts)) return undefined;
    const [id, previous, prefix] = parts.map(String);
    return id && prefix !== undefined ? { id, previous: previous ?? '', prefix } : undefined;
  } catch {
    return undefined;
  }
}
