/**
 * Stand-in: an offline Claude behind the Messages API, as strict as the real one, answering from the conversation it is sent.
 *
 * It remembers what it was told ("my name is …", "the code word is …"), quotes ("what did I say first?"), uses any tool when it is
 * told to ("use the tool order_status with number 123456"), one whose name holds `time`, `calc`, `weather` or `human` when asked for such a thing, mentions files, writes Markdown when the word
 * falls, `n words` on request, and otherwise echoes. Every answer ends with "(offline Claude)".
 *
 * Phrases to try things out: "please refuse", "please fail" (529), "please stall" (falls silent in mid-answer), "please break
 * off" (overloaded in mid-answer), "please be slow", "please be empty", "please be long".
 *
 * Beside the API: `POST /faults` queues misbehaviour (a JSON array, see claude/faults.ts), `DELETE /faults` empties the queue,
 * `GET /requests` lists what came in, `DELETE /requests` forgets it.
 */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { createPromptCache } from './claude/cache.ts';
import { compose } from './claude/compose.ts';
import { lastUserText, readConversation } from './claude/conversation.ts';
import { accountOf, parseJson, readText, versionOf } from './claude/door.ts';
import { ApiError } from './claude/errors.ts';
import { createFaults, type Fault, type Occasion, phraseFault } from './claude/faults.ts';
import { isControl, manage } from './claude/manage.ts';
import { describeModel, type ModelOverrides, modelTable, rulesOf } from './claude/models.ts';
import { promptTokens } from './claude/prefix.ts';
import { type RecordedRequest, record } from './claude/records.ts';
import { sendFault } from './claude/send-fault.ts';
import { parseCount, parseMessages } from './claude/shape.ts';
import { type AwsKeys, MOUNT, whyUnsigned } from './claude/signature.ts';
import { asMessage, sendStream } from './claude/stream.ts';
import { checkConversation, checkRequest } from './claude/validate.ts';
import { anthropic, bedrock, fromBedrock, type Wire } from './claude/wire.ts';
import { type Handler, sendJson } from './serve.ts';

export interface ClaudeOptions {
  /** Milliseconds per piece of an answer; 0 when not given. */
  tokenMs?: number;
  /** Clock of the prompt cache, in ms. */
  now?: () => number;
  /** Changes to what models accept (for example a small window), and models of one's own. */
  models?: ModelOverrides;
  /** The keys it takes; any when not given. */
  keys?: readonly string[];
  /** Speaks as Bedrock does, too, to whoever signs with these. */
  aws?: AwsKeys;
}

export interface ClaudeStandIn {
  handle: Handler;
  requests: readonly RecordedRequest[];
  /** Queues faults; each request takes the first that fits. */
  script(...faults: Fault[]): void;
  /** Forgets requests, faults and the prompt cache. */
  reset(): void;
}

interface Call {
  path: string;
  requestId: string;
  request: IncomingMessage;
  response: ServerResponse;
  /** Aborts when the client hangs up. */
  signal: AbortSignal;
  wire: Wire;
}

/** `/model/{id}/invoke`, and with `-with-response-stream` for a stream. */
const INVOKED = /^\/model\/([^/]+)\/invoke(-with-response-stream)?$/;

