/** Stand-in for TalkJS: its REST API and its webhooks on this machine, and somebody who chats. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import { DEFAULT_BOT } from '../../lib/bots/identity.ts';
import { type Fault, openFaults } from './kit/faults.ts';
import { answerUnlessLost, BadRequest, mount, obstruct, readJson, readShape } from './kit/mount.ts';
import { type StandIn, sayExamples, whole } from './kit/stand-in.ts';
import { BodyTooLarge, type Handler, sendJson } from './serve.ts';
import { ApiError } from './talkjs/api-error.ts';
import { openApp } from './talkjs/events.ts';
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
  /** Somebody joins a conversation, and says nothing. */
  join(conversationId: string, userId: string): void;
  /** Changes or takes back a message as its user would. */
  edit(conversationId: string, messageId: string, text: string): void;
  remove(conversationId: string, messageId: string): void;
  /** Reacts to a message as a user, `emoji` such as 👍, or takes that back. */
  react(conversationId: string, messageId: string, emoji: string, userId: string, isOn?: boolean): void;
  /** Makes the next matching request or webhook go wrong. */
  fail(fault: Fault): void;
  mend(): void;
  /** REST requests that came in, oldest first. */
  requests: { method: string; path: string }[];
  /** Ends when no webhook is on its way. */
  settle(): Promise<void>;
}

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
    const call = { method, path: url.pathname };
    requests.push(call);
    const body = await readJson(request);
    if (obstruct(faults, response, call)) return;
    const before = faults.take(['down', 'busy'], call);
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

    const answer = rest({ method, path, query: url.searchParams, body });
    const isNameless = faults.take(['no-ids'], call) !== undefined;
    answerUnlessLost(faults, response, call, () => sendJson(response, 200, isNameless ? {} : answer));
  }

  const handle = mount({
    api: async ({ request, response, url, path }) => {
      if (path[0] !== 'v1') throw new ApiError(404, 'NOT_FOUND', 'no such resource');
      await callRest(request, response, url);
    },
    say: (value) => {
      const messages = say(app, botId, readShape(sayShape, value));
      const last = messages.at(-1);
      if (!last) throw new BadRequest('say a text, an attachment or a location');
      return { id: last.id, ids: messages.map(({ id }) => id), createdAt: last.createdAt };
    },
    transcript: (conversation) => transcribe(app, conversation),
    faults,
    refuse,
  });

  return {
    handle,
    say: (saying) => say(app, botId, saying),
    transcript: (conversationId) => transcribe(app, conversationId),
    join: (conversationId, userId) => {
      app.putUser(userId, {});
      app.putConversation(conversationId, {}, [userId]);
    },
    edit: (conversationId, messageId, text) => void app.edit(conversationId, messageId, { text }),
    remove: (conversationId, messageId) => void app.remove(conversationId, messageId),
    react: (conversationId, messageId, emoji, userId, isOn = true) =>
      app.react(conversationId, messageId, { emoji, userId, isOn }),
    fail: faults.add,
    mend: faults.clear,
    requests,
    settle: webhooks.settle,
  };
}

function refuse(response: ServerResponse, error: unknown): void {
  const { status, errorCode, message, headers } = toApiError(error);
  sendJson(response, status, { errorCode, reasons: [message] }, headers);
}

function toApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  if (error instanceof BadRequest)
    return new ApiError(error.status, error.status === 404 ? 'NOT_FOUND' : 'INVALID_ARGUMENT', error.message);
  if (error instanceof URIError) return new ApiError(400, 'INVALID_ARGUMENT', 'not percent-encoded');
  if (error instanceof BodyTooLarge) return new ApiError(413, 'TOO_LARGE', 'body too large');
  throw error;
}

/** As whom Claude answers where nothing else is set. */
const DEFAULT_USER = 'claude';

/** As the embedded stack runs it. */
export const standIn: StandIn = {
  name: 'talkjs',
  title: 'TalkJS',
  real: (settings) => whole(settings, 'TalkJS', ['TALKJS_APP_ID', 'TALKJS_SECRET_KEY'], ['TALKJS_API_URL']),
  instead: 'set TALKJS_APP_ID and TALKJS_SECRET_KEY',
  hook: '/talkjs',
  door: {
    about: 'A signed webhook comes in, the answer goes out through the REST API, in the markup that TalkJS shows.',
    markup: 'talkjs',
    delivery: { method: 'POST' },
    seatOf: ({ name, talkjs }, { TALKJS_BOT_ID = DEFAULT_USER }) => {
      const user = talkjs ?? (name === DEFAULT_BOT ? TALKJS_BOT_ID : undefined);
      return user === undefined ? { lacks: 'it has no talkjs, a user of its own' } : { as: user };
    },
  },
  open: ({ settings, url, doors }) => {
    const appId = 'local';
    const secretKey = 'sk_local_stand_in';
    const botId = settings.TALKJS_BOT_ID ?? DEFAULT_USER;
    const { handle } = createTalkjs({ appId, secretKey, botId, webhookUrl: `${doors}/talkjs` });
    const secrets = [secretKey, settings.TALKJS_WEBHOOK_SECRETS].filter(Boolean).join(',');
    const own = { TALKJS_APP_ID: appId, TALKJS_SECRET_KEY: secretKey, TALKJS_API_URL: url };
    return { handle, settings: { ...own, TALKJS_WEBHOOK_SECRETS: secrets } };
  },
  examples: sayExamples('TalkJS'),
};
