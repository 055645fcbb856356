/** A user is forgotten, on every platform: nothing in the whole table names them or has their words, and what others said is still there. */
import { randomUUID } from 'node:crypto';
import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toTurnConversation } from '../../lib/chat-api/ids.ts';
import { noHandoff } from '../../lib/config/handoff.ts';
import { Forgotten, Permanent } from '../../lib/errors.ts';
import { tellNobody } from '../../lib/events/outbox.ts';
import { exportUser } from '../../lib/operator/export.ts';
import { openChatApiStore } from '../../lib/store/chat-api/chat-api.ts';
import { newMessageId } from '../../lib/store/chat-api/messages.ts';
import { openCounters } from '../../lib/store/counters.ts';
import { openForget } from '../../lib/store/forget.ts';
import { type ForgetUser, openForgetUser } from '../../lib/store/forget-user.ts';
import { openTable, type Table } from '../../lib/store/items.ts';
import { openShelf } from '../../lib/store/records.ts';
import { openDynamo, openStore, type Store } from '../../lib/store/store.ts';
import { openTold } from '../../lib/store/told.ts';
import type { Compose } from '../../lib/turn/compose.ts';
import { openLimits } from '../../lib/turn/limits.ts';
import { say as sayByItself } from '../../lib/turn/say.ts';
import type { TurnDeps } from '../../lib/turn/shapes.ts';
import { takeTurn } from '../../lib/turn/turn.ts';
import type { Handoff, Platform, PlatformName, Reply, Sent } from '../../lib/types.ts';
import { inEnglish } from '../harness/english.ts';
import { batch, sent as made } from '../harness/hand-made.ts';
import { type LogWorld, openLogWorld } from '../harness/reconify-world.ts';
import { sized } from '../harness/size.ts';
import { makeTable } from '../harness/tables.ts';
import { talkjsChat } from '../harness/talkjs-chat.ts';
import { openWorld, type World } from '../harness/world.ts';

let dynamo: ReturnType<typeof openDynamo>;
let name: string;
let store: Store;
let table: Table;
let forgetUser: ForgetUser;
let ticks = 0;

beforeAll(async () => {
  dynamo = openDynamo();
  name = await makeTable();
  store = openStore(dynamo, name, Date.now);
  table = openTable(dynamo, name);
  forgetUser = openForgetUser(dynamo, name, { now: Date.now, forget: openForget(dynamo, name, Date.now) });
});

interface Speaking {
  platform: PlatformName;
  conversation: string;
  user: string;
  text: string;
  isAnswered?: boolean;
  quotes?: string;
  createdAt?: number;
}

function turnDeps(deliver: Platform['deliver']): Omit<TurnDeps, 'compose'> {
  return {
    store,
    platform: () => ({ deliver }),
    speech: inEnglish,
    maxInputChars: 0,
    now: Date.now,
    newId: randomUUID,
    tell: tellNobody,
    handoff: noHandoff,
    log: () => {},
  };
}

/** Something that is said, and answered, or apologised for. */
async function say({
  platform,
  conversation,
  user,
  text,
  isAnswered = true,
  quotes,
  createdAt,
}: Speaking): Promise<Sent> {
  ticks += 1;
  const sent: Sent = {
    event: 'sent',
    platform,
    conversation,
    messageId: `m${ticks}`,
    createdAt: createdAt ?? Date.now() - 100_000 + ticks,
    speaker: { id: user },
    text,
    attachments: [],
    ...(quotes ? { quotes } : {}),
  };
  const reply: Reply = { kind: 'answer', text: `You said: ${text}`, stop: 'end_turn' };
  const compose: Compose = async () => {
    if (!isAnswered) throw new Permanent('bad key');
    return { reply };
  };
  const deps = { ...turnDeps(async () => [`reply-to-${sent.messageId}`]), compose };
  await takeTurn(deps, { burst: [sent], generation: 0, attempts: 1, remainingMs: () => 60_000 });
  return sent;
}

