/** Stop 8. A record as spans, by the conventions for GenAI: the turn is the trace, its calls and tools are spans (semantic-conventions-genai, August 2026). Pure. */
import { contentOf, toolContentOf } from './content.ts';
import { attributesOf, nanosOf, type Span, spanIdOf, traceIdOf, type Value } from './otlp.ts';
import type { CallFacts, CallRecord, RanTool } from './record.ts';
import { redactContacts, redacted } from './redact.ts';

type OurRecord = CallRecord & { call: CallFacts };

/** How words get into spans: never, without contacts, or as the record has them. Keys and files are in none. */
type Content = 'off' | 'redacted' | 'full';

/** `id` is the record's: the same record has the same spans, whenever they are made. */
export function spansOf(record: OurRecord, id: string, content: Content): Span[] {
  const traceId = traceIdOf(record.session ?? '', record.inbound ?? '');
  if (record.rating) return [ratingSpan(record, traceId, record.rating)];
  const { request, response } = content === 'redacted' ? withoutContacts(record) : record;
  const words = content === 'off' ? {} : contentOf(request, response);
  const call = callSpan(record, traceId, id, words);
  const tools = (record.call.ran ?? []).map((tool) =>
    toolSpan(record, call, tool, content === 'off' ? {} : toolContentOf(request, tool.id)),
  );
  return [...tools, call];
}

function withoutContacts({ request, response }: OurRecord): Pick<OurRecord, 'request' | 'response'> {
  return { request: redacted(request, redactContacts), response: redacted(response, redactContacts) };
}

function callSpan(record: OurRecord, traceId: string, id: string, words: Record<string, string>): Span {
  const { timestamps, call } = record;
  const request = fieldsOf(record.request);
  const response = fieldsOf(record.response);
  const model = textIn(request.model) ?? 'unknown';
  const errorType = errorTypeOf(response, call);
  return {
    traceId,
    spanId: spanIdOf(traceId, textIn(response.id) ?? id),
    name: `chat ${model}`,
    kind: 3,
    ...timesOf(timestamps.request, timestamps.response ?? timestamps.request),
    attributes: attributesOf({
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': call.provider === 'bedrock' ? 'aws.bedrock' : 'anthropic',
      'gen_ai.request.model': model,
      'gen_ai.request.max_tokens': numberIn(request.max_tokens),
      'gen_ai.request.reasoning.level': textIn(fieldsOf(request.output_config).effort),
      'gen_ai.request.stream': true,
      'gen_ai.response.id': textIn(response.id),
      'gen_ai.response.model': textIn(response.model),
      'gen_ai.response.finish_reasons': response.stop_reason ? [String(response.stop_reason)] : undefined,
      'gen_ai.response.time_to_first_chunk': call.firstTextMs === undefined ? undefined : call.firstTextMs / 1000,
      ...usageOf(call),
      ...aboutOf(record),
      'error.type': errorType,
      'claude_chat.tries': call.tries,
      'claude_chat.request_id': call.requestId,
      ...words,
    }),
    status: errorType === undefined ? {} : { code: 2, message: errorType },
  };
}

/** One for each turn: the last word replaces what was said before, where the receiver knows a span by its id. */
function ratingSpan(record: OurRecord, traceId: string, { value, comment }: NonNullable<CallRecord['rating']>): Span {
  const { request: at } = record.timestamps;
  return {
    traceId,
    spanId: spanIdOf(traceId, 'rating'),
    name: 'user_rating',
    kind: 1,
    ...timesOf(at, at),
    attributes: attributesOf({
      'gen_ai.evaluation.name': 'user_rating',
      'gen_ai.evaluation.score.value': value === 'positive' ? 1 : 0,
      'gen_ai.evaluation.score.label': value,
      'gen_ai.evaluation.explanation': comment,
      'langfuse.observation.type': 'evaluator',
      ...aboutOf(record),
    }),
    status: {},
  };
}

/**
 * Below the call that asked for it. Where none of this attempt did, as the user said yes to it or a crash left it, it is below `told`, the
 * first call that had its result.
 */
function toolSpan(
  record: OurRecord,
  { traceId, spanId: told }: Pick<Span, 'traceId' | 'spanId'>,
  tool: RanTool,
  words: Record<string, string>,
): Span {
  return {
    traceId,
    spanId: spanIdOf(traceId, 'tool', tool.id),
    parentSpanId: tool.askedBy === undefined ? told : spanIdOf(traceId, tool.askedBy),
    name: `execute_tool ${tool.name}`,
    kind: 1,
    ...timesOf(tool.startedAt, tool.endedAt),
    attributes: attributesOf({
      'gen_ai.operation.name': 'execute_tool',
      'gen_ai.tool.name': tool.name,
      'gen_ai.tool.call.id': tool.id,
      'gen_ai.tool.type': 'function',
      ...aboutOf(record),
      'error.type': tool.error,
      ...words,
    }),
    status: tool.error === undefined ? {} : { code: 2, message: tool.error },
  };
}

/** Whose it is: session and user as the pseudonyms of our log. */
function aboutOf({ session, user, inbound, call }: OurRecord): Record<string, Value> {
  return {
    'gen_ai.conversation.id': session,
    'user.id': textIn(user?.userId),
    'gen_ai.agent.name': call.bot,
    'gen_ai.prompt.name': call.bot,
    'gen_ai.prompt.version': call.promptHash,
    'claude_chat.platform': call.platform,
    'claude_chat.message': inbound,
  };
}

/** The conventions count what the cache had among the input, Anthropic does not; and they know no money, so receivers have names of their own. */
function usageOf({ usage, usd, cost }: CallFacts): Record<string, Value> {
  if (!usage) return {};
  const { inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens } = usage;
  const details = {
    input: inputTokens,
    output: outputTokens,
    input_cached_tokens: cacheReadTokens,
    input_cache_creation: cacheWriteTokens,
  };
  return {
    'gen_ai.usage.input_tokens': inputTokens + cacheReadTokens + cacheWriteTokens,
    'gen_ai.usage.output_tokens': outputTokens,
    'gen_ai.usage.cache_read.input_tokens': cacheReadTokens,
    'gen_ai.usage.cache_write.input_tokens': cacheWriteTokens,
    'gen_ai.usage.cost': usd,
    'claude_chat.cost': cost ?? 'counted',
    // Langfuse does not know `cache_write` and would count it twice; these it takes as they are.
    'langfuse.observation.usage_details': JSON.stringify(details),
    'langfuse.observation.cost_details': usd === undefined ? undefined : JSON.stringify({ total: usd }),
  };
}

/** Few values: the class of the API's error, or that the answer broke off. */
function errorTypeOf(response: Fields, { isPartial, usage }: CallFacts): string | undefined {
  if (isPartial) return 'broken_off';
  return usage ? undefined : (textIn(fieldsOf(response.error).type) ?? '_OTHER');
}

function timesOf(start: number, end: number): Pick<Span, 'startTimeUnixNano' | 'endTimeUnixNano'> {
  return { startTimeUnixNano: nanosOf(start), endTimeUnixNano: nanosOf(Math.max(start, end)) };
}

type Fields = Readonly<Record<string, unknown>>;

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}

function textIn(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function numberIn(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}
