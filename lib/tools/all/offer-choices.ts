/** Tool: ends the answer with a question and buttons. */
import * as z from 'zod/mini';
import { clean } from '../../text/clean.ts';
import { defineTool, ToolError } from '../tool.ts';

/** As long as a button may be to be read at a glance. */
const MAX_LABEL_CHARS = 60;

const option = z.string().check(z.minLength(1), z.maxLength(MAX_LABEL_CHARS));

export default defineTool({
  name: 'offer_choices',
  description: [
    'Ends your answer with a question and two to four buttons, each a short answer that the user can click instead of typing. Use it',
    'when the next step depends on one of a few answers. Write what else you have to say before you call it, without repeating the',
    'question, and call nothing else with it. The user may type any other answer.',
  ].join(' '),
  input: z.strictObject({
    question: z.string().check(z.minLength(1), z.maxLength(500), z.describe('The question, in the user’s language.')),
    options: z
      .array(option)
      .check(z.minLength(2), z.maxLength(4), z.describe('The answers, in the user’s language, all different.')),
  }),
  ends: ({ question, options }) => ({ text: clean(question).trim(), choices: [...new Set(options.map(toLabel))] }),
  run: () => {
    throw new ToolError('Nothing was shown. Call it alone, after the results of the other calls.');
  },
});

function toLabel(text: string): string {
  return clean(text).replace(/\s+/g, ' ').trim();
}
