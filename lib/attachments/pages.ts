/** Room of attachments: how many pages a PDF says it has. Pure. */
import { inflateSync } from 'node:zlib';

/** A node of the page tree; the root's count is the number of pages (ISO 32000-1, 7.7.3.2). */
const NODE = /\/Type\s*\/Pages\b/g;

/** Characters around such a name in which its count stands; more would let a hostile file make this slow. */
const NEAR = 2_000;
const MAX_NODES = 1_000;

/** Streams that hold packed objects: newer files keep their page tree there. */
const PACKED = /\/Type\s*\/ObjStm\b/g;

/** What is unpacked at most, so that a bomb is no more than a PDF that does not say. */
const MAX_STREAMS = 50;
const MAX_UNPACKED_BYTES = 1_000_000;

/** `undefined` when it cannot be told. */
export function pagesOf(bytes: Buffer): number | undefined {
  const text = bytes.toString('latin1');
  const open = highestCount(text);
  if (open !== undefined) return open;
  const packed = [...text.matchAll(PACKED).take(MAX_STREAMS)].map(({ index }) => {
    const start = text.indexOf('\n', text.indexOf('stream', index)) + 1;
    return highestCount(unpack(bytes.subarray(start, Math.max(text.indexOf('endstream', start), start)))) ?? 0;
  });
  return Math.max(...packed, 0) || undefined;
}

function highestCount(text: string): number | undefined {
  let highest: number | undefined;
  for (const { index } of text.matchAll(NODE).take(MAX_NODES)) {
    const around = text.slice(Math.max(index - NEAR, 0), index + NEAR);
    for (const [, count] of around.matchAll(/\/Count\s+(\d+)/g)) highest = Math.max(highest ?? 0, Number(count));
  }
  return highest;
}

function unpack(packed: Buffer): string {
  try {
    return inflateSync(packed, { maxOutputLength: MAX_UNPACKED_BYTES }).toString('latin1');
  } catch {
    return ''; // damaged, packed otherwise, or a bomb
  }
}
