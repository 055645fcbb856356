/** The build's reckoning of memory: what the functions that answer need for the index of the documents. Pure. */
import type { Knowledge } from '../../../lib/knowledge/chunk.ts';

/** Up to so many chunks, of all bots whose documents are searched: docs/knowledge.md has what they take. */
const STEPS = [
  { chunks: 8_000, memoryMb: 1_024 },
  { chunks: 20_000, memoryMb: 2_048 },
] as const;
/** Beyond what was measured. */
const MOST_MB = 3_008;

/** `known` is what each bot knows; only an index counts, as documents that stand in the prompt are few. */
export function indexedChunks(known: readonly Knowledge[]): number {
  return known.reduce((sum, knowledge) => sum + ('index' in knowledge ? knowledge.chunks.length : 0), 0);
}

/** In MB, never below what the function has anyway. */
export function memoryFor(chunks: number, memoryMb: number): number {
  const step = STEPS.find((one) => chunks <= one.chunks);
  return Math.max(memoryMb, step?.memoryMb ?? MOST_MB);
}
