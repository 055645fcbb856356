/** Two bots in one deployment, of which one may cost next to nothing a day: a single call, and it has answered as much as it can. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { caller } from '../harness/chat-api-client.ts';
import { openChatApiWorld } from '../harness/chat-api-world.ts';
import { openChatWorld } from '../harness/chat-world.ts';
import { talkjsChat } from '../harness/talkjs-chat.ts';
import { twoBots } from '../harness/two-bots.ts';
import { openWorld } from '../harness/world.ts';

const CAPPED = twoBots('usdPerDay: 0.0001\nlanguage: de\n');
const SPENT = /^Mehr Fragen kann ich heute leider nicht beantworten/;

let close: () => Promise<unknown>;
const machine = { ...process.env };
beforeEach(() => {
  vi.resetModules(); // a door keeps the settings of its start
  Object.assign(process.env, machine);
});
afterEach(() => close());

const modelsOf = (requests: readonly { body: unknown }[]) =>
  requests.map(({ body }) => (body as { model: string }).model);

it('ends for its users on /chat, and no other bot’s', async () => {
  const [all, sales] = ['a-key-of-all-bots-0123', 'a-key-of-sales-0123456'].map((key) => ({
    authorization: `Bearer ${key}`,
  }));
  const world = await openChatWorld({
    BOTS_DIR: CAPPED,
    CHAT_ACCESS_KEYS: 'a-key-of-all-bots-0123,sales=a-key-of-sales-0123456',
  });
  close = world.close;

  await world.say('first', 'Hello', sales);
  const refused = await world.say('second', 'Hello', sales);
  const other = await world.say('second', 'Hello', all);

  expect(refused.status).toBe(429);
  expect(refused.last.error).toMatch(SPENT);
  expect(other.status).toBe(200);
  expect(modelsOf(world.claude.requests)).toEqual(['claude-sonnet-5-5', 'claude-haiku-5-5']);
});

it('ends at TalkJS, and no other bot’s', async () => {
  const chat = talkjsChat();
  const world = await openWorld(chat, { BOTS_DIR: CAPPED });
  close = world.close;
  const say = async (conversationId: string, userId: string, bot: string) => {
    chat.talkjs.say({ conversationId, userId, text: 'Hello', bot });
    await world.quiet();
    return chat.talkjs.transcript(conversationId).at(-1)?.text;
  };

  await say('one', 'ada', 'claude-sales');
  const refused = await say('two', 'grace', 'claude-sales');
  const other = await say('three', 'grace', 'claude');

  expect(refused).toMatch(SPENT);
  expect(other).not.toMatch(SPENT);
  expect(modelsOf(world.claude.requests)).toEqual(['claude-sonnet-5-5', 'claude-haiku-5-5']);
});

it('ends on the Chat API, and no other bot’s', async () => {
  const world = await openChatApiWorld({ settings: { BOTS_DIR: CAPPED } });
  close = world.close;
  const ask = async (webhook: string) => {
    const call = caller(world.apiUrl.replace(/local$/, webhook));
    const { key } = (await call('POST', '/users', { body: {} })).body;
    const conversationId = (await call('POST', '/conversations', { key, body: {} })).body.conversation.id;
    await call('POST', '/messages', { key, body: { conversationId, payload: { type: 'text', text: 'Hello' } } });
    await world.quiet();
    const { body } = await call('GET', `/conversations/${conversationId}/messages`, { key });
    return body.messages?.[0]?.payload.text ?? '';
  };

  await ask('sales');
  const refused = await ask('sales');
  const other = await ask('local');

  expect(refused).toMatch(SPENT);
  expect(other).not.toMatch(SPENT);
  expect(modelsOf(world.claude.requests)).toEqual(['claude-sonnet-5-5', 'claude-haiku-5-5']);
});
