/** A conversation that is forgotten while messages of it are under way: they are dropped, and nothing of it comes back into the table. */
import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openForget } from '../../lib/store/forget.ts';
import { openDynamo } from '../../lib/store/store.ts';
import { batch, sent } from '../harness/hand-made.ts';
import { talkjsChat } from '../harness/talkjs-chat.ts';
import { openWorld, type World } from '../harness/world.ts';

const chat = talkjsChat();
const context = { getRemainingTimeInMillis: () => 60_000 };
let world: World;

beforeAll(async () => {
  // A limit of messages is a write more before Claude is asked, and a note in the conversation when it is reached.
  world = await openWorld(chat, { USER_MESSAGES_PER_MINUTE: '50', USER_USD_PER_DAY: '5', TOTAL_USD_PER_DAY: '50' });
});
afterAll(() => world.close());

const forget = (conversation: string) =>
  openForget(openDynamo(), process.env.TABLE_NAME ?? '', Date.now)({ platform: 'talkjs', conversation });

/** Whatever in the table names it. */
async function found(conversation: string): Promise<unknown[]> {
  const scan = new ScanCommand({ TableName: process.env.TABLE_NAME ?? '', ConsistentRead: true });
  const { Items = [] } = await openDynamo().send(scan);
  return Items.filter((item) => JSON.stringify(item).includes(conversation));
}

async function botLines(conversation: string): Promise<number> {
  return (await chat.transcript(conversation)).filter(({ isBot }) => isBot).length;
}

it('drops the message that Claude is just answering, and goes on with the next', async () => {
  await world.converse('under-way', 'Hello');
  const { isHeld, release } = world.holdClaude();
  await chat.say('under-way', 'My secret is 42.');
  await isHeld;

  await forget('under-way');
  release();
  await world.quiet();
  const left = await found('under-way');
  const next = await world.converse('under-way', 'Hello again');

  expect(left).toEqual([]);
  expect(next).not.toBe('');
  expect(await botLines('under-way')).toBe(2);
  expect(JSON.stringify(world.claude.requests.at(-1)?.body)).not.toContain('secret');
});

it('drops what waited in the queue, alone or together, without asking Claude', async () => {
  await world.converse('in-line', 'Hello');
  await forget('in-line');
  const asked = world.claude.requests.length;

  const waited = [1, 2].map((n) => sent('talkjs', 'in-line', `My secret is ${n}.`, n - 10_000));
  const back = await world.reply(batch(waited), context);

  expect(back).toEqual({ batchItemFailures: [] });
  expect(world.claude.requests.length).toBe(asked);
  expect(await found('in-line')).toEqual([]);
  expect(await botLines('in-line')).toBe(1);
});

it('answers what is said afterwards, whatever of before comes behind it', async () => {
  await world.converse('anew', 'Hello');
  await forget('anew');
  await world.converse('anew', 'Hello again');

  await world.reply(batch([sent('talkjs', 'anew', 'My secret is 42.', -10_000)], 2), context);

  expect(await botLines('anew')).toBe(2);
  expect(JSON.stringify(await found('anew'))).not.toContain('secret');
});
