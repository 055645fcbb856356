/** What a turn costs in capacity units, however long the conversation: counted, not estimated. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { batch, sent } from '../harness/hand-made.ts';
import { sized } from '../harness/size.ts';
import { talkjsChat } from '../harness/talkjs-chat.ts';
import { openWorld, type World } from '../harness/world.ts';

/** In all, the window is full and its beginning moves. */
const TURNS = sized({ sample: 60, all: 350, proof: 350 });

const chat = talkjsChat();
const USER_TEXT = 'What do you think of this? '.padEnd(120, 'x');
const ANSWER = 'I think that it is well made. '.padEnd(900, 'y');

let world: World;
beforeAll(async () => {
  world = await openWorld(chat, { HUMAN_ROLES: 'agent', HANDOFF_WORDS: 'agent', HANDOFF_RETURN_HOURS: '2' });
});
afterAll(() => world.close());

it('costs at most 5 write units a turn, one more in the first of a month, and reads its window once', async () => {
  await chat.say('long', 'Hello');
  await world.quiet();
  world.claude.script({ text: ANSWER, times: 'forever' });
  const rows: { turn: number; writes: number; reads: number; windowBytes: number }[] = [];

  for (let turn = 1; turn <= TURNS; turn++) {
    const { turns } = await world.store.recent({ platform: 'talkjs', conversation: 'long' });
    world.dynamo.calls.length = 0;
    await world.reply(batch([sent('talkjs', 'long', USER_TEXT, turn)]), { getRemainingTimeInMillis: () => 60_000 });
    const [writes, reads] = [units(false), units(true)];
    rows.push({ turn, writes, reads, windowBytes: bytesOf(turns) });
  }

  console.table(rows.filter(({ turn }) => [1, 10, 100, 200, TURNS].includes(turn)));
  const late = rows.slice(TURNS / 2);
  // With the first of a month it is also noted where the user speaks.
  expect(rows.map(({ writes }) => writes)).toEqual([6, ...rows.slice(1).map(() => 5)]);
  // Each looks once whether its user was forgotten, the first one also whether its conversation was.
  expect(rows.filter(({ turn, reads, windowBytes }) => reads > (turn === 1 ? 3 : 2) + windowBytes / 4096)).toEqual([]);
  expect(Math.max(...late.map(({ reads }) => reads))).toBe(Math.max(...rows.map(({ reads }) => reads)));
});

it('costs one write unit when a message comes again', async () => {
  world.dynamo.calls.length = 0;

  await world.reply(batch([sent('talkjs', 'long', USER_TEXT, TURNS)]), { getRemainingTimeInMillis: () => 60_000 });

  const writes = world.dynamo.calls.filter(({ operation }) => operation === 'UpdateItem');
  expect(writes).toHaveLength(1);
});

it('costs 4 write units more to hand over, however long the last messages, at most 8 a word of the team, and 3 to give back', async () => {
  await chat.say('handed', 'Hello');
  await world.quiet();
  const at = Date.now();
  for (const n of [1, 2, 3]) await cost(sent('talkjs', 'handed', USER_TEXT.padEnd(500, 'x'), n));
  const by = { platform: 'talkjs', conversation: 'handed', speaker: { id: 'bob' }, attachments: [] } as const;
  const word = (messageId: string, text: string) =>
    ({ event: 'intervened', ...by, messageId, text, createdAt: at + Number(messageId) }) as const;

  const ordinary = await cost(sent('talkjs', 'handed', USER_TEXT, 4));
  const handed = await cost(sent('talkjs', 'handed', 'agent', 5));
  const taken = await cost(word('600000', 'I am here.'));
  const next = await cost(word('600001', 'It is on its way.'));
  const back = await cost(word('600002', '/bot'));

  const writes = { ordinary, handed, taken, next, back };
  expect(writes).toEqual({ ordinary: 5, handed: 9, taken: 8, next: 7, back: 3 });
  expect((await world.store.conversationOf(by)).owner).toBe('bot');
});

/** In write units. */
async function cost(inbound: object): Promise<number> {
  world.dynamo.calls.length = 0;
  await world.reply(batch([inbound]), { getRemainingTimeInMillis: () => 60_000 });
  return units(false);
}

/** Of the calls since they were last forgotten. */
function units(isRead: boolean): number {
  return world.dynamo.calls
    .filter(({ operation }) => (operation === 'Query' || operation === 'GetItem') === isRead)
    .reduce((sum, call) => sum + call.units, 0);
}

/** The size DynamoDB counts, roughly: names and values of what is stored. */
function bytesOf(items: readonly unknown[]): number {
  return items.reduce((sum: number, item) => sum + Buffer.byteLength(JSON.stringify(item)), 0);
}