/** Every item of the table in which one of these stands. */
async function found(where: string, ...words: string[]): Promise<string[]> {
  const items: string[] = [];
  for (let start: Record<string, unknown> | undefined; ; ) {
    const scan = new ScanCommand({ TableName: where, ConsistentRead: true, ExclusiveStartKey: start });
    const { Items = [], LastEvaluatedKey } = await dynamo.send(scan);
    const texts = Items.map((item) => JSON.stringify(item, (_, value) => (value instanceof Set ? [...value] : value)));
    items.push(...texts.filter((text) => words.some((word) => text.includes(word))));
    if (!LastEvaluatedKey) return items;
    start = LastEvaluatedKey;
  }
}

const PLATFORMS: PlatformName[] = ['talkjs', 'botpress', 'http', 'chat-api'];

describe.each(PLATFORMS)('a user of %s', (platform) => {
  const [zoe, bob] = [`zoe-${platform}`, `bob-${platform}`];
  let own: string;
  let shared: string;
  let unasked: string;

  beforeAll(async () => {
    [own, shared] = await makePlaces();
    const of = { platform, conversation: shared };
    const shelf = openShelf(dynamo, name, Date.now);
    await say({ platform, conversation: own, user: zoe, text: `a secret of ${zoe}` });
    await say({ platform, conversation: own, user: zoe, text: `another secret of ${zoe}`, isAnswered: false });
    const first = await say({ ...of, user: zoe, text: `what ${zoe} told all` });
    const ofBob = await say({ ...of, user: bob, text: `what ${bob} told all`, quotes: first.messageId });
    await say({ ...of, user: bob, text: `what ${bob} asked of the answer`, quotes: `reply-to-${first.messageId}` });
    const failed = await say({ ...of, user: zoe, text: `${zoe} again`, isAnswered: false, quotes: ofBob.messageId });
    await sayUnasked(own, zoe);
    unasked = await sayUnasked(shared, zoe);
    await sayUnasked(shared, bob);
    await store.rate(ofBob, { value: 'negative', at: 1, by: zoe, comment: `${zoe} says: wrong` }, undefined);
    await store.rate(first, { value: 'positive', at: 1, by: bob, comment: `fine, says ${bob}` }, undefined);
    await store.noteWaiting(failed, { attempts: 1, dueAt: 1, reason: 'x' });
    await store.notePlace(failed);
    await store.correct(failed, { at: Date.now(), text: `${zoe} corrected` });
    await store.keepStep(failed, 0, { content: `"${zoe}"`, results: '[]', handsOver: false }, 'w');
    await store.reserve(failed, '00.0', { tool: 'book', input: `"${zoe}"`, inputHash: 'h', by: 'w' });
    await store.keepEarlier(of, [
      { id: 'e1', at: 1, from: zoe, by: 'user', text: `${zoe} before` },
      { id: 'e2', at: 2, from: bob, by: 'user', text: `${bob} before` },
    ]);
    await store.summarize(failed, { text: `${zoe} and ${bob} talked`, upTo: 'T#1' });
    const handoff = { id: 'h', state: 'waiting', at: 1, by: 'user', reason: `${zoe} asks`, bot: 'default' } as const;
    const messages = [{ by: 'user', text: `${zoe} is angry` }] as const;
    await store.beginHandoff(of, { ...handoff, speaker: { id: zoe }, messages });
    const due = { event: 'due', what: 'unanswered', ...of, messageId: 'h', createdAt: 1 } as const;
    await store.noteDue({ ...due, handoff: { ...handoff, speaker: { id: zoe }, messages } });
    await store.keepRoles(of, { [zoe]: 'guest', [bob]: 'guest' });
    await shelf.noteParked(failed, `parked-${platform}`);
    await shelf.park(`parked-${platform}`, Buffer.from(zoe));
    await shelf.strand(`parked-${platform}`);
    await reachLimits();
  });

  /** What the bot says by itself; gives the message's id. */
  async function sayUnasked(conversation: string, user: string): Promise<string> {
    const { ref } = await store.unaskedOf({ platform, conversation }, `news for ${user}`);
    const words = { event: 'say', text: `Hello ${user}, this is news.`, speaker: { id: user } } as const;
    const deps = { ...turnDeps(async () => [`sent-${ref.messageId}`]), compose: async () => ({ mergedInto: '' }) };
    await sayByItself(deps, { ...ref, ...words }, { attempts: 1, remainingMs: () => 60_000 });
    return ref.messageId;
  }

  /** In which nobody else speaks, and in which bob does. */
  async function makePlaces(): Promise<[string, string]> {
    if (platform !== 'chat-api') return [`own-${platform}`, `shared-${platform}`];
    const { users, conversations, messages, signals } = openChatApiStore(table, Date.now);
    const refs = ['01M8KEPN1GX53FGQDH3VDQ05QA', '01M8KEPN1GX53FGQDH3VDQ05QB'].map((key) => ({
      id: `conv_${key}`,
      key,
    }));
    for (const user of [zoe, bob]) await users.create(user, { name: `Name of ${user}` });
    for (const ref of refs) {
      await conversations.create(zoe, ref);
      const of = { conversationId: ref.id, createdAt: Date.now() };
      const say = (userId: string) => ({
        ...of,
        id: newMessageId(ref, Date.now()),
        userId,
        payload: { type: 'text', text: userId },
      });
      await messages.add('msg', say(zoe));
      await signals.append(ref.key, { ref: 'created:1', signal: JSON.stringify({ data: { userId: zoe } }) });
      if (ref !== refs[1]) continue;
      await conversations.addMember(ref, bob);
      await messages.add('msg', say(bob));
      await signals.append(ref.key, { ref: 'created:2', signal: JSON.stringify({ data: { userId: bob } }) });
    }
    return refs.map(toTurnConversation) as [string, string];
  }

  async function reachLimits() {
    const settings = {
      maxInputChars: 0,
      messagesPerMinute: 1,
      userUsdPerDay: 1,
      totalUsdPerDay: 50,
      platformUsdPerDay: {},
    };
    const limits = openLimits({ counters: openCounters(dynamo, name), settings, now: Date.now });
    for (const sk of ['T#1', 'T#2', 'T#3'])
      await limits.enter({ platform, conversation: shared, user: zoe, sk }, { messages: 1, usd: 0.01 });
  }

  it('is gone from the whole table, and what others said is there', async () => {
    const before = await found(name, zoe);
    const { text: exported } = await exportUser({ store, table, callers: [], now: Date.now }, { platform, user: zoe });

    const { turns, whole, parked, isDone } = await forgetUser({ platform, user: zoe });

    const left = await found(name, zoe, own, `parked-${platform}`, unasked);
    const ofBob = (await found(name, bob)).join('\n');
    console.info(`${platform}: ${before.length} items named the user before, ${left.length} do so afterwards`);
    expect(before.length).toBeGreaterThan(10);
    for (const words of [
      `a secret of ${zoe}`,
      `what ${zoe} told all`,
      `${zoe} corrected`,
      `${zoe} before`,
      `Hello ${zoe}, this is news.`,
      `"comment":"${zoe} says: wrong"`,
      `"reason":"${zoe} asks"`,
      '"tool":"book","state":"RESERVED"',
      '"done":true',
    ])
      expect(exported).toContain(words);
    if (platform === 'chat-api') expect(exported).toMatch(/"kind":"user".*Name of zoe-chat-api[\s\S]*"kind":"message"/);
    expect(exported).not.toContain(bob);
    expect(left.filter((item) => !item.includes('STATE'))).toEqual([]);
    expect({ turns, whole, parked, isDone }).toEqual({
      turns: 6,
      whole: [own],
      parked: [`parked-${platform}`],
      isDone: true,
    });
    for (const words of ['told all', 'asked of the answer', 'before']) expect(ofBob).toContain(`${bob} ${words}`);
    // The team still has it, and can give it back.
    const { owner, handoff } = await store.conversationOf({ platform, conversation: shared });
    expect([owner, handoff]).toMatchObject(['human', { id: 'h', state: 'taken' }]);
    expect(ofBob).toContain(`Hello ${bob}, this is news.`);
  });

  it('is not heard with what was said before, and is with what is said afterwards', async () => {
    const place = { platform, conversation: `after-${platform}`, user: zoe };

    await say({ ...place, text: 'said before' });
    const before = await found(name, zoe);
    await say({ ...place, text: 'said afterwards', createdAt: Date.now() });

    expect(before).toEqual([]);
    expect((await found(name, 'said afterwards')).filter((item) => item.includes(zoe)).length).toBe(1);
    expect((await found(name, `after-${platform}`)).some((item) => item.includes('U#'))).toBe(true);

    await say({ ...place, text: 'said before, and late' });

    const left = await found(name, `after-${platform}`);
    expect(left.some((item) => item.includes('U#'))).toBe(true);
    expect(left.join()).not.toContain('and late');
  });
});

