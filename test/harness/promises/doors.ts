/** The four doors in a virtual world: how a message comes in there, and what a reader of the conversation sees. */
import { createHmac } from 'node:crypto';
import { openAnswerStream, streamIdOf } from '../../../lib/chat-api/answer-stream.ts';
import type { ChatApi } from '../../../lib/chat-api/api.ts';
import { openHandOut } from '../../../lib/chat-api/hand-out.ts';
import { openKeys } from '../../../lib/chat-api/keys.ts';
import { messageHandlers } from '../../../lib/chat-api/message-handlers.ts';
import { openPost } from '../../../lib/chat-api/post.ts';
import { noShare } from '../../../lib/chat-api/share.ts';
import { openState } from '../../../lib/chat-api/state.ts';
import { type ChatDeps, chat } from '../../../lib/http/chat.ts';
import { openCallerLimits } from '../../../lib/http/limits.ts';
import { botpressPlatform } from '../../../lib/platforms/botpress/deliver.ts';
import { botpressDialect } from '../../../lib/platforms/botpress/dialect.ts';
import { chatApiPlatform } from '../../../lib/platforms/chat-api/deliver.ts';
import { talkjsPlatform } from '../../../lib/platforms/talkjs/deliver.ts';
import { talkjsDialect } from '../../../lib/platforms/talkjs/dialect.ts';
import { openChatApiStore } from '../../../lib/store/chat-api/chat-api.ts';
import { openForget } from '../../../lib/store/forget.ts';
import { openTable } from '../../../lib/store/items.ts';
import { openSessions } from '../../../lib/store/sessions.ts';
import { speak } from '../../../lib/text/sentences.ts';
import { receive } from '../../../lib/turn/receive.ts';
import type { Dialect, Platform, PlatformName, WebhookRequest } from '../../../lib/types.ts';
import { inEnglish } from '../english.ts';
import { botpressCloud, CLAUDE, ENCRYPTION_KEY, SECRET, talkjsCloud } from './clouds.ts';
import type { Process, Steps } from './mortal.ts';
import type { World } from './virtual-world.ts';

/** What somebody sees: who said it, and the words. */
export interface Line {
  isBot: boolean;
  text: string;
}

export interface Door {
  platform: PlatformName;
  /** A user says it; true when it was acknowledged. Whoever sends tries again as the platform does. */
  say(text: string, conversation?: string): Promise<boolean>;
  /** The platform as a worker's process sees it; the plain door has none. */
  platformOf?(process: Process): Platform;
  /** Everything that waits, or is due by `untilMs`, is delivered. */
  drain(untilMs?: number): Promise<void>;
  lines(conversation?: string): Promise<Line[]>;
}

export type OpenDoor = (world: World, steps: Steps, options: DoorOptions) => Door;

export interface DoorOptions {
  /** A message that is posted lands so many of the platform's requests later; the one who posted it hears of a timeout. */
  landsLate?: number;
  /** How often a client asks the same under the same idempotency key, having heard the answer. */
  timesAsked?: number;
}

const CONVERSATION = 'conversation';

/** TalkJS sends a webhook again once; Botpress never does; a client tries until it is answered. */
const TALKJS_ATTEMPTS = 2;
const BOTPRESS_ATTEMPTS = 1;
const CLIENT_ATTEMPTS = 5;

/** A client that got no answer asks again when the function's time is over for certain (ms). */
const CLIENT_WAIT_MS = 130_000;

export const openTalkjs: OpenDoor = (...world) => talkjsDoor('off', ...world);

/** The answer grows in the conversation. */
export const openGrowingTalkjs: OpenDoor = (...world) => talkjsDoor('stream', ...world);

