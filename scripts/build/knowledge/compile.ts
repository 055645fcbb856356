/** The build's reading of documents: what a bot knows, and how it will use it. */
import { type Chunk, tokensOf } from '../../../lib/knowledge/chunk.ts';
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
