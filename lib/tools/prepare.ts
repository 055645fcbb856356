/** Tools: a call as Claude wrote it → what can be run, or what Claude has to mend. Pure. */
import type { ToolUseBlock } from '@anthropic-ai/sdk/resources/messages/messages';
import type { ReadyCall, Tool } from './tool.ts';

/** More calls than this in one step are no plan but a loop. */
const MAX_CALLS = 8;

/** A call of a step, and what can be done with it. */
export type Call = { id: string; name: string } & (({ tool: Tool } & ReadyCall) | { mend: string });

/** The calls of one step. */
export function prepareAll(blocks: readonly ToolUseBlock[], tools: readonly Tool[]): Call[] {
  return blocks.map((block, i) => prepare(block, tools, i));
}

function prepare({ id, name, input }: ToolUseBlock, tools: readonly Tool[], position: number): Call {
  const tool = tools.find((candidate) => candidate.name === name);
  const names = tools.map((candidate) => candidate.name).join(', ');
  if (!tool) return { id, name, mend: `There is no such tool. These are all: ${names || 'none'}.` };
  if (position >= MAX_CALLS) {
    return { id, name, mend: `Not run: at most ${MAX_CALLS} calls in one step. Call again for what is missing.` };
  }
  const ready = tool.prepare(input);
  if ('mend' in ready) return { id, name, mend: `Not run, the input has to be mended. ${ready.mend}` };
  return { id, name, tool, ...ready };
}
