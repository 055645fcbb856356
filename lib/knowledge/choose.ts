/** Room of knowledge: of all chunks that a question finds, the passages that are shown. Pure. */
import type { Chunk } from './chunk.ts';

/** Found passages: the chunk, and what stands around it in its section. */
export interface Hit {
  chunk: Chunk;
  /** Compares within one search only. */
  score: number;
  /** The chunk's text, with the parts of its section before and behind it where they are short. */
  text: string;
}

const MAX_OF_ONE_FILE = 3;
/** A passage with its neighbours. */
const MAX_PASSAGE_CHARS = 2_400;

/** The best of each section before the others of it; a chunk that is shown beside another one needs no place of its own. */
export function choose(best: readonly (readonly [number, number])[], chunks: readonly Chunk[], limit: number): Hit[] {
  const hits: Hit[] = [];
  const shown = new Set<number>();
  const ofFile = new Map<string, number>();
  for (const [id, score] of bestOfSectionsFirst(best, chunks)) {
    const chunk = chunks[id];
    if (!chunk || shown.has(id)) continue;
    const count = ofFile.get(chunk.file) ?? 0;
    if (count >= MAX_OF_ONE_FILE) continue;
    ofFile.set(chunk.file, count + 1);
    const around = neighboursOf(id, chunks).filter((neighbour) => neighbour === id || !shown.has(neighbour));
    for (const neighbour of around) shown.add(neighbour);
    hits.push({ chunk, score, text: around.map((neighbour) => chunks[neighbour]?.text ?? '').join('\n\n') });
    if (hits.length === limit) break;
  }
  return hits;
}

function bestOfSectionsFirst<T extends readonly [number, number]>(best: readonly T[], chunks: readonly Chunk[]): T[] {
  const seen = new Set<string | undefined>();
  const { firsts = [], others = [] } = Object.groupBy(best, ([id]) => {
    const section = chunks[id]?.section;
    const isFirst = !seen.has(section);
    seen.add(section);
    return isFirst ? 'firsts' : 'others';
  });
  return [...firsts, ...others];
}

/** The chunk and the parts of its section next to it, as far as they fit. */
function neighboursOf(id: number, chunks: readonly Chunk[]): number[] {
  const own = chunks[id];
  const around = [id];
  let chars = own?.text.length ?? 0;
  for (const next of [id + 1, id - 1]) {
    const chunk = chunks[next];
    if (!own || chunk?.section !== own.section || chars + chunk.text.length > MAX_PASSAGE_CHARS) continue;
    chars += chunk.text.length;
    around.push(next);
  }
  return around.sort((a, b) => a - b);
}
