/** The typing placeholder: there while Claude thinks, grown while Claude writes, and always replaced. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { openForget } from '../../lib/store/forget.ts';
import { openDynamo } from '../../lib/store/store.ts';
import { talkjsChat } from '../harness/talkjs-chat.ts';
import { openWorld, type World } from '../harness/world.ts';

const chat = talkjsChat();
let world: World;

beforeAll(async () => {
  world = await openWorld(chat, { TALKJS_TYPING: 'stream' });
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

/** Every text that the bot's message in the conversation had. */
function watch(conversation: string): { seen: string[]; stop(): void } {
  const seen: string[] = [];
  const timer = setInterval(() => {
    const text = fromBot(conversation)[0]?.text;
    if (text && text !== seen.at(-1)) seen.push(text);
  }, 5);
  return { seen, stop: () => clearInterval(timer) };
}

it('grows while Claude writes, and becomes the stored answer', async () => {
  const text = 'The first sentence. And **many more** words that follow it, one after the other, until the end.';
  world.claude.script({ text, tokenMs: 100 });
  const { seen, stop } = watch('growing');

  await world.converse('growing', 'Hello?');
  stop();

  const final = text.replaceAll('**', '*');
  const growing = seen.slice(1, -1);
  expect(seen[0]).toBe('_…_');
  expect(growing.length).toBeGreaterThanOrEqual(1);
  for (const one of growing) expect(final.startsWith(one.replace(/\*? …$/, ''))).toBe(true);
  expect(seen.at(-1)).toBe(final);
  expect(fromBot('growing')).toMatchObject([{ text: final, custom: { replyKey: expect.any(String) } }]);
  expect(isTyping('growing')).toBe(false);
});

it('ends as the answer although an edit was cut off, and comes late', async () => {
  world.claude.script({ text: 'The first sentence. And some more words that follow it, one by one.', tokenMs: 50 });
  chat.talkjs.fail({ kind: 'cut-after', method: 'PUT', times: 2 });

  await world.converse('unheard', 'Hello?');

  expect(fromBot('unheard')).toMatchObject([{ text: expect.stringMatching(/one by one\.$/) }]);
  expect(isTyping('unheard')).toBe(false);
});

it('shows nothing of an attempt that failed in the middle, and then the answer of the next one', async () => {
  world.claude.script({
    text: 'The first sentence. And some more words.',
    tokenMs: 50,
    breaks: { how: 'error', after: 6 },
  });

  await world.converse('broken', 'Hello?');

  expect(fromBot('broken')).toHaveLength(1);
  expect(isTyping('broken')).toBe(false);
});

it('is taken away when the team takes over while Claude writes, and no answer comes', async () => {
  world.claude.script({ text: 'Some words that nobody needs any more.', headers: 2_500 });
  await chat.say('taken', 'Hello?');
  while (!isTyping('taken')) await sleep(5);
  await world.store.handOver({ platform: 'talkjs', conversation: 'taken' }, 'human');

  await world.quiet();

  expect(fromBot('taken')).toEqual([]);
});

it('is taken away when the conversation is forgotten while Claude writes', async () => {
  const { isHeld, release } = world.holdClaude();
  await chat.say('forgotten', 'Hello?');
  await isHeld;
  while (!isTyping('forgotten')) await sleep(5);
  await openForget(
    openDynamo(),
    process.env.TABLE_NAME ?? '',
    Date.now,
  )({
    platform: 'talkjs',
    conversation: 'forgotten',
  });
  release();

  await world.quiet();

  expect(fromBot('forgotten')).toEqual([]);
});
