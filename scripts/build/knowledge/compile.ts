/** The build's reading of documents: what a bot knows, and how it will use it. */
import {
  type Chunk,
  type Documents,
  KNOWLEDGE_VERSION,
  type Knowledge,
  tokensOf,
} from '../../../lib/knowledge/chunk.ts';
import { buildIndex } from '../../../lib/knowledge/search.ts';
import { type ReadFile, readFolder } from './read-folder.ts';

/** `none`: there is nothing to know. */
export type Mode = 'none' | 'inline' | 'search';

export interface Known {
  chunks: Chunk[];
  files: ReadFile[];
  /** Of all chunks, by estimate. */
  tokens: number;
  mode: Mode;
}

/** `inlineTokens` is the setting KNOWLEDGE_INLINE_TOKENS. */
export async function readKnowledge(
  { knowledgeFolder, knowledgeUrl }: { knowledgeFolder: string; knowledgeUrl?: string },
  inlineTokens: number,
): Promise<Known> {
  const { chunks, files } = await readFolder(knowledgeFolder, knowledgeUrl);
  const tokens = chunks.reduce((sum, chunk) => sum + tokensOf(chunk), 0);
  const mode = chunks.length === 0 ? 'none' : tokens <= inlineTokens ? 'inline' : 'search';
  return { chunks, files, tokens, mode };
}

/** What a bundle has of it: a few facts in its code, and all the rest in a file of its own. */
export interface Compiled {
  facts: Omit<Documents, 'load'>;
  knowledge: Knowledge;
}

/** Nothing for a bot that knows nothing. */
export async function compileKnowledge(
  ...[bot, inlineTokens]: Parameters<typeof readKnowledge>
): Promise<Compiled | undefined> {
  const { chunks, tokens, mode } = await readKnowledge(bot, inlineTokens);
  if (mode === 'none') return undefined;
  const titles = [...new Set(chunks.map(({ title }) => title))];
  const languages = [...new Set(chunks.map(({ language }) => language))];
  const knowledge = mode === 'search' ? buildIndex(chunks) : { version: KNOWLEDGE_VERSION, chunks };
  return { facts: { mode, tokens, titles, languages }, knowledge };
}
