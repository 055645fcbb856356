/** Offline Claude: the shape of a request. Unknown fields are refused, a plain string becomes one text block. */
import { z } from 'zod';
import { type ApiError, invalid } from './errors.ts';

const cacheControl = z.strictObject({ type: z.literal('ephemeral'), ttl: z.enum(['5m', '1h']).optional() });
const cached = { cache_control: cacheControl.nullish() };

const text = z.strictObject({
  type: z.literal('text'),
  text: z.string(),
  citations: z.array(z.unknown()).nullish(),
  ...cached,
});
const base64 = z.strictObject({ type: z.literal('base64'), media_type: z.string(), data: z.string() });
const url = z.strictObject({ type: z.literal('url'), url: z.url() });
const file = z.strictObject({ type: z.literal('file'), file_id: z.string() });
const image = z.strictObject({
  type: z.literal('image'),
  source: z.discriminatedUnion('type', [base64, url, file]),
  ...cached,
});
const plainText = z.strictObject({ type: z.literal('text'), media_type: z.literal('text/plain'), data: z.string() });
/** The blocks of a document or a passage that is cited by its blocks. */
const custom = z.strictObject({
  type: z.literal('content'),
  content: blocksOf(z.discriminatedUnion('type', [text, image])),
});
const citations = z.strictObject({ enabled: z.boolean().optional() }).nullish();
const document = z.strictObject({
  type: z.literal('document'),
  source: z.discriminatedUnion('type', [base64, plainText, custom, url, file]),
  title: z.string().min(1).max(500).nullish(),
  context: z.string().min(1).nullish(),
  citations,
  ...cached,
});
const searchResult = z.strictObject({
  type: z.literal('search_result'),
  source: z.string().min(1),
  title: z.string().min(1),
  content: z.array(text).min(1),
  citations,
  ...cached,
});

const toolName = z.string().regex(/^[a-zA-Z0-9_-]{1,128}$/, "String should match pattern '^[a-zA-Z0-9_-]{1,128}$'");
const toolUseId = z.string().regex(/^[a-zA-Z0-9_-]+$/, "String should match pattern '^[a-zA-Z0-9_-]+$'");
const toolResult = z.strictObject({
  type: z.literal('tool_result'),
  tool_use_id: toolUseId,
  content: blocksOf(z.discriminatedUnion('type', [text, image, document, searchResult])).optional(),
  is_error: z.boolean().optional(),
  ...cached,
});
const toolUse = z.strictObject({
  type: z.literal('tool_use'),
  id: toolUseId,
  name: toolName,
  input: z.record(z.string(), z.unknown()),
  caller: z.unknown().optional(),
  ...cached,
});
const serverToolUse = z.looseObject({
  type: z.literal('server_tool_use'),
  id: z.string(),
  name: z.string(),
  ...cached,
});
const thinking = z.strictObject({ type: z.literal('thinking'), thinking: z.string(), signature: z.string() });
const redacted = z.strictObject({ type: z.literal('redacted_thinking'), data: z.string() });

const message = z.discriminatedUnion('role', [
  z.strictObject({
    role: z.literal('user'),
    content: blocksOf(z.discriminatedUnion('type', [text, image, document, searchResult, toolResult])),
  }),
  z.strictObject({
    role: z.literal('assistant'),
    content: blocksOf(z.discriminatedUnion('type', [text, thinking, redacted, toolUse, serverToolUse])),
  }),
  z.strictObject({ role: z.literal('system'), content: blocksOf(text) }),
]);

const customTool = z.strictObject({
  type: z.literal('custom').nullish(),
  name: toolName,
  description: z.string().optional(),
  input_schema: z.looseObject({ type: z.literal('object') }),
  strict: z.boolean().optional(),
  allowed_callers: z.array(z.string()).optional(),
  defer_loading: z.boolean().optional(),
  eager_input_streaming: z.boolean().nullish(),
  input_examples: z.array(z.record(z.string(), z.unknown())).optional(),
  ...cached,
});
// Tools that Anthropic runs carry a dated type; nothing here runs them.
const serverTool = z.looseObject({ type: z.string().regex(/_\d{8}$/), name: z.string(), ...cached });

