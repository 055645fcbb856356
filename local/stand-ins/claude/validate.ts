/** Offline Claude: everything the API refuses although the shape is right. The first breach is the answer. */
import { breakpointsOf, maxBreakpoints } from './cache.ts';
import { invalid } from './errors.ts';
import { checkFiles } from './files.ts';
import type { ModelRules } from './models.ts';
import { checkOptions } from './options.ts';
import { checkToolPairs, checkTools } from './pairs.ts';
import { promptTokens } from './prefix.ts';
import type { Block, CountRequest, Message, MessagesRequest } from './shape.ts';
import { checkThinking } from './thinking.ts';

const maxMessages = 100_000;

/** The API version since which some fields are refused whatever the model. */
export const strictVersion = '2026-10-21';

/** Checks what an answer and a token count have in common. */
export function checkConversation(request: CountRequest, rules: ModelRules, version: string): void {
  checkRoles(request.messages, rules);
  for (const [index, { role, content }] of request.messages.entries()) {
    checkContent(content, `messages.${index}`);
    if (role === 'user' && version === strictVersion) checkNoCitations(content, `messages.${index}`);
  }
  // `system: ''` is the same as none.
  if (request.system?.[0]?.text !== '' || request.system.length > 1) checkContent(request.system, 'system', true);
  checkCitations(request.messages);
  checkFiles(request.messages);
  checkTools(request);
  checkToolPairs(request.messages);
  checkEnd(request.messages, rules);
  checkBreakpoints(request);
  checkOptions(request, rules);
  checkThinking(request, rules.bindsThinking);
}

/** Checks a request for an answer; throws an `ApiError` for the first rule it breaks. */
export function checkRequest(request: MessagesRequest, rules: ModelRules, version: string): void {
  checkConversation(request, rules, version);
  checkLimits(request, rules, version);
  const tokens = promptTokens(request);
  if (tokens > rules.window) throw invalid(`prompt is too long: ${tokens} tokens > ${rules.window} maximum`);
}

function checkRoles(messages: Message[], rules: ModelRules): void {
  if (messages.length === 0) throw invalid('messages: at least one message is required');
  if (messages.length > maxMessages) throw invalid(`messages: at most ${maxMessages} messages are allowed`);
  if (messages[0]?.role !== 'user') throw invalid('messages: first message must use the "user" role');
  for (const [index, { role }] of messages.entries()) {
    if (role !== 'system') continue;
    if (!rules.midSystem) throw invalid(`messages.${index}: role 'system' is not supported on this model`);
    if (messages[index - 1]?.role === 'assistant') {
      throw invalid(`messages.${index}: a system message must follow a user message`);
    }
  }
}

function checkContent(content: readonly Block[] | undefined, at: string, mayBeEmpty = false): void {
  if (!content) return;
  if (content.length === 0 && !mayBeEmpty) throw invalid(`${at}: all messages must have non-empty content`);
  for (const [index, block] of content.entries()) {
    if (block.type === 'tool_result') checkContent(block.content, `${at}.content.${index}.tool_result`, true);
    if (block.type !== 'text') continue;
    if (block.text.trim() === '' && block.cache_control) {
      throw invalid(`${at}.content.${index}.text: cache_control cannot be set for empty text blocks`);
    }
    if (block.text === '') throw invalid(`${at}: text content blocks must be non-empty`);
    if (block.text.trim() === '') throw invalid(`${at}: text content blocks must contain non-whitespace text`);
  }
}

function checkNoCitations(content: readonly Block[], at: string): void {
  const index = content.findIndex((block) => block.type === 'text' && (block.citations?.length ?? 0) > 0);
  if (index >= 0) throw invalid(`${at}.content.${index}.citations: citations are not allowed in user text blocks`);
}

/** On for all documents and passages, or for none; passages stand alone in a tool's result. */
function checkCitations(messages: readonly Message[]): void {
  const blocks = messages.flatMap(({ content }) => [...content]);
  const results = blocks.flatMap((block) => (block.type === 'tool_result' ? [block.content ?? []] : []));
  for (const content of results) {
    const passages = content.filter(({ type }) => type === 'search_result').length;
    if (passages > 0 && passages < content.length)
      throw invalid('messages: a tool_result with search_result blocks may hold nothing else');
  }
  const citable = [...blocks, ...results.flat()].flatMap((block) =>
    block.type === 'document' || block.type === 'search_result' ? [block.citations?.enabled === true] : [],
  );
  if (new Set(citable).size > 1) throw invalid('messages: citations must be enabled on all documents or none');
}

function checkEnd(messages: Message[], rules: ModelRules): void {
  const last = messages.at(-1);
  if (last?.role !== 'assistant') return;
  const end = last.content.at(-1);
  // A paused turn of a server tool is sent back as it was and goes on from there.
  if (end?.type === 'server_tool_use') return;
  if (!rules.prefill) {
    throw invalid(
      'This model does not support assistant message prefill. The conversation must end with a user message.',
    );
  }
  if (end?.type === 'text' && end.text !== end.text.trimEnd()) {
    throw invalid('messages: final assistant content cannot end with trailing whitespace');
  }
}

function checkBreakpoints(request: CountRequest): void {
  const breakpoints = breakpointsOf(request);
  if (breakpoints.length > maxBreakpoints) {
    throw invalid(
      `A maximum of ${maxBreakpoints} blocks with cache_control may be provided. Found ${breakpoints.length}.`,
    );
  }
  const firstShort = breakpoints.findIndex(({ breakpoint }) => breakpoint === '5m');
  if (firstShort >= 0 && breakpoints.slice(firstShort).some(({ breakpoint }) => breakpoint === '1h')) {
    throw invalid("a ttl='1h' cache_control block must not come after a ttl='5m' cache_control block");
  }
}

function checkLimits(request: MessagesRequest, rules: ModelRules, version: string): void {
  const { max_tokens: maxTokens, thinking, stop_sequences: stops = [], model } = request;
  if (maxTokens > rules.maxOutput) {
    throw invalid(
      `max_tokens: ${maxTokens} > ${rules.maxOutput}, which is the maximum allowed number of output tokens for ${model}`,
    );
  }
  if (thinking?.type === 'enabled' && thinking.budget_tokens >= maxTokens) {
    throw invalid('`max_tokens` must be greater than `thinking.budget_tokens`');
  }
  if (stops.some((stop) => stop.trim() === '')) {
    throw invalid('stop_sequences: each stop sequence must contain non-whitespace');
  }
  for (const name of ['temperature', 'top_p', 'top_k'] as const) {
    if (request[name] === undefined) continue;
    if (version === strictVersion || !rules.sampling) throw invalid(`${name}: Extra inputs are not permitted`);
  }
}