it('what is kept of a handoff that another one asked for stays, without what was said last, and the rest of the team', async () => {
  const of = { platform: 'talkjs', conversation: 'helped' } as const;
  const handoff: Handoff = {
    ...{ id: 'm:0', state: 'waiting', at: 1, by: 'user', reason: 'Hugo asks', bot: 'default' },
    speaker: { id: 'hugo' },
    messages: [{ by: 'user', text: 'Words of helen' }],
  };
  for (const user of ['helen', 'hugo']) await say({ ...of, user, text: `Words of ${user}` });
  for (const member of ['helen', 'eve']) await store.hearTeam(of, member);
  await store.beginHandoff(of, handoff);

  await forgetUser({ platform: 'talkjs', user: 'helen' });

  expect(await store.conversationOf(of)).toMatchObject({ team: ['eve'], handoff: { ...handoff, messages: [] } });
});

it('of 1,000 turns nothing is left', async () => {
  const turns = sized({ sample: 150, all: 1_000, proof: 1_000 });
  for (let i = 0; i < turns; i++)
    await table.put({
      pk: 'C#talkjs#many',
      sk: `T#${String(1_600_000_000_000 + i)}#many-${i}`,
      state: 'DELIVERED',
      said: [
        { messageId: `many-${i}`, createdAt: 1_600_000_000_000 + i, speaker: { id: 'mary' }, text: 'x'.repeat(200) },
      ],
    });
  await store.noteSpeaker({ platform: 'talkjs', conversation: 'many', user: 'mary' }, 1_600_000_000_000);
  const startedAt = performance.now();

  const forgotten = await forgetUser({ platform: 'talkjs', user: 'mary' });

  console.info(`${turns} turns forgotten in ${Math.round(performance.now() - startedAt)} ms`);
  expect(forgotten.turns).toBe(turns);
  expect(await found(name, 'mary', 'C#talkjs#many')).toEqual([]);
});

