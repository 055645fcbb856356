/** Room of knowledge: the tool by which Claude looks into documents that are too many for its prompt. */
import * as z from 'zod/mini';
import { defineTool, type Tool } from '../tools/tool.ts';
import { Passages } from '../tools/wrap.ts';
import type { Documents } from './chunk.ts';
import type { OpenedKnowledge } from './open.ts';

export const SEARCH_KNOWLEDGE = 'search_knowledge';

/** Of what the description lists (characters): enough to tell what is in there, however many documents there are. */
const MAX_TITLES_CHARS = 2_000;

/**
 * Titles and languages stand in its description, and no words of the documents: those may change without the beginning of the prompt
 * changing, which is what the prompt cache compares.
 */
export function searchTool(
  { titles, languages }: Pick<Documents, 'titles' | 'languages'>,
  open: () => Promise<OpenedKnowledge>,
): Tool {
  return defineTool({
    name: SEARCH_KNOWLEDGE,
    description: [
      'Searches the documents of the company that you speak for, by words. Search before you answer whatever they may say something',
      'about, and cite what you use. Give one to three queries for the same thing: different wordings, with the nouns that the documents',
      'would use and their synonyms, whole words, in each language of the documents. You may search again with other words.',
      `Languages: ${languages.join(', ')}. Documents: ${listed(titles)}`,
    ].join(' '),
    input: z.strictObject({
      queries: z
        .array(z.string().check(z.minLength(1), z.maxLength(300)))
        .check(z.minLength(1), z.maxLength(3), z.describe('Different wordings of what is looked for.')),
    }),
    run: async ({ queries }) => {
      const { search } = await open();
      const found = search(queries);
      return found.length > 0 ? new Passages(found) : 'Nothing was found. Other words may find it.';
    },
  });
}

function listed(titles: readonly string[]): string {
  const shown: string[] = [];
  let chars = 0;
  for (const title of titles) {
    chars += title.length + 2;
    if (chars > MAX_TITLES_CHARS) return `${shown.join('; ')}; and ${titles.length - shown.length} more.`;
    shown.push(title);
  }
  return `${shown.join('; ')}.`;
}
