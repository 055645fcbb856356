/** A disclosure, from bot.md to what a user reads: in the stream, in the transcript and in what Claude remembers, once. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ChatWorld, openChatWorld } from '../harness/chat-world.ts';
import { twoBots } from '../harness/two-bots.ts';

const headers = { authorization: 'Bearer a-key-of-sales-0123456' };
const DISCLOSURE = 'You are talking to an AI assistant.';

let world: ChatWorld;

beforeAll(async () => {
  world = await openChatWorld({
    BOTS_DIR: twoBots(`disclosure: ${DISCLOSURE}\n`),
    CHAT_ACCESS_KEYS: 'a-key-of-all-bots-0123,sales=a-key-of-sales-0123456',
  });
});
afterAll(() => world.close());

it('is said with the first answer of a conversation, and is what is stored of it', async () => {
  const first = await world.say('session', 'Hello', headers);
  const second = await world.say('session', 'And again', headers);
  const [, told, , later] = await world.transcript('session', headers);

  expect(first.text.startsWith(`${DISCLOSURE}\n\n`)).toBe(true);
  expect([told?.text, later?.text]).toEqual([first.text, second.text]);
  expect(second.text).not.toContain(DISCLOSURE);
});

it('is repeated with its answer, and only there, to who asks again under the same key', async () => {
  const ask = () => world.say('repeated', 'Hello', { ...headers, 'idempotency-key': 'one' });

  const [first, again] = [await ask(), await ask()];

  expect(again.text).toBe(first.text);
  expect(first.text.split(DISCLOSURE)).toHaveLength(2);
});
