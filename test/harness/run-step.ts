/** One step of tools, without a journal: the calls as Claude wrote them, and their results. */
import type { ToolUseBlock } from '@anthropic-ai/sdk/resources/messages/messages';
import { prepareAll } from '../../lib/tools/prepare.ts';
import { runTools } from '../../lib/tools/run.ts';
import type { Tool, ToolContext } from '../../lib/tools/tool.ts';

export function runStep(blocks: readonly ToolUseBlock[], tools: readonly Tool[], context: ToolContext) {
  return runTools(prepareAll(blocks, tools), context);
}
