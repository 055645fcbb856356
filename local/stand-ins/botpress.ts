/**
 * Stand-in for the Botpress cloud: the Chat API of one bot and its webhook on this machine, and somebody who chats.
 *
 * Beside the API, which lies below the webhook id: `POST /say` speaks as a user and ends, as the API does, when the webhook has been
 * answered; `GET /say/<conversation>` shows the transcript; `POST /faults` (see botpress/faults.ts) makes something go wrong,
 * `DELETE /faults` mends it; `GET /webhooks` lists what was reported, with the answers.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Bot, openActs, silentBot } from './botpress/acts.ts';
import { ApiError, BareError } from './botpress/api-error.ts';
import { openCloud } from './botpress/cloud.ts';
import { Listening, openListeners } from './botpress/listeners.ts';
import { openRest } from './botpress/rest.ts';
import { type Line, type Saying, say, sayShape, transcribe } from './botpress/say.ts';
import type { Signal } from './botpress/signals.ts';
import { userIdIn } from './botpress/user-keys.ts';
import { type Emission, openWebhook } from './botpress/webhook.ts';
import { type Fault, openFaults } from './kit/faults.ts';
import { answerUnlessLost, BadRequest, mount, obstruct, readJson, readShape } from './kit/mount.ts';
import { type StandIn, sayExamples, whole } from './kit/stand-in.ts';
import { BodyTooLarge, type Handler, sendJson } from './serve.ts';

export interface BotpressOptions {
  webhookId: string;
  /** Configures manual authentication: this signs every user's key. */
  encryptionKey?: string;
  /** Signs users' keys where no encryption key is configured (shared authentication). */
  serverSecret?: string;
  /** Where signals go; nowhere without it. */
  webhookUrl?: string | (() => string);
  webhookSecret?: string;
  /** Silent when not given. */
  bot?: Bot;
  /** Of lists; Botpress' own is about 20. */
  pageSize?: number;
  now?: () => number;
}

export interface BotpressStandIn {
  handle: Handler;
  /** Speaks as a user, after which the webhook has been answered; gives the message's id. */
  say(saying: Saying): Promise<string>;
  /** Speaks as the bot, as the humans of the team do there. */
  sayAsBot(conversationId: string, text: string): Promise<void>;
  /** Takes a message back as its user would. */
  remove(messageId: string): Promise<void>;
  /** The conversation, oldest first. */
  transcript(conversationId: string): Line[];
  /** Makes the next matching request or webhook go wrong. */
  fail(fault: Fault): void;
  mend(): void;
  /** API requests that came in, oldest first; `path` begins below the webhook id. */
  requests: { method: string; path: string }[];
  webhooks: readonly Emission[];
  /** Ends when no webhook is on its way. */
  settle(): Promise<void>;
}

