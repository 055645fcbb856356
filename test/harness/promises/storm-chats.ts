/** The platforms of a storm: users who talk all at once, webhooks that come twice, and an API that fails by chance. */
import { createHmac } from 'node:crypto';
import { webhookDoor } from '../../../lib/app/ingest.ts';
import { botpressDialect } from '../../../lib/platforms/botpress/dialect.ts';
import { talkjsDialect } from '../../../lib/platforms/talkjs/dialect.ts';
import type { PlatformName } from '../../../lib/types.ts';
import { createBotpress } from '../../../local/stand-ins/botpress.ts';
import type { Handler } from '../../../local/stand-ins/serve.ts';
import { createTalkjs } from '../../../local/stand-ins/talkjs.ts';
import { httpEvent } from '../gateway.ts';
import type { Door } from './storm.ts';
import { type Mishaps, unreliableBotpress, unreliableTalkjs } from './unreliable-services.ts';

interface Crowd {
  conversations: number;
  messages: number;
  prefix: string;
  /** What is said; that it is the nth message, without it. */
  words?: ((conversation: string, n: number) => string) | undefined;
}

export interface StormChat {
  name: PlatformName;
  handle: Handler;
  settings(url: string): Record<string, string>;
  door(): Door;
  connect(door: Door): void;
  /** Everybody says everything; ends when the platform has told of it. */
  talk(crowd: Crowd): Promise<void>;
  /** The keys that the bot's messages carry, in their order. */
  replyKeys(conversation: string): Promise<string[]>;
  /** The messages whose webhooks the door answered with 200. */
  taken: ReadonlySet<string>;
  faults: Readonly<Record<string, number>>;
}

const SECRET = 'sk_test_example_do_not_use';
const ENCRYPTION_KEY = 'encryption-key-of-the-storms';

export function stormyTalkjs(mishaps: Mishaps): StormChat {
  let door: Door | undefined;
  const taken = new Set<string>();
  const talkjs = createTalkjs({
    appId: 'app',
    secretKey: SECRET,
    botId: 'claude',
    retryMs: 50,
    rateLimit: 'off',
    sendWebhook: async ({ headers, body }) => {
      const event = () => httpEvent('POST', '/talkjs', headers, Buffer.from(body));
      if (!door) throw new Error('there is no door yet');
      const isTwice = mishaps.chance.happens(mishaps.rate());
      const [answer, again] = await Promise.all(isTwice ? [door(event()), door(event())] : [door(event())]);
      const { type, data } = JSON.parse(body);
      const isOfUser = type === 'message.sent' && data.message.senderId !== 'claude';
      if (isOfUser && (isTaken(answer) || isTaken(again))) taken.add(data.message.id);
      return answer?.statusCode ?? 0;
    },
  });
  const { handle, faults } = unreliableTalkjs(talkjs, mishaps);
  return {
    name: 'talkjs',
    handle,
    taken,
    faults,
    settings: (url) => ({ TALKJS_APP_ID: 'app', TALKJS_SECRET_KEY: SECRET, TALKJS_API_URL: url }),
    door: () => webhookDoor('talkjs', talkjsDialect),
    connect: (opened) => {
      door = opened;
    },
    talk: async ({ conversations, messages, prefix, words = (_, n) => `This is message ${n}.` }) => {
      for (let n = 1; n <= messages; n++) {
        for (let c = 1; c <= conversations; c++) {
          const conversationId = `${prefix}-${c}`;
          talkjs.say({ conversationId, userId: `user-${conversationId}`, text: words(conversationId, n) });
        }
        await talkjs.settle();
      }
    },
    replyKeys: async (conversation) => {
      const lines = talkjs.transcript(conversation).filter(({ sender }) => sender === 'claude');
      return lines.map(({ custom }) => custom?.replyKey ?? '');
    },
  };
}

export function stormyBotpress(mishaps: Mishaps): StormChat {
  let door: Door | undefined;
  const taken = new Set<string>();
  const botpress = createBotpress({ webhookId: 'wh', encryptionKey: ENCRYPTION_KEY });
  const { handle, faults } = unreliableBotpress(botpress, mishaps);
  return {
    name: 'botpress',
    handle,
    taken,
    faults,
    settings: (url) => ({
      BOTPRESS_API_URL: `${url}/wh`,
      BOTPRESS_ENCRYPTION_KEY: ENCRYPTION_KEY,
      BOTPRESS_WEBHOOK_SECRET: SECRET,
    }),
    door: () => webhookDoor('botpress', botpressDialect),
    connect: (opened) => {
      door = opened;
    },
    talk: async ({ conversations, messages, prefix }) => {
      for (let n = 1; n <= messages; n++) {
        const all = Array.from({ length: conversations }, (_, c) => `${prefix}-${c + 1}`);
        await Promise.all(all.map((conversationId) => tell(conversationId, n)));
      }
    },
    replyKeys: async (conversation) => {
      const lines = botpress.transcript(conversation).filter(({ sender }) => sender === 'claude');
      return lines.map(({ metadata }) => String(metadata?.replyId));
    },
  };

  /** As the webhook would, which Botpress sends once. */
  async function tell(conversationId: string, n: number): Promise<void> {
    const userId = `user-${conversationId}`;
    const id = await botpress.say({ conversationId, userId, text: `This is message ${n}.` });
    const line = botpress.transcript(conversationId).find((one) => one.id === id);
    if (!line || !door) throw new Error('nothing was said');
    const createdAt = new Date(line.createdAt).toISOString();
    const data = { id, conversationId, userId, createdAt, payload: line.payload, isBot: false };
    const body = Buffer.from(JSON.stringify({ type: 'message_created', data }));
    const event = httpEvent('POST', '/botpress', { 'x-secret-key': SECRET }, body);
    const isTwice = mishaps.chance.happens(mishaps.rate());
    const answers = await Promise.all(isTwice ? [door(event), door(event)] : [door(event)]);
    if (answers.some(isTaken)) taken.add(id);
  }
}

function isTaken(answer: { statusCode?: number | undefined } | undefined): boolean {
  return answer?.statusCode === 200;
}

/** A signature of TalkJS, upper case as it comes. */
export function signTalkjs(body: string | Buffer, timestamp: number, secret = SECRET): string {
  return createHmac('sha256', secret).update(`${timestamp}.`).update(body).digest('hex').toUpperCase();
}
