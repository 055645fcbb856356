/** TalkJS and Botpress in memory: the rules of the stand-ins without HTTP, each request a step of the process that makes it. */

import { openActs, silentBot } from '../../../local/stand-ins/botpress/acts.ts';
import { ApiError as BotpressError } from '../../../local/stand-ins/botpress/api-error.ts';
import { openCloud } from '../../../local/stand-ins/botpress/cloud.ts';
import { openRest as openBotpressRest } from '../../../local/stand-ins/botpress/rest.ts';
import { say as sayAtBotpress, transcribe as transcribeBotpress } from '../../../local/stand-ins/botpress/say.ts';
import { userIdIn } from '../../../local/stand-ins/botpress/user-keys.ts';
import { ApiError as TalkjsError } from '../../../local/stand-ins/talkjs/api-error.ts';
import { openApp } from '../../../local/stand-ins/talkjs/events.ts';
import { openRest as openTalkjsRest } from '../../../local/stand-ins/talkjs/rest.ts';
import { say as sayAtTalkjs, transcribe as transcribeTalkjs } from '../../../local/stand-ins/talkjs/say.ts';
import type { Process } from './mortal.ts';

export const CLAUDE = 'claude';
export const SECRET = 'sk_test_example_do_not_use';
export const ENCRYPTION_KEY = 'encryption-key-of-the-crash-matrix';

type Fetch = typeof fetch;

/** `landsLate`: what is posted takes effect so many requests later, and whoever posted it is told of no answer. */
export function talkjsCloud(now: () => number, landsLate?: number) {
  let told = '';
  const app = openApp(now, (type, data) => {
    told = JSON.stringify({ id: 'evt', type, createdAt: now(), data });
  });
  app.putUser(CLAUDE, { role: 'default' });
  const rest = openTalkjsRest(app, { maxTextChars: Number.POSITIVE_INFINITY, now });
  const late = lateness(landsLate);

  async function answer(url: URL, { method = 'GET', body }: RequestInit): Promise<Response> {
    const path = url.pathname.split('/').slice(3).map(decodeURIComponent);
    const call = { method, path, query: url.searchParams, body: body ? JSON.parse(String(body)) : undefined };
    try {
      return Response.json(await late.around(method, async () => rest(call)));
    } catch (error) {
      if (!(error instanceof TalkjsError)) throw error;
      return Response.json({ errorCode: error.errorCode, reasons: [error.message] }, { status: error.status });
    }
  }

  return {
    /** What has not landed yet lands now. */
    settle: late.land,
    fetchOf: fetchWith('TalkJS', answer),
    /** Gives the body of the webhook. */
    say(conversationId: string, text: string): string {
      sayAtTalkjs(app, CLAUDE, { conversationId, userId: 'alice', text });
      return told;
    },
    lines: (conversationId: string) =>
      transcribeTalkjs(app, conversationId).map(({ sender, text }) => ({
        isBot: sender === CLAUDE,
        text: wordsOf(text),
      })),
  };
}

export function botpressCloud(now: () => number, landsLate?: number) {
  let told = '';
  const cloud = openCloud(now);
  const acts = openActs(
    cloud,
    async (signal) => {
      told = JSON.stringify(signal);
    },
    silentBot,
  );
  const rest = openBotpressRest(cloud, acts, { secret: ENCRYPTION_KEY, isManual: true, pageSize: 20 });
  const late = lateness(landsLate);

  async function answer(url: URL, { method = 'GET', body, headers }: RequestInit): Promise<Response> {
    const path = url.pathname.split('/').slice(2);
    const key = new Headers(headers).get('x-user-key') ?? undefined;
    const caller = () => userIdIn(key, ENCRYPTION_KEY, now());
    const call = { method, path, query: url.searchParams, body: body ? JSON.parse(String(body)) : undefined, caller };
    const isMessage = method === 'POST' && path[0] === 'messages';
    try {
      return Response.json(await late.around(isMessage ? 'POST' : 'GET', () => rest(call)));
    } catch (error) {
      if (!(error instanceof BotpressError)) throw error;
      return Response.json(error.toBody(now()), { status: error.status });
    }
  }

  return {
    /** What has not landed yet lands now. */
    settle: late.land,
    fetchOf: fetchWith('Botpress', answer),
    /** Gives the body of the webhook. */
    async say(conversationId: string, text: string): Promise<string> {
      await sayAtBotpress(cloud, acts, { conversationId, userId: 'alice', text });
      return told;
    },
    lines: (conversationId: string) =>
      transcribeBotpress(cloud, conversationId).map(({ sender, text }) => ({
        isBot: sender === CLAUDE,
        text: wordsOf(text),
      })),
  };
}

/** Without buttons, which are no words. */
function wordsOf(text: string | null | undefined): string {
  return (text ?? '').split('\n\n<actionbutton:')[0] ?? '';
}

function fetchWith(name: string, answer: (url: URL, init: RequestInit) => Promise<Response>) {
  return (process: Process): Fetch =>
    (input, init = {}) =>
      process.call(`${name} ${init.method}`, () => answer(new URL(String(input)), init));
}

/** The first message that is posted lands when `requests` more have been answered. */
function lateness(requests: number | undefined) {
  let waiting: { left: number; act: () => Promise<unknown> } | undefined;
  let isOver = requests === undefined;

  async function land(): Promise<void> {
    const landing = waiting;
    waiting = undefined;
    await landing?.act();
  }

  return {
    land,
    async around(method: string, act: () => Promise<unknown>): Promise<unknown> {
      if (!isOver && method === 'POST') {
        isOver = true;
        waiting = { left: requests ?? 0, act };
        throw new TypeError('no answer');
      }
      if (waiting && waiting.left === 0) await land();
      const result = await act();
      if (waiting) waiting.left -= 1;
      return result;
    },
  };
}
