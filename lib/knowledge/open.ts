/** Room of knowledge: a bot's documents, loaded once for each container and not before somebody asks. */
import type { SearchResultBlockParam } from '@anthropic-ai/sdk/resources/messages/messages';
import { Later } from '../errors.ts';
import { type Documents, type IndexedKnowledge, KNOWLEDGE_VERSION, type Knowledge } from './chunk.ts';
import { passageOf } from './passage.ts';
import { type FindChunk, finderOf } from './sources.ts';

export interface OpenedKnowledge {
  /** What stands at the very beginning of every prompt: the same bytes for everybody. */
  leading: readonly SearchResultBlockParam[];
  find: FindChunk;
  /** Passages for several wordings of one question, best first. */
  search(queries: readonly string[]): SearchResultBlockParam[];
}

/** As many passages as Claude reads of one search: a page or two. */
const PASSAGES = 8;

/** Throws `Later` where they cannot be read, and then reads them again for the next who asks. */
export function openKnowledge({ mode, load }: Documents): () => Promise<OpenedKnowledge> {
  return once(async () => {
    const knowledge = await load();
    const { version, chunks } = knowledge;
    if (version !== KNOWLEDGE_VERSION) throw new RangeError('these documents were built for another version');
    const leading = mode === 'inline' ? chunks.map((chunk) => passageOf(chunk)) : [];
    return { leading, find: finderOf(chunks), search: await searchIn(knowledge) };
  });
}

/** The index is read only where there is one. */
async function searchIn(knowledge: Knowledge | IndexedKnowledge): Promise<OpenedKnowledge['search']> {
  if (!('index' in knowledge)) return () => [];
  const { openSearch } = await import('./search.ts');
  const search = openSearch(knowledge);
  return (queries) => search(queries, PASSAGES).map(({ chunk, text }) => passageOf(chunk, text));
}

function once<T>(read: () => Promise<T>): () => Promise<T> {
  let reading: Promise<T> | undefined;
  return () => {
    reading ??= read().catch((error: unknown) => {
      reading = undefined;
      throw new Later('the documents cannot be read', { cause: error });
    });
    return reading;
  };
}
