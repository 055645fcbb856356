/** Room of knowledge: what Claude cites → the sources of an answer, numbered in the order in which they are used. Pure. */
import { sizes } from '../bounds.ts';
import { clean } from '../text/clean.ts';
import type { Source } from '../types.ts';
import type { Chunk } from './chunk.ts';
import { nameOf, placeOf } from './passage.ts';

/** The chunk of ours that a citation of the API names; nothing for a user's file, or for a name that is not ours. */
export type FindChunk = (citation: unknown) => Chunk | undefined;

/** Looks names up among these chunks. */
export function finderOf(chunks: readonly Chunk[]): FindChunk {
  const byName = new Map(chunks.map((chunk) => [nameOf(chunk), chunk]));
  return (citation) => {
    const { type, source } = (citation ?? {}) as { type?: unknown; source?: unknown };
    return type === 'search_result_location' && typeof source === 'string' ? byName.get(source) : undefined;
  };
}

/** The same for a bot without documents. */
export const findNothing: FindChunk = () => undefined;

/**
 * The sources with those that `citations`, of a text that ends at `at`, add to them: a section counts once, and only so many have a
 * number. Title and address are our file's, never the model's.
 */
export function withCited(
  sources: readonly Source[],
  { citations, at, find }: { citations: readonly unknown[]; at: number; find: FindChunk },
): Source[] {
  const all = [...sources];
  for (const citation of citations) {
    const chunk = find(citation);
    if (!chunk) continue;
    const { url } = chunk;
    const title = placeOf(chunk);
    const isKnown = all.some((source) => source.title === title && source.url === url);
    if (isKnown || all.length === sizes.sources) continue;
    const quote = quoteOf((citation as { cited_text?: unknown }).cited_text, chunk);
    const isLinkable = url !== undefined && Buffer.byteLength(url) <= sizes.linkBytes;
    all.push({ n: all.length + 1, title, ...(isLinkable ? { url } : {}), quote, at });
  }
  return all;
}

/** The words as a reader knows them, on one line. */
function quoteOf(cited: unknown, { text }: Chunk): string {
  const words = withoutMarkup(clean(typeof cited === 'string' && cited.trim() !== '' ? cited : text))
    .replace(/\s+/g, ' ')
    .trim();
  return words.length > sizes.quoteChars ? `${words.slice(0, sizes.quoteChars - 1).toWellFormed()}…` : words;
}

/** Links as their words, no marks of code and of bold text. */
function withoutMarkup(markdown: string): string {
  return markdown.replace(/!?\[([^[\]]{0,500})\]\([^()\s]{0,2000}\)/g, '$1').replace(/`+|\*\*/g, '');
}
