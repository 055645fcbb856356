/**
 * Stand-in: an offline Claude behind the Messages API, as strict as the real one, answering from the conversation it is sent.
 *
 * It remembers what it was told ("my name is …", "the code word is …"), quotes ("what did I say first?"), uses a tool whose
 * name holds `time`, `calc`, `weather` or `human` when asked for such a thing, mentions files, writes Markdown when the word
 * falls, `n words` on request, and otherwise echoes. Every answer ends with "(offline Claude)".
 *
 * Phrases to try things out: "please refuse", "please fail" (529), "please stall" (falls silent in mid-answer), "please break
 * off" (overloaded in mid-answer), "please be slow", "please be empty", "please be long".
 *
 * Beside the API: `POST /faults` queues misbehaviour (a JSON array, see claude/faults.ts), `DELETE /faults` empties the queue,
 * `GET /requests` lists what came in, `DELETE /requests` forgets it.
 */
import { createHash, randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { ZodError } from 'zod';
import { createPromptCache } from './claude/cache.ts';
import { compose } from './claude/compose.ts';
import { lastUserText, readConversation } from './claude/conversation.ts';
import { ApiError, errorBody, invalid } from './claude/errors.ts';
import { createFaults, type Fault, type Occasion, phraseFault } from './claude/faults.ts';
import { describeModel, type ModelOverrides, modelTable, rulesOf } from './claude/models.ts';
import { promptTokens } from './claude/prefix.ts';
import { sendFault } from './claude/send-fault.ts';
import { parseCount, parseMessages } from './claude/shape.ts';
import { asMessage, sendStream } from './claude/stream.ts';
import { checkConversation, checkRequest, strictVersion } from './claude/validate.ts';
import { BodyTooLarge, type Handler, readBody, sendJson } from './serve.ts';

// The API's own limit for one request.
const maxBodyBytes = 32 * 1024 * 1024;
const versions = ['2023-06-01', strictVersion];
// Enough for a long test; the oldest are forgotten.
const maxRecorded = 2000;

/** One request as it arrived; the key is left out. */
export interface RecordedRequest {
  method: string;
  path: string;
  headers: Record<string, string>;
  /** The parsed JSON; undefined without a body. */
  body: unknown;
  requestId: string;
  /** Whether the client hung up before it had the whole answer. */
  isAborted: boolean;
}

export interface ClaudeOptions {
  /** Milliseconds per piece of an answer; 0 when not given. */
  tokenMs?: number;
  /** Clock of the prompt cache, in ms. */
  now?: () => number;
  /** Changes to what models accept (for example a small window), and models of one's own. */
  models?: ModelOverrides;
  /** The keys it takes; any when not given. */
  keys?: readonly string[];
}

export interface ClaudeStandIn {
  handle: Handler;
  requests: readonly RecordedRequest[];
  /** Queues faults; each request takes the first that fits. */
  script(...faults: Fault[]): void;
  /** Forgets requests, faults and the prompt cache. */
  reset(): void;
}

/** An offline Claude to be mounted with `serve`; the SDK's `baseURL` is then `<url>/claude`. */
export function createClaude(options: ClaudeOptions = {}): ClaudeStandIn {
  const { tokenMs = 0, now = Date.now, keys } = options;
  const models = modelTable(options.models);
  const cache = createPromptCache(now);
  const faults = createFaults();
  const requests: RecordedRequest[] = [];

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    const { method = 'GET' } = request;
    const path = new URL(request.url ?? '/', 'http://stand-in').pathname;
    if (path === '/faults' || path === '/requests') return manage(request, response, `${method} ${path}`);
    const requestId = `req_offline_${randomUUID().replaceAll('-', '')}`;
    response.setHeader('request-id', requestId);
    const call: Call = { method, path, requestId, request, response, signal: gone.signal };
    try {
      await answerCall(call);
    } catch (error) {
      if (gone.signal.aborted) return;
      if (!(error instanceof ApiError)) throw error;
      sendJson(response, error.status, errorBody(error, requestId));
    }
  }

  async function answerCall(call: Call): Promise<void> {
    const { method, path, request, response } = call;
    const text = await readText(request);
    const body = record(call, text);
    const account = checkKey(request, keys);
    const version = checkVersion(request);
    const [, id] = /^\/v1\/models\/([^/]+)$/.exec(path) ?? [];
    if (path === '/v1/models' || id !== undefined) {
      if (method !== 'GET') throw new ApiError(405, 'Method Not Allowed');
      if (await isFaulty(call, { on: 'models', model: id ?? '', lastUserText: '' })) return;
      return sendJson(response, 200, id === undefined ? page() : describeModel(id, rulesOf(models, id)));
    }
    if (path !== '/v1/messages' && path !== '/v1/messages/count_tokens') throw new ApiError(404, 'Not found');
    if (method !== 'POST') throw new ApiError(405, 'Method Not Allowed');
    if (body === notJson) throw invalid('The request body is not valid JSON');
    if (path === '/v1/messages') return answerMessages(call, body, version, account);
    const parsed = parseCount(body);
    const { model, messages } = parsed;
    if (await isFaulty(call, { on: 'count_tokens', model, lastUserText: lastUserText(messages) })) return;
    checkConversation(parsed, rulesOf(models, model), version);
    sendJson(response, 200, { input_tokens: promptTokens(parsed) });
  }

  async function answerMessages(call: Call, body: unknown, version: string, account: string): Promise<void> {
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

  async function isFaulty(call: Call, occasion: Occasion): Promise<boolean> {
    const fault = faults.take(occasion);
    return fault !== undefined && (await sendFault(call, fault));
  }

  async function manage(request: IncomingMessage, response: ServerResponse, what: string): Promise<void> {
    if (what === 'GET /requests') return sendJson(response, 200, requests);
    if (what === 'DELETE /requests') requests.length = 0;
    else if (what === 'DELETE /faults') faults.clear();
    else if (what === 'POST /faults') {
      try {
        return sendJson(response, 200, { queued: faults.add(JSON.parse(await readText(request))) });
      } catch (error) {
        if (!(error instanceof ZodError || error instanceof SyntaxError)) throw error;
        return sendJson(response, 400, { error: error.message });
      }
    } else return sendJson(response, 405, { error: 'method not allowed' });
    sendJson(response, 200, {});
  }

  function record({ method, path, requestId, request, response, signal }: Call, text: string): unknown {
    const { authorization: _, 'x-api-key': _key, ...rest } = request.headers;
    const headers = Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, String(value)]));
    const body = parseJson(text);
    const entry = { method, path, headers, body: body === notJson ? text : body, requestId, isAborted: false };
    requests.push(entry);
    if (requests.length > maxRecorded) requests.shift();
    signal.addEventListener('abort', () => {
      entry.isAborted = !response.writableFinished;
    });
    return body;
  }

  function page() {
    const data = [...models].map(([id, rules]) => describeModel(id, rules));
    return { data, has_more: false, first_id: data[0]?.id ?? null, last_id: data.at(-1)?.id ?? null };
  }

  return {
    handle,
    requests,
    script: (...list) => void faults.add(list),
    reset() {
      requests.length = 0;
      faults.clear();
      cache.clear();
    },
  };
}

