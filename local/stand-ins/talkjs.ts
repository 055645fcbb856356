/** Stand-in for TalkJS: its REST API and its webhooks on this machine, and somebody who chats. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import * as z from 'zod/mini';
import { BodyTooLarge, type Handler, readBody, sendJson } from './serve.ts';
import { ApiError } from './talkjs/api-error.ts';
import { openApp } from './talkjs/events.ts';
import { type Fault, faultShape, openFaults } from './talkjs/faults.ts';
import { authorize, limitRate, type RateLimit } from './talkjs/gate.ts';
import { openRest } from './talkjs/rest.ts';
import type { Message } from './talkjs/rooms.ts';
import { type Line, type Saying, say, sayShape, transcribe } from './talkjs/say.ts';
import { openWebhooks, type SendWebhook, sendByHttp } from './talkjs/webhooks.ts';

export interface TalkjsOptions {
  appId: string;
  /** Signs the webhooks, and the tokens it takes. */
  secretKey: string;
  /** A user who exists from the start, and a participant of each conversation that somebody begins by speaking. */
  botId: string;
  /** Where webhooks go; none are sent without it or `sendWebhook`. */
  webhookUrl?: string;
  /** Takes the webhooks instead of an HTTP request. */
  sendWebhook?: SendWebhook;
  /** Pause before a webhook's second attempt. */
  retryMs?: number;
  /** TalkJS takes bursts of 600 requests and 9 per second in the long run. */
  rateLimit?: RateLimit | 'off';
  maxTextChars?: number;
  now?: () => number;
}

export interface TalkjsStandIn {
  handle: Handler;
  /** Speaks as a user; gives the messages it became. */
  say(saying: Saying): Message[];
  /** The conversation, oldest first. */
  transcript(conversationId: string): Line[];
  /** Changes or takes back a message as its user would. */
  edit(conversationId: string, messageId: string, text: string): void;
  remove(conversationId: string, messageId: string): void;
  /** Makes the next matching request or webhook go wrong. */
  fail(fault: Fault): void;
  mend(): void;
  /** REST requests that came in, oldest first. */
  requests: { method: string; path: string }[];
  /** Ends when no webhook is on its way. */
  settle(): Promise<void>;
}

const maxBodyBytes = 1024 * 1024;

export function createTalkjs(options: TalkjsOptions): TalkjsStandIn {
  const { appId, botId, secretKey, webhookUrl, now = Date.now, rateLimit = { burst: 600, perSecond: 9 } } = options;
  const faults = openFaults();
  const send = options.sendWebhook ?? (webhookUrl ? sendByHttp(webhookUrl) : async () => 200);
  const webhooks = openWebhooks({ secretKey, send, retryMs: options.retryMs ?? 1_000, now, faults });
  const app = openApp(now, webhooks.emit);
  app.putUser(botId, { role: 'default' });
  const rest = openRest(app, { maxTextChars: options.maxTextChars ?? Number.POSITIVE_INFINITY, now });
  const takeToken = rateLimit === 'off' ? () => {} : limitRate(rateLimit, now);
  const requests: TalkjsStandIn['requests'] = [];

  async function callRest(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
    const method = request.method ?? 'GET';
    requests.push({ method, path: url.pathname });
    const body = await readBody(request, maxBodyBytes);
    const before = faults.take(['hang', 'down', 'busy'], method);
    if (before?.kind === 'hang') return;
    if (before?.kind === 'down') throw new ApiError(before.status ?? 503, before.errorCode ?? 'DOWN', 'out of order');
    if (before?.kind === 'busy') {
      const seconds = before.retryAfterSeconds;
      const headers = seconds === undefined ? undefined : { 'retry-after': `${seconds}` };
      throw new ApiError(429, 'TOO_MANY_REQUESTS', 'rate limit exceeded', headers);
    }
    takeToken();
    const [, pathAppId, ...path] = url.pathname.split('/').filter(Boolean).map(decodeURIComponent);
    await authorize(request.headers.authorization, { appId, secretKey }, now());
    if (pathAppId !== appId) throw new ApiError(401, 'UNAUTHORIZED', 'another app');
    const isJson = /^application\/json\b/.test(request.headers['content-type'] ?? '');
    if (method !== 'GET' && !isJson) throw new ApiError(400, 'INVALID_ARGUMENT', 'content-type must be JSON');

    const answer = rest({ method, path, query: url.searchParams, body: readJson(body) });
    const after = faults.take(['hang-after', 'cut-after', 'no-ids'], method);
    if (after?.kind === 'hang-after') return;
    if (after?.kind === 'cut-after') response.destroy();
    else sendJson(response, 200, after?.kind === 'no-ids' ? {} : answer);
  }

  async function onSay(request: IncomingMessage, response: ServerResponse, conversation: string): Promise<void> {
    if (request.method === 'GET' && conversation !== '') {
      return sendJson(response, 200, { conversation, messages: transcribe(app, conversation) });
    }
    if (request.method !== 'POST' || conversation !== '') throw new ApiError(404, 'NOT_FOUND', 'no such resource');
    const saying = read(sayShape, readJson(await readBody(request, maxBodyBytes)));
    const messages = say(app, botId, saying);
    const last = messages.at(-1);
    if (!last) throw new ApiError(400, 'INVALID_ARGUMENT', 'say a text, an attachment or a location');
    if (saying.wait) await webhooks.settle();
    sendJson(response, 200, { id: last.id, ids: messages.map(({ id }) => id), createdAt: last.createdAt });
  }

  async function onFaults(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method === 'POST') faults.add(read(faultShape, readJson(await readBody(request, maxBodyBytes))));
    if (request.method === 'DELETE') faults.clear();
    sendJson(response, 200, { faults: faults.list() });
  }

  const handle: Handler = async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://stand-in');
    try {
      const [, room = '', rest = ''] = /^\/([^/]+)\/?(.*)$/.exec(url.pathname) ?? [];
      if (room === 'v1') await callRest(request, response, url);
      else if (room === 'say') await onSay(request, response, decodeURIComponent(rest));
      else if (room === 'faults') await onFaults(request, response);
      else throw new ApiError(404, 'NOT_FOUND', 'no such resource');
    } catch (error) {
      if (error instanceof URIError)
        return refuse(response, new ApiError(400, 'INVALID_ARGUMENT', 'not percent-encoded'));
      if (error instanceof BodyTooLarge) return refuse(response, new ApiError(413, 'TOO_LARGE', 'body too large'));
      if (!(error instanceof ApiError)) throw error;
      refuse(response, error);
    }
  };

  return {
    handle,
    say: (saying) => say(app, botId, saying),
    transcript: (conversationId) => transcribe(app, conversationId),
    edit: (conversationId, messageId, text) => void app.edit(conversationId, messageId, { text }),
    remove: (conversationId, messageId) => void app.remove(conversationId, messageId),
    fail: faults.add,
    mend: faults.clear,
    requests,
    settle: webhooks.settle,
  };
}

function refuse(response: ServerResponse, { status, errorCode, message, headers }: ApiError): void {
  sendJson(response, status, { errorCode, reasons: [message] }, headers);
}

function readJson(body: Buffer): unknown {
  if (body.length === 0) return undefined;
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    throw new ApiError(400, 'INVALID_ARGUMENT', 'not JSON');
  }
}

function read<T extends z.core.$ZodType>(schema: T, value: unknown): z.output<T> {
  const parsed = z.safeParse(schema, value);
  if (parsed.success) return parsed.data;
  throw new ApiError(400, 'INVALID_ARGUMENT', z.prettifyError(parsed.error));
}
