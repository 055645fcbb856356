/** Tools: runs what Claude asked for in one step, all of it together, and always has an answer for each call. */
import type { ToolResultBlockParam, ToolUseBlock } from '@anthropic-ai/sdk/resources/messages/messages';
import { errorName, type Log } from '../log.ts';
import { type Tool, type ToolContext, ToolError } from './tool.ts';
import { wrapError, wrapResult } from './wrap.ts';

/** More calls than this in one step are no plan but a loop. */
const MAX_CALLS = 8;

/** The results in the order of the blocks. Never throws: what goes wrong is told to Claude, without its inner reasons. */
export async function runTools(
  blocks: readonly ToolUseBlock[],
  tools: readonly Tool[],
  context: ToolContext,
  log: Log = () => {},
): Promise<ToolResultBlockParam[]> {
  const prepared = blocks.map((block, i) => prepare(block, tools, i));
  return Promise.all(
    prepared.map(async (call) => {
      if ('mend' in call) {
        log('tool-refused', { tool: call.tool });
        return failed(call.id, call.mend);
      }
      const startedAt = context.now();
      const { result, error } = await run(call, context);
      log('tool-ran', { tool: call.tool.name, ms: context.now() - startedAt, error });
      return result;
    }),
  );
}

type Call = { id: string } & (
  | { tool: Tool; run: (context: ToolContext) => unknown }
  | { tool: string | undefined; mend: string }
);

function prepare({ id, name, input }: ToolUseBlock, tools: readonly Tool[], position: number): Call {
  const tool = tools.find((candidate) => candidate.name === name);
  const names = tools.map((candidate) => candidate.name).join(', ');
  if (!tool) return { id, tool: undefined, mend: `There is no such tool. These are all: ${names || 'none'}.` };
  if (position >= MAX_CALLS) {
    return { id, tool: name, mend: `Not run: at most ${MAX_CALLS} calls in one step. Call again for what is missing.` };
  }
  const ready = tool.prepare(input);
  if ('mend' in ready) return { id, tool: name, mend: `Not run, the input has to be mended. ${ready.mend}` };
  return { id, tool, run: ready.run };
}

interface Outcome {
  result: ToolResultBlockParam;
  error?: string;
}

async function run(call: Extract<Call, { run: unknown }>, context: ToolContext): Promise<Outcome> {
  const { name, timeoutMs } = call.tool;
  const signal = AbortSignal.any([context.signal, AbortSignal.timeout(timeoutMs)]);
  try {
    const result = await Promise.race([ended(signal), call.run({ ...context, signal })]);
    return { result: { type: 'tool_result', tool_use_id: call.id, content: wrapResult(name, result) } };
  } catch (error) {
    if (error instanceof ToolError) return { result: failed(call.id, error.message), error: error.name };
    const isLate = signal.aborted;
    const said = isLate ? 'It took too long and was given up.' : 'It failed. Do without it, or try once more.';
    return { result: failed(call.id, said), error: isLate ? 'timeout' : errorName(error) };
  }
}

/** Also a tool that does not listen to its signal ends in time. */
function ended(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    else signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

function failed(id: string, message: string): ToolResultBlockParam {
  return { type: 'tool_result', tool_use_id: id, is_error: true, content: wrapError(message) };
}
