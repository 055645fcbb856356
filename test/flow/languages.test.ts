/** The apology in three languages over each door, from the exported handlers to the user's screen. */
import { afterEach, describe, expect, it } from 'vitest';
import { replyDoor } from '../../lib/app/worker.ts';
import { speak } from '../../lib/text/sentences.ts';
import { botpressChat } from '../harness/botpress-chat.ts';
import { caller } from '../harness/chat-api-client.ts';
import { openChatApiWorld } from '../harness/chat-api-world.ts';
import { openChatWorld } from '../harness/chat-world.ts';
import { talkjsChat } from '../harness/talkjs-chat.ts';
import { openWorld } from '../harness/world.ts';

const LOCALES = ['de-AT', 'ja', 'pl-PL'] as const;

const REFERENCE = /[0-9a-f]{8}/;

/** The apology in the language of the locale, with the reference of `text`. */
function apologyIn(locale: string, text: string): string {
  const [reference = ''] = REFERENCE.exec(text) ?? [];
  return speak(locale.slice(0, 2) as 'de' | 'ja' | 'pl').apology(reference);
}

/** A world moves them to meters of its own. */
const { AWS_ENDPOINT_URL_DYNAMODB, AWS_ENDPOINT_URL_SQS } = process.env;

afterEach(() => {
  Object.assign(process.env, { AWS_ENDPOINT_URL_DYNAMODB, AWS_ENDPOINT_URL_SQS, LOCALE: '' });
});

describe('an apology', () => {
  it('over TalkJS is in the language of the user who asked', async () => {
    const chat = talkjsChat();
    const world = await openWorld(chat, { LOCALE: 'tr' });
    world.claude.script({ status: 401, times: 'forever' });

    for (const locale of LOCALES) {
      chat.talkjs.say({ conversationId: locale, userId: `user-${locale}`, locale, text: 'Hello?' });
      await world.quiet();
      const text = (await chat.transcript(locale)).at(-1)?.text ?? '';
      expect(text).toBe(apologyIn(locale, text));
    }
    await world.close();
  });

  it('over Botpress is in that of LOCALE', async () => {
    const world = await openWorld(botpressChat().chat);
    await world.worker.stop();
    world.claude.script({ status: 401, times: 'forever' });

    for (const locale of LOCALES) {
      process.env.LOCALE = locale;
      const worker = world.startWorker(replyDoor());
      const text = await world.converse(locale, 'Hello?');
      await worker.stop();
      expect(text).toBe(apologyIn(locale, text));
    }
    await world.close();
  });

  it.each(LOCALES)('over our Chat API is in that of LOCALE=%s', async (locale) => {
    const world = await openChatApiWorld({ settings: { LOCALE: locale } });
    world.claude.script({ status: 401, times: 'forever' });
    const call = caller(world.apiUrl);
    const { key, user } = (await call('POST', '/users', { body: {} })).body;
    const { id } = (await call('POST', '/conversations', { key, body: {} })).body.conversation;

    await call('POST', '/messages', {
      key,
      body: { conversationId: id, payload: { type: 'text', text: 'Hello?' } },
    });
    await world.quiet();

    const { messages } = (await call('GET', `/conversations/${id}/messages`, { key })).body;
    const { text = '' } = messages?.find((message) => message.userId !== user.id)?.payload ?? {};
    expect(text).toBe(apologyIn(locale, text));
    await world.close();
  });

  it.each(LOCALES)('over /chat is in that of LOCALE=%s, as is what a request gets that is refused', async (locale) => {
    const world = await openChatWorld({ LOCALE: locale });
    world.claude.script({ status: 401, times: 'forever' });

    const { last } = await world.say('session', 'Hello?');
    const empty = await world.say('session', ' ');

    expect(last.error).toBe(apologyIn(locale, last.error ?? ''));
    expect(empty.last.error).toBe(speak(locale.slice(0, 2) as 'de').nothingSaid);
    await world.close();
  });
});