const parallel = { disable_parallel_tool_use: z.boolean().optional() };
const display = { display: z.enum(['summarized', 'omitted']).nullish() };

const counted = {
  model: z.string().min(1),
  messages: z.array(message),
  system: blocksOf(text).optional(),
  tools: z.array(z.union([customTool, serverTool])).optional(),
  tool_choice: z
    .discriminatedUnion('type', [
      z.strictObject({ type: z.literal('auto'), ...parallel }),
      z.strictObject({ type: z.literal('any'), ...parallel }),
      z.strictObject({ type: z.literal('tool'), name: z.string(), ...parallel }),
      z.strictObject({ type: z.literal('none') }),
    ])
    .optional(),
  thinking: z
    .discriminatedUnion('type', [
      z.strictObject({ type: z.literal('adaptive'), ...display }),
      z.strictObject({ type: z.literal('disabled') }),
      z.strictObject({ type: z.literal('between_tools') }),
      z.strictObject({ type: z.literal('enabled'), budget_tokens: z.int().min(1024), ...display }),
    ])
    .optional(),
  output_config: z
    .strictObject({
      effort: z.enum(['low', 'medium', 'high', 'xhigh', 'max']).nullish(),
      format: z.strictObject({ type: z.literal('json_schema'), schema: z.record(z.string(), z.unknown()) }).nullish(),
    })
    .optional(),
  cache_control: cacheControl.nullish(),
  speed: z.enum(['standard', 'fast']).nullish(),
};

const countRequest = z.strictObject(counted);
const messagesRequest = z.strictObject({
  ...counted,
  max_tokens: z.int().min(0),
  stream: z.boolean().optional(),
  stop_sequences: z.array(z.string()).optional(),
  metadata: z.strictObject({ user_id: z.string().max(512).nullish() }).optional(),
  service_tier: z.enum(['auto', 'standard_only']).optional(),
  container: z.unknown().optional(),
  diagnostics: z.strictObject({ previous_message_id: z.string().nullish() }).nullish(),
  inference_geo: z.string().nullish(),
  user_profile_id: z.string().optional(),
  workspace_id: z.string().optional(),
  // Only an older API version with an older model still takes these; `validate` decides.
  temperature: z.number().min(0).max(1).optional(),
  top_p: z.number().min(0).max(1).optional(),
  top_k: z.int().min(0).optional(),
});

export type Message = z.infer<typeof message>;
export type Block = Message['content'][number];
export type ToolResultBlock = z.infer<typeof toolResult>;
export type SearchResult = z.infer<typeof searchResult>;
export type FileBlock = z.infer<typeof image> | z.infer<typeof document>;
export type Tool = z.infer<typeof customTool> | z.infer<typeof serverTool>;
export type CountRequest = z.infer<typeof countRequest>;
export type MessagesRequest = z.infer<typeof messagesRequest>;

/** A request for an answer; throws the API's 400 otherwise. */
export function parseMessages(body: unknown): MessagesRequest {
  return parse(messagesRequest, body);
}

/** A request for a token count; throws the API's 400 otherwise. */
export function parseCount(body: unknown): CountRequest {
  return parse(countRequest, body);
}

function blocksOf<T extends z.ZodType>(block: T) {
  return z.preprocess((value) => (typeof value === 'string' ? [{ type: 'text', text: value }] : value), z.array(block));
}

function parse<T>(schema: z.ZodType<T>, body: unknown): T {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw issue ? wording(issue, body) : invalid('invalid request');
}

function wording(issue: z.core.$ZodIssue, body: unknown): ApiError {
  const path = issue.path.map(String);
  if (issue.code === 'unrecognized_keys') {
    return invalid(`${[...path, issue.keys[0]].join('.')}: Extra inputs are not permitted`);
  }
  const at = path.join('.') || 'body';
  if (valueAt(body, issue.path) === undefined) return invalid(`${at}: Field required`);
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    const inner = issue.errors[0]?.[0];
    if (inner) return wording({ ...inner, path: [...issue.path, ...inner.path] }, body);
  }
  return invalid(`${at}: ${issue.message}`);
}

function valueAt(body: unknown, path: PropertyKey[]): unknown {
  let value = body;
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = Reflect.get(value, key);
  }
  return value;
}
