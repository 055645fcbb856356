/** Room of knowledge: a bot that answers from its documents and from nothing else. Pure. */
import * as z from 'zod/mini';
import { clean } from '../text/clean.ts';
import { defineTool, ToolError } from '../tools/tool.ts';

/** How Claude ends a turn in which it cites nothing: anything else that it says without a source is not shown. */
export const withoutDocuments = defineTool({
  name: 'without_documents',
  description: [
    'Ends your answer where the documents say nothing about what was asked, or where nothing was asked. Call it alone and write nothing',
    'before it: what you write without citing a document is not shown. Never put facts into it that no document says.',
  ].join(' '),
  input: z.strictObject({
    kind: z
      .enum(['small_talk', 'not_found'])
      .check(
        z.describe(
          'small_talk: a greeting, thanks, a goodbye, or a word on what you did. not_found: a question that the documents do not answer.',
        ),
      ),
    text: z
      .string()
      .check(
        z.minLength(1),
        z.maxLength(300),
        z.describe('What the user reads, in the user’s language: one or two sentences.'),
      ),
  }),
  ends: ({ kind, text }) => ({
    text: clean(text).trim(),
    choices: [],
    ...(kind === 'not_found' ? { isMiss: true } : {}),
  }),
  run: () => {
    throw new ToolError('Nothing was shown. Call it alone.');
  },
});
