/** Tools: a step that ends its turn, with a question or a choice, instead of being run. */
import { clean } from '../text/clean.ts';
import type { Call } from './prepare.ts';
import { type Ending, ToolError } from './tool.ts';
import { wrapError } from './wrap.ts';

/** What waits for a yes. */
export interface Asked {
  tool: string;
  version: string;
  /** JSON. */
  input: string;
}

/** Words and choices; or words and what is asked about. */
export type StepEnding = Ending | { text: string; asked: Asked };

/** What waits lies beside the question in one item of the table (bytes). */
const MAX_ASKED_BYTES = 8 * 1024;

/** More than a person reads before a yes. */
const MAX_QUESTION_CHARS = 2_000;

/**
 * How the step ends its turn: a call that asks first goes before anything else, and nothing of the step is run then. Else the calls to
 * run, those that cannot be asked about as what Claude has to mend.
 */
export function endingOf(calls: readonly Call[]): { ends: StepEnding } | { calls: readonly Call[] } {
  const settled = calls.map(questioned);
  const ends = settled.find((one) => 'ends' in one);
  if (ends) return ends;
  const [only, ...others] = calls;
  if (only && others.length === 0 && 'ends' in only && only.ends) return { ends: only.ends() };
  return { calls: settled.flatMap((one) => ('call' in one ? one.call : [])) };
}

function questioned(call: Call): { ends: StepEnding } | { call: Call } {
  if (!('tool' in call) || !call.question) return { call };
  const { id, name, tool, input, question } = call;
  const json = JSON.stringify(input);
  try {
    if (Buffer.byteLength(json) > MAX_ASKED_BYTES) throw new ToolError('Not run: its input is too long.');
    const text = clean(question()).trim();
    // What is not shown whole is not asked about.
    if (text.length > MAX_QUESTION_CHARS)
      throw new ToolError('Not run: its input is too long to be shown to the user.');
    if (text === '') throw new Error('a tool asks nothing');
    return { ends: { text, asked: { tool: name, version: tool.version, input: json } } };
  } catch (error) {
    const said = error instanceof ToolError ? error.message : 'It failed. Do without it.';
    return { call: { id, name, mend: wrapError(said) } };
  }
}