it('a forgetting that has no time left goes on where it ended', async () => {
  const user = 'long-winded';
  for (const n of [1, 2, 3])
    await say({ platform: 'botpress', conversation: `long-winded-${n}`, user, text: `secret ${n}` });
  const at = Date.now();
  const calls: number[] = [];

  for (let isDone = false; !isDone; ) {
    ({ isDone } = await forgetUser({ platform: 'botpress', user }, { at, until: at }));
    calls.push((await found(name, user)).length);
  }

  expect(calls.length).toBeGreaterThan(2);
  expect(calls.at(-1)).toBe(0);
});

it.each(['alone', 'among others'])('a turn of /chat that was cut short %s is not begun again', async (where) => {
  const of = { platform: 'http', conversation: `cut-${where}` } as const;
  const speaker = { id: `cutter-${where}` };
  const message = { ...of, messageId: `k-${where}`, speaker, text: `Cancel order ${where}.`, attachments: [] };
  const first = { ...message, createdAt: Date.now() };
  if (where !== 'alone') await say({ ...of, user: 'somebody else', text: 'Hello.' });
  await store.noteSpeaker({ ...of, user: speaker.id }, first.createdAt);
  await store.claim(first, { said: [first], owner: 'w', leaseUntil: Date.now() + 60_000, generation: 0 });
  let asked = 0;
  const compose: Compose = async () => {
    asked += 1;
    return { reply: { kind: 'answer', text: 'Cancelled.', stop: 'end_turn' } };
  };
  const send = (messageId: string) =>
    takeTurn(
      { ...turnDeps(async () => []), compose },
      {
        burst: [{ ...message, event: 'sent', messageId, createdAt: Date.now() }],
        ...{ generation: 0, attempts: 1, isOnlyAttempt: true, remainingMs: () => 60_000 },
      },
    );

  await forgetUser({ platform: 'http', user: speaker.id });
  const again = await send(first.messageId).catch((error: unknown) => error);
  const left = await found(name, first.text);
  await send('k-anew');

  expect(again).toBeInstanceOf(Forgotten);
  expect(left).toEqual([]);
  expect(asked).toBe(1);
});