interface Call {
  method: string;
  path: string;
  requestId: string;
  request: IncomingMessage;
  response: ServerResponse;
  signal: AbortSignal;
}

const notJson = Symbol('not JSON');

function parseJson(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return notJson;
  }
}

async function readText(request: IncomingMessage): Promise<string> {
  try {
    return (await readBody(request, maxBodyBytes)).toString();
  } catch (error) {
    if (error instanceof BodyTooLarge) throw new ApiError(413, 'Request exceeds the maximum size');
    throw error;
  }
}

/** A fingerprint of the key; what one account cached, another never reads. */
function checkKey({ headers }: IncomingMessage, keys: readonly string[] | undefined): string {
  const [, bearer] = /^Bearer (\S+)$/.exec(headers.authorization ?? '') ?? [];
  const key = bearer ?? headers['x-api-key'];
  if (typeof key !== 'string' || key === '') throw new ApiError(401, 'x-api-key header is required');
  if (keys && !keys.includes(key)) throw new ApiError(401, 'invalid x-api-key');
  return createHash('sha256').update(key).digest('hex');
}

function checkVersion({ headers }: IncomingMessage): string {
  const version = headers['anthropic-version'];
  if (typeof version !== 'string') throw invalid('anthropic-version: header is required');
  if (!versions.includes(version)) throw invalid(`anthropic-version: "${version}" is not a valid version`);
  return version;
}