function talkjsDoor(typing: 'off' | 'stream', ...[world, steps, { landsLate }]: Parameters<OpenDoor>): Door {
  const cloud = talkjsCloud(world.now, landsLate);
  const dialect = talkjsDialect({ webhookSecrets: [SECRET], botId: CLAUDE, toleranceSeconds: 300 });
  const settings = { appId: 'app', secretKey: SECRET, apiUrl: 'http://talkjs', botId: CLAUDE, typing };
  const sign = (body: string): WebhookRequest => {
    const timestamp = String(world.now());
    const signature = createHmac('sha256', SECRET).update(`${timestamp}.${body}`).digest('hex').toUpperCase();
    return {
      headers: { 'x-talkjs-timestamp': timestamp, 'x-talkjs-signature': signature },
      body: Buffer.from(body),
    };
  };
  const platformOf = (process: Process) =>
    talkjsPlatform(settings, { fetch: cloud.fetchOf(process), now: world.now, sleep });
  return {
    platform: 'talkjs',
    platformOf,
    say: (text, conversation = CONVERSATION) => {
      const body = cloud.say(conversation, text);
      return bring(world, steps, { dialect, attempts: TALKJS_ATTEMPTS, request: () => sign(body) });
    },
    drain: async (untilMs) => {
      await world.drain(platformOf, untilMs);
      await cloud.settle();
    },
    lines: async (conversation = CONVERSATION) => cloud.lines(conversation),
  };
}

export const openBotpress: OpenDoor = (world, steps, { landsLate }) => {
  const cloud = botpressCloud(world.now, landsLate);
  const dialect = botpressDialect({ webhookSecret: SECRET, botUserId: CLAUDE });
  const settings = { apiUrl: 'http://botpress/wh', botUserId: CLAUDE, credential: { encryptionKey: ENCRYPTION_KEY } };
  const platformOf = (process: Process) =>
    botpressPlatform(settings, { fetch: cloud.fetchOf(process), now: world.now, sleep });
  return {
    platform: 'botpress',
    platformOf,
    say: async (text, conversation = CONVERSATION) => {
      const body = await cloud.say(conversation, text);
      const request = () => ({ headers: { 'x-secret-key': SECRET }, body: Buffer.from(body) });
      return bring(world, steps, { dialect, attempts: BOTPRESS_ATTEMPTS, request });
    },
    drain: async (untilMs) => {
      await world.drain(platformOf, untilMs);
      await cloud.settle();
    },
    lines: async (conversation = CONVERSATION) => cloud.lines(conversation),
  };
};

export const openChatApi: OpenDoor = (world, steps) => {
  const roomsOf = (dynamo: Parameters<typeof openTable>[0]) =>
    openState({
      kept: openChatApiStore(openTable(dynamo, 'table'), world.now),
      share: noShare,
      putOutbound: undefined,
      now: world.now,
    });
  const own = roomsOf(world.table.dynamo);
  const created = (async () => {
    await own.users.create('alice', {});
    const ref = await own.conversations.create('alice', { id: CONVERSATION, key: '01ARZ3NDEKTSV4RRFFQ69G5FAV' });
    if (!ref) throw new Error('the id is taken');
    return ref;
  })();
  let keys = 0;

  async function say(text: string): Promise<boolean> {
    await created;
    const idempotencyKey = `key-${++keys}`;
    for (let attempt = 1; attempt <= CLIENT_ATTEMPTS; attempt++) {
      const process = steps.start();
      const api: ChatApi = {
        ...roomsOf(world.dynamoOf(process)),
        keys: openKeys({ secret: SECRET }),
        handOut: openHandOut(SECRET),
        putTurn: world.turnsQueueOf(process).put,
        forget: async () => ({ turns: 0, parked: [], isDone: true }),
        rate: async () => false,
        ratings: async () => [],
        speech: () => speak('en'),
        allowance: { count: async () => {}, countNewUser: async () => {} },
        streams: { take: async () => async () => {} },
        unanswered: async () => [],
        bot: 'claude',
        name: 'default',
        context: [],
      };
      const body = { conversationId: CONVERSATION, payload: { type: 'text' as const, text } };
      const params = { id: '', conversationId: '', userId: '' };
      const request = { caller: 'alice', params, nextToken: undefined, idempotencyKey, address: '', bytes: 100, body };
      const saying = messageHandlers(api)
        .createMessage(request)
        .then(
          () => true,
          () => false,
        );
      if ((await Promise.race([saying, process.died])) === true) return true;
      world.pass(CLIENT_WAIT_MS);
    }
    return false;
  }

  function platformOf(process: Process): Platform {
    const rooms = roomsOf(world.dynamoOf(process));
    const stream = (options: Parameters<typeof openAnswerStream>[1]) =>
      openAnswerStream({ publish: rooms.publish, now: world.now, onError: () => {} }, options);
    return chatApiPlatform({ put: openPost(rooms), stream, streamIdOf });
  }

  return {
    platform: 'chat-api',
    say,
    platformOf,
    drain: (untilMs) => world.drain(platformOf, untilMs),
    lines: async () => {
      const { messages } = await own.messages.list(await created, undefined);
      const kept = messages
        .reverse()
        .map(({ userId, payload }) => ({ isBot: userId !== 'alice', text: String(payload.text) }));
      // Whoever listens must have heard each of them once.
      const told = (await own.signals.after((await created).key, 0)).filter(({ ref }) => ref.startsWith('created:'));
      const heard = told.map(({ signal }) => JSON.parse(signal).data.payload.text);
      if (JSON.stringify(heard) !== JSON.stringify(kept.map(({ text }) => text)))
        throw new Error('told and kept differ');
      return kept;
    },
  };
};

