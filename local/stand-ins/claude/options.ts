/** Offline Claude: thinking, effort and forced tools, which every model takes differently. */
import { type ApiError, invalid } from './errors.ts';
import type { ModelRules } from './models.ts';
import type { CountRequest } from './shape.ts';

/** Throws the API's 400 for a combination that the model refuses. */
export function checkOptions(request: CountRequest, rules: ModelRules): void {
  const { thinking, output_config: output, tool_choice: choice, model } = request;
  const effort = output?.effort ?? undefined;
  if (effort !== undefined && rules.effort === null) throw unsupported('output_config.effort', 'effort', model);
  if (thinking && !rules.thinking.includes(thinking.type)) {
    throw unsupported('thinking.type', `"thinking.type.${thinking.type}"`, model);
  }
  if (thinking?.type === 'disabled' && rules.thinks && (effort === 'xhigh' || effort === 'max')) {
    throw invalid(`thinking: "disabled" is not supported at effort "${effort}" on ${model}`);
  }
  const isForced = choice?.type === 'any' || choice?.type === 'tool';
  if (isForced && !rules.forcedTools) {
    throw invalid(`tool_choice: forcing tool use is not supported on ${model}`);
  }
  if (isForced && thinking?.type === 'enabled') {
    throw invalid('Thinking may not be enabled when tool_choice forces tool use.');
  }
}

/** Whether the answer begins with a thinking block. */
export function isThinking({ thinking, tool_choice: choice, messages }: CountRequest, rules: ModelRules): boolean {
  if (choice?.type === 'any' || choice?.type === 'tool') return false;
  if (thinking?.type === 'disabled') return false;
  if (thinking?.type === 'between_tools') return messages.at(-1)?.content[0]?.type === 'tool_result';
  return thinking !== undefined || rules.thinks;
}

function unsupported(field: string, what: string, model: string): ApiError {
  return invalid(`${field}: ${what} is not supported on ${model}`);
}