export function createBotpress(options: BotpressOptions): BotpressStandIn {
  const { webhookId, encryptionKey, webhookUrl, webhookSecret, now = Date.now } = options;
  const secret = encryptionKey ?? options.serverSecret ?? 'shared by all bots';
  const faults = openFaults();
  const url = () => (typeof webhookUrl === 'function' ? webhookUrl() : webhookUrl);
  const webhook = openWebhook({ url, secret: webhookSecret, faults });
  const cloud = openCloud(now);
  const listeners = openListeners(cloud);
  const emit = async (signal: Signal) => {
    listeners.tell(signal);
    await webhook.emit(signal);
  };
  const acts = openActs(cloud, emit, options.bot ?? silentBot);
  const isManual = encryptionKey !== undefined;
  const rest = openRest(cloud, acts, { secret, isManual, pageSize: options.pageSize ?? 20 });
  const requests: BotpressStandIn['requests'] = [];

  async function callApi(request: IncomingMessage, response: ServerResponse, path: string[], query: URLSearchParams) {
    const call = { method: request.method ?? 'GET', path: `/${path.join('/')}` };
    requests.push(call);
    if (call.method === 'OPTIONS') return void response.end();
    const body = await readJson(request);
    if (obstruct(faults, response, call) || isRefused(call, response)) return;
    const header = request.headers['x-user-key'];
    const caller = () => userIdIn(typeof header === 'string' ? header : undefined, secret, now());
    const answer = await rest({ method: call.method, path, query, body, caller });
    answerUnlessLost(faults, response, call, () =>
      answer instanceof Listening ? listeners.add(answer, response) : send(response, answer),
    );
  }

  /** True when the request has got its answer. */
  function isRefused(call: { method: string; path: string }, response: ServerResponse): boolean {
    const fault = faults.take(['down', 'busy', 'disguised'], call);
    if (fault?.kind === 'busy') {
      const seconds = fault.retryAfterSeconds;
      throw new ApiError('RateLimited', 'rate limited', seconds === undefined ? {} : { 'retry-after': `${seconds}` });
    }
    if (fault?.kind === 'down' && fault.status === undefined) throw new ApiError('Internal', 'out of order');
    if (fault?.kind === 'down') response.writeHead(fault.status ?? 500).end('<h1>out of order</h1>');
    if (fault?.kind === 'disguised') sendJson(response, 200, new ApiError('Internal', 'out of order').toBody(now()));
    return fault !== undefined;
  }

  const handle = mount({
    api: async ({ request, response, url: { pathname, searchParams } }) => {
      const [place, ...path] = pathname.split('/').filter(Boolean);
      if (place === webhookId) await callApi(request, response, path, searchParams);
      else if (place === 'webhooks') sendJson(response, 200, { webhooks: webhook.emissions });
      else throw new BareError(404, 'unknown webhook id');
    },
    say: async (value) => {
      const { id, createdAt } = await say(cloud, acts, readSaying(value));
      return { id, createdAt };
    },
    transcript: (conversation) => transcribe(cloud, conversation),
    faults,
    refuse: (response, error) => refuse(response, error, now()),
  });

  return {
    handle,
    say: async (saying) => (await say(cloud, acts, readSaying(saying))).id,
    sayAsBot: async (conversationId, text) => {
      const conversation = cloud.conversation(conversationId);
      if (conversation) await acts.createBotMessage(conversation, text);
    },
    remove: async (messageId) => {
      const message = cloud.message(messageId);
      if (message) await acts.deleteMessage(message);
    },
    transcript: (conversationId) => transcribe(cloud, conversationId),
    fail: faults.add,
    mend: faults.clear,
    requests,
    webhooks: webhook.emissions,
    settle: webhook.settle,
  };
}

function readSaying(value: unknown): Saying {
  const saying = readShape(sayShape, value);
  if ((saying.text === undefined) === (saying.payload === undefined))
    throw new BareError(400, 'say a text or a payload');
  return saying;
}

function refuse(response: ServerResponse, error: unknown, now: number): void {
  const own = toOwnError(error);
  if (own instanceof BareError) sendJson(response, own.status, { message: own.message });
  else sendJson(response, own.status, own.toBody(now), own.headers);
}

function toOwnError(error: unknown): ApiError | BareError {
  if (error instanceof ApiError || error instanceof BareError) return error;
  if (error instanceof BadRequest) return new BareError(error.status, error.message);
  if (error instanceof BodyTooLarge) return new ApiError('PayloadTooLarge', 'body too large');
  if (error instanceof URIError) return new BareError(400, 'not percent-encoded');
  throw error;
}

function send(response: ServerResponse, answer: unknown): void {
  if (typeof answer === 'string') response.writeHead(200, { 'content-type': 'text/plain' }).end(answer);
  else sendJson(response, 200, answer);
}

/** As the embedded stack runs it. */
export const standIn: StandIn = {
  name: 'botpress',
  title: 'Botpress',
  real: (settings) => {
    const key = settings.BOTPRESS_USER_KEY ? 'BOTPRESS_USER_KEY' : 'BOTPRESS_ENCRYPTION_KEY';
    return whole(settings, 'Botpress', ['BOTPRESS_API_URL', 'BOTPRESS_WEBHOOK_SECRET', key], []);
  },
  instead: 'set BOTPRESS_API_URL, BOTPRESS_WEBHOOK_SECRET and BOTPRESS_ENCRYPTION_KEY',
  hook: '/botpress/events',
  door: {
    about: 'Botpress’ Chat integration reports what was said; the answer is posted there as a chat user.',
    markup: 'markdown',
    delivery: { method: 'POST', path: '/messages' },
    seatOf: ({ botpress, name }) => (botpress ? { as: name } : { lacks: 'it does not say botpress: true' }),
  },
  open: ({ url, doors }) => {
    const webhookId = 'local';
    const keys = { encryptionKey: 'local encryption key', webhookSecret: 'local webhook secret' };
    const { handle } = createBotpress({ webhookId, webhookUrl: `${doors}/botpress/events`, ...keys });
    return {
      handle,
      settings: {
        BOTPRESS_API_URL: `${url}/${webhookId}`,
        BOTPRESS_ENCRYPTION_KEY: keys.encryptionKey,
        BOTPRESS_WEBHOOK_SECRET: keys.webhookSecret,
      },
    };
  },
  examples: sayExamples('Botpress'),
};