export const openHttp: OpenDoor = (world, steps, { timesAsked = 1 }) => {
  const heard: Line[] = [];
  let keys = 0;

  function depsOf(process: Process): ChatDeps {
    const { composing, ...deps } = world.turnDeps(process);
    return {
      ...deps,
      limits: openCallerLimits(composing.limits, { estimateOf: () => composing.estimateUsd, speech: inEnglish }),
      sessions: openSessions(openTable(world.dynamoOf(process), 'table'), world.now),
      forget: openForget(world.dynamoOf(process), 'table', world.now),
      platform: () => ({ deliver: async () => [] }),
      identify: () => ({ caller: 'open', bot: 'default', context: [] }),
      rate: async () => false,
      mayRate: async () => false,
      isOpen: true,
      allowedOrigins: [],
    };
  }

  /** What the client has of the answer when it ends, or when the process does. */
  async function ask(process: Process, message: string, idempotencyKey: string): Promise<string> {
    const deadline = world.now() + 120_000;
    const request = new Request('http://door.local/chat/session', {
      method: 'POST',
      headers: { 'idempotency-key': idempotencyKey },
    });
    const around = {
      body: Buffer.from(JSON.stringify({ message })),
      remainingMs: () => deadline - world.now(),
      waitUntil: () => {},
    };
    const response = await Promise.race([chat(depsOf(process), request, around), process.died]);
    if (response === 'died') return '';
    const text = await Promise.race([response.text(), process.died]);
    return response.ok ? text : '';
  }

  return {
    platform: 'http',
    say: async (text) => {
      const idempotencyKey = `key-${++keys}`;
      const answers: string[] = [];
      for (let attempt = 1; attempt <= CLIENT_ATTEMPTS && answers.length < timesAsked; attempt++) {
        const pieces = readPieces(await ask(steps.start(), text, idempotencyKey));
        if (pieces.some(({ done }) => done)) answers.push(pieces.map(({ delta = '' }) => delta).join(''));
        else world.pass(CLIENT_WAIT_MS);
      }
      // The same words again are what a repeat is promised.
      for (const answer of new Set(answers)) heard.push({ isBot: true, text: answer });
      return answers.length > 0;
    },
    drain: async () => {},
    lines: async () => heard,
  };
};

function readPieces(ndjson: string): { delta?: string; done?: boolean }[] {
  return ndjson.split('\n').flatMap((line) => (line.endsWith('}') ? [JSON.parse(line)] : []));
}

async function bring(
  world: World,
  steps: Steps,
  { dialect, attempts, request }: { dialect: Dialect; attempts: number; request(): WebhookRequest },
): Promise<boolean> {
  for (let attempt = 1; attempt <= attempts; attempt++) {
    const process = steps.start();
    const { put } = world.turnsQueueOf(process);
    const answer = receive({ dialect, put, now: world.now, log: world.log }, request());
    const result = await Promise.race([answer, process.died]);
    if (result !== 'died' && result.status === 200) return true;
    world.pass(1_000);
  }
  return false;
}

/** Quick retries of a platform's API: no time passes. */
async function sleep(): Promise<void> {}