/** An offline Claude to be mounted with `serve`; the SDK's `baseURL` is then `<url>/claude`. */
export function createClaude(options: ClaudeOptions = {}): ClaudeStandIn {
  const { tokenMs = 0, now = Date.now, keys, aws } = options;
  const models = modelTable(options.models);
  const cache = createPromptCache(now);
  const faults = createFaults();
  const records: RecordedRequest[] = [];

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = new URL(request.url ?? '/', 'http://stand-in').pathname;
    if (isControl(path)) return manage({ faults, records }, request, response);
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    const requestId = `req_offline_${randomUUID().replaceAll('-', '')}`;
    const [, model, how] = (aws && INVOKED.exec(path)) ?? [];
    const wire = model === undefined ? anthropic : bedrock;
    response.setHeader(model === undefined ? 'request-id' : 'x-amzn-requestid', requestId);
    const call = { path, requestId, request, response, signal: gone.signal, wire };
    try {
      if (aws && model !== undefined) await invoke(call, decodeURIComponent(model), how !== undefined, aws);
      else await route(call);
    } catch (error) {
      if (gone.signal.aborted) return;
      if (!(error instanceof ApiError)) throw error;
      wire.sendError(response, error, requestId);
    }
  }

  async function route(call: Call): Promise<void> {
    const { path, requestId, request, response } = call;
    const text = await readText(request);
    record(records, request, response, { path, text, requestId });
    const account = accountOf(request.headers, keys);
    const version = versionOf(request.headers);
    const isModels = /^\/v1\/models(?:\/[^/]+)?$/.test(path);
    if (!isModels && path !== '/v1/messages' && path !== '/v1/messages/count_tokens')
      throw new ApiError(404, 'Not found');
    if (request.method !== (isModels ? 'GET' : 'POST')) throw new ApiError(405, 'Method Not Allowed');
    if (isModels) return sendModels(call, path.split('/')[3]);
    if (path === '/v1/messages') return sendAnswer(call, parseJson(text), version, account);
    return sendCount(call, parseJson(text), version);
  }

  /** As Bedrock has it: the model in the path, the rest in the body, signed by AWS' rules. */
  async function invoke(call: Call, id: string, isStream: boolean, aws: AwsKeys): Promise<void> {
    const { path, requestId, request, response } = call;
    const { method = '', headers } = request;
    const text = await readText(request);
    const why = whyUnsigned({ method, path: MOUNT + path, headers, body: text }, aws);
    if (why !== undefined) throw new ApiError(403, why);
    const { body, version } = fromBedrock(id, isStream, parseJson(text));
    record(records, request, response, { path, text: JSON.stringify(body), requestId });
    return sendAnswer(call, body, version, aws.accessKeyId);
  }

  async function sendAnswer(call: Call, body: unknown, version: string, account: string): Promise<void> {
    const parsed = parseMessages(body);
    const { model, messages } = parsed;
    const said = readConversation(parsed).said.join('\n');
    const fault = faults.take({ on: 'messages', model, lastUserText: lastUserText(messages) }) ?? phraseFault(said);
    if (fault && (await sendFault(call, fault))) return;
    const rules = rulesOf(models, model);
    checkRequest(parsed, rules, version);
    const answer = compose(parsed, rules, cache.use(parsed, rules.minCacheable, account), fault);
    const pace = { ...call, tokenMs: fault?.tokenMs ?? tokenMs, break: fault?.breaks };
    if (parsed.stream) return sendStream(call.response, answer, pace);
    await sleep(pace.tokenMs * answer.usage.output_tokens, undefined, { signal: call.signal });
    if (fault?.breaks) await sendFault(call, { ...fault, headers: undefined, brokenBody: true });
    else sendJson(call.response, 200, asMessage(answer));
  }

  async function sendCount(call: Call, body: unknown, version: string): Promise<void> {
    const parsed = parseCount(body);
    const { model, messages } = parsed;
    if (await isFaulty(call, { on: 'count_tokens', model, lastUserText: lastUserText(messages) })) return;
    checkConversation(parsed, rulesOf(models, model), version);
    sendJson(call.response, 200, { input_tokens: promptTokens(parsed) });
  }

  async function sendModels(call: Call, id: string | undefined): Promise<void> {
    if (await isFaulty(call, { on: 'models', model: id ?? '', lastUserText: '' })) return;
    if (id !== undefined) return sendJson(call.response, 200, describeModel(id, rulesOf(models, id)));
    const data = [...models].map(([name, rules]) => describeModel(name, rules));
    const ends = { first_id: data[0]?.id ?? null, last_id: data.at(-1)?.id ?? null };
    sendJson(call.response, 200, { data, has_more: false, ...ends });
  }

  async function isFaulty(call: Call, occasion: Occasion): Promise<boolean> {
    const fault = faults.take(occasion);
    return fault !== undefined && (await sendFault(call, fault));
  }

  return {
    handle,
    requests: records,
    script: (...list) => void faults.add(list),
    reset() {
      records.length = 0;
      faults.clear();
      cache.clear();
    },
  };
}