it('what another one quotes of them, and is being answered to just then, is not kept', async () => {
  const of = { platform: 'talkjs', conversation: 'quoting' } as const;
  const quoted = await say({ ...of, user: 'quentin', text: 'Words of quentin' });
  const other = await say({ ...of, user: 'rita', text: 'Words of rita' });
  const sent = (messageId: string, quotes: string): Sent => ({
    ...{ event: 'sent', ...of, messageId, createdAt: Date.now(), speaker: { id: 'bert' } },
    ...{ text: 'Is that so?', attachments: [], quotes },
  });
  const asked: unknown[] = [];
  const compose: Compose = async ({ turn: { said } }) => {
    asked.push(said[0]?.quote?.text);
    if (asked.length === 1) await forgetUser({ platform: 'talkjs', user: 'quentin' });
    return { reply: { kind: 'answer', text: 'It is.', stop: 'end_turn' } };
  };
  const answer = (...burst: [Sent]) =>
    takeTurn(
      { ...turnDeps(async () => []), compose },
      { burst, generation: 0, attempts: 1, remainingMs: () => 60_000 },
    );

  await answer(sent('q1', quoted.messageId));
  await answer(sent('q2', other.messageId));

  expect(asked).toEqual(['Words of quentin', 'Words of rita']);
  expect(await found(name, 'Words of quentin')).toEqual([]);
  expect(await found(name, '"quote":{"by":"user","text":"Words of rita"}')).toHaveLength(1);
});

it('what waits to be told of them is told to nobody, and what is of others is', async () => {
  const told = openTold(table, Date.now);
  const letter = { to: 'webhook', id: 'evt_1', platform: 'talkjs', conversation: 'of-many' } as const;
  const takenAt = Date.now();

  await forgetUser({ platform: 'talkjs', user: 'xena' });

  const looks = [
    await told.look({ ...letter, user: 'xena' }, takenAt),
    await told.look({ ...letter, user: 'xena' }, Date.now() + 1),
    await told.look({ ...letter, user: 'somebody else' }, takenAt),
  ];
  expect(looks).toEqual(['forgotten', undefined, undefined]);
});

describe('with a turn running, records waiting and Reconify down', () => {
  const chat = talkjsChat();
  let logs: LogWorld;
  let world: World;

  beforeAll(async () => {
    logs = await openLogWorld();
    world = await openWorld(chat, { TABLE_NAME: logs.table });
  });
  afterAll(async () => {
    await Promise.all([world.close(), logs.close()]);
  });

  it('nothing of the user goes anywhere afterwards, and what others said does', async () => {
    const context = { getRemainingTimeInMillis: () => 60_000 };
    const speaker = { id: 'yves-to-forget' };
    const forget = openForget(openDynamo(), logs.table, Date.now);
    const forgetting = openForgetUser(openDynamo(), logs.table, { now: Date.now, forget });
    logs.reconify.fail({ kind: 'down' });
    await world.reply(batch([{ ...made('talkjs', 'yves-room', 'A secret of yves.', -900), speaker }]), context);
    await world.reply(batch([made('talkjs', 'all-room', 'Words of alice.', -800)]), context);
    await world.reply(batch([{ ...made('talkjs', 'all-room', 'Said by yves to all.', -700), speaker }]), context);
    await world.reply(batch([made('talkjs', 'all-room', 'Alice, told of what yves said.', -650)]), context);
    const { isHeld, release } = world.holdClaude();
    const running = { ...made('talkjs', 'yves-room', 'What yves asks now.', -600), speaker };
    const answering = world.reply(batch([running]), context);
    await isHeld;

    const { isDone } = await forgetting({ platform: 'talkjs', user: speaker.id });
    release();
    const back = await answering;
    const later = await world.reply(batch([running]), context);
    logs.reconify.heal();
    await logs.drain();

    const posted = JSON.stringify(logs.reconify.records);
    expect(isDone).toBe(true);
    expect([back, later]).toEqual([{ batchItemFailures: [] }, { batchItemFailures: [] }]);
    expect(await found(logs.table, 'yves')).toEqual([expect.stringContaining('Alice, told of')]);
    expect(posted).toContain('Words of alice.');
    expect(posted).not.toMatch(/A secret of yves|What yves asks now|Said by yves to all/);
    expect(logs.reconify.records).toHaveLength(1);
    expect(JSON.stringify(await chat.transcript('yves-room'))).not.toContain('What yves asks now');
  });
});
