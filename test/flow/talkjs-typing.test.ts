/** The typing placeholder: there while Claude thinks, and always replaced. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { talkjsChat } from '../harness/talkjs-chat.ts';
import { openWorld, type World } from '../harness/world.ts';

const chat = talkjsChat();
let world: World;

beforeAll(async () => {
  world = await openWorld(chat, { TALKJS_TYPING: 'placeholder' });
});
afterAll(() => world.close());
beforeEach(() => world.claude.reset());

const fromBot = (conversation: string) =>
  chat.talkjs.transcript(conversation).filter(({ sender }) => sender === 'claude');
const isTyping = (conversation: string) => fromBot(conversation).some(({ custom }) => custom?.isTyping === 'true');

it('is there while Claude thinks and becomes the answer', async () => {
  world.claude.script({ headers: 400 });
  await chat.say('typing', 'Hello?');
  while (!isTyping('typing')) await sleep(5);

  await world.quiet();

  expect(isTyping('typing')).toBe(false);
  expect(fromBot('typing')).toHaveLength(1);
  expect(fromBot('typing')[0]?.text).toContain('offline Claude');
});

it('becomes the apology when nothing helps', async () => {
  world.claude.script({ status: 401 });

  await world.converse('hopeless', 'Hello?');

  expect(isTyping('hopeless')).toBe(false);
  expect(fromBot('hopeless')).toHaveLength(1);
  expect(fromBot('hopeless')[0]?.text).toMatch(/reference [0-9a-f]{8}/);
});

it('becomes the answer of a later attempt, too', async () => {
  world.claude.script({ status: 529, times: 3 });

  await world.converse('patient', 'Hello?');

  expect(isTyping('patient')).toBe(false);
  expect(fromBot('patient')).toHaveLength(1);
});

it('never makes a second answer when the delivery is cut off after it had its effect', async () => {
  chat.talkjs.fail({ kind: 'cut-after', method: 'PUT', times: 2 });

  await world.converse('cut', 'Hello?');

  expect(isTyping('cut')).toBe(false);
  expect(fromBot('cut')).toHaveLength(1);
});
