/** Tools: runs what Claude asked for in one step, and always has an answer for each call. What acts comes last, one after another. */
import type { ToolResultBlockParam } from '@anthropic-ai/sdk/resources/messages/messages';
import { Later } from '../errors.ts';
import { errorName, type Log } from '../log.ts';
import { act } from './act.ts';
import { inTime, isLate } from './in-time.ts';
import type { Journal, Told } from './journal.ts';
import type { Call } from './prepare.ts';
import { OutcomeUnknown, type ToolContext, ToolError, type ToolRun } from './tool.ts';
import { toContent, wrapError, wrapResult } from './wrap.ts';

/** Which step of the turn it is, for calls that act. */
export interface Place {
  number: number;
  journal: Journal;
  /** The results of an earlier attempt's calls that do not act. */
  kept?: readonly ToolResultBlockParam[];
  /** Awaited once the other calls have their results: `acts` when there are calls that act, none of which was begun. */
  onPlain(results: readonly ToolResultBlockParam[], acts: boolean): Promise<void>;
}

/**
 * The results in the order of the blocks: what goes wrong with a tool is told to Claude, without its inner reasons. Throws only where
 * the journal cannot be kept, and then nothing has acted that is not noted there, and `Later` where table or outbox do not answer a tool.
 */
export async function runTools(
  calls: readonly Call[],
  context: ToolContext,
  { log = () => {}, onRan, place }: { log?: Log; onRan?: ((run: ToolRun) => void) | undefined; place?: Place } = {},
): Promise<ToolResultBlockParam[]> {
  const kept = new Map(place?.kept?.map((result) => [result.tool_use_id, result]));
  const acts = (call: Call) => (place?.kept ? !kept.has(call.id) : 'tool' in call && call.tool.effect === 'once');
  const plain = await Promise.all(
    calls
      .filter((call) => !acts(call))
      .map(async (call) => kept.get(call.id) ?? (await run(call, context, { log, onRan }))),
  );
  await place?.onPlain(plain, calls.some(acts));
  const results = new Map(plain.map((result) => [result.tool_use_id, result]));
  for (const [i, call] of calls.entries()) {
    if (!acts(call)) continue;
    const told = place ? await act(call, { position: i, ...place, context, log, onRan }) : NOWHERE;
    results.set(call.id, toResult(call.id, told));
  }
  return calls.flatMap(({ id }) => results.get(id) ?? []);
}

const NOWHERE: Told = { is_error: true, content: 'Not run: nothing that acts can be done here.' };

async function run(
  call: Call,
  context: ToolContext,
  { log, onRan }: { log: Log; onRan: ((run: ToolRun) => void) | undefined },
): Promise<ToolResultBlockParam> {
  if ('mend' in call) {
    log('tool-refused', { tool: call.name });
    return toResult(call.id, { is_error: true, content: wrapError(call.mend) });
  }
  const startedAt = context.now();
  const { name, timeoutMs } = call.tool;
  const ran = (error?: string) => {
    const endedAt = context.now();
    log('tool-ran', { tool: name, ms: endedAt - startedAt, error });
    onRan?.({ id: call.id, name, startedAt, endedAt, ...(error === undefined ? {} : { error }) });
  };
  try {
    // Nothing that only acting tools have is there for it.
    const result = await inTime({ ...context, key: '' }, timeoutMs, call.run);
    const content = toContent(name, result);
    ran();
    return toResult(call.id, { content });
  } catch (error) {
    ran(isLate(error) ? 'timeout' : errorName(error));
    // Ours, such as the table: the turn is tried again, and what was asked for is not told as impossible.
    if (error instanceof Later) throw error;
    return toResult(call.id, { is_error: true, content: reasonOf(name, error) });
  }
}

function reasonOf(name: string, error: unknown): string {
  if (error instanceof ToolError) return wrapError(error.message);
  if (error instanceof OutcomeUnknown) return `It failed.\n${wrapResult(name, error.said)}`;
  return isLate(error) ? 'It took too long and was given up.' : 'It failed. Do without it, or try once more.';
}

function toResult(id: string, told: Told): ToolResultBlockParam {
  return { type: 'tool_result', tool_use_id: id, ...told };
}
