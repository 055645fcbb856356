/** What one user, one conversation or one address may ask of the Chat API: 429 in time, with nothing kept, queued or held. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openAllowance, sourceOf } from '../../lib/chat-api/allowance.ts';
import { openCounters } from '../../lib/store/counters.ts';
import { openTable } from '../../lib/store/items.ts';
import { openLeases } from '../../lib/store/leases.ts';
import { openDynamo } from '../../lib/store/store.ts';
import { type Answer, type Call, caller, type OpenStream, openStream } from '../harness/chat-api-client.ts';
import { type ChatApiWorld, openChatApiWorld } from '../harness/chat-api-world.ts';
import { depth } from '../harness/consumer.ts';
import { withinOneMinute } from '../harness/minute.ts';
import { makeTable } from '../harness/tables.ts';

let world: ChatApiWorld;
let call: Call;
const streams: OpenStream[] = [];

async function open(options: Parameters<typeof openChatApiWorld>[0]) {
  world = await openChatApiWorld(options);
  call = caller(world.apiUrl);
}

afterEach(async () => {
  for (const stream of streams.splice(0)) stream.leave();
  await world.close();
});

async function newUser() {
  const { body } = await call('POST', '/users', { body: {} });
  return { id: body.user.id, key: body.key };
}

async function newConversation(key: string) {
  return (await call('POST', '/conversations', { key, body: {} })).body.conversation.id;
}

const say = (key: string, conversationId: string, more: object = {}) =>
  call('POST', '/messages', { key, body: { conversationId, payload: { type: 'text', text: 'hello' }, ...more } });

const countOf = (answers: readonly Answer[], status: number) => answers.filter((one) => one.status === status).length;

function expectRefused(answers: readonly Answer[]) {
  const refused = answers.filter(({ status }) => status === 429);
  expect(refused.length).toBeGreaterThan(0);
  for (const { body, headers } of refused) {
    expect(body).toMatchObject({ code: 429, type: 'RateLimited' });
    expect(Number(headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
  }
}

describe('messages', () => {
  beforeEach(withinOneMinute);

  it('beyond those of a minute are neither kept nor queued', async () => {
    await open({ isAnswering: false, settings: { USER_MESSAGES_PER_MINUTE: '3' } });
    const { key } = await newUser();
    const id = await newConversation(key);

    const answers = await Promise.all(Array.from({ length: 12 }, () => say(key, id)));

    // A minute may begin in between.
    expect([3, 6]).toContain(countOf(answers, 201));
    expectRefused(answers);
    expect(await depth(world.sqs, world.queues.turns)).toBe(countOf(answers, 201));
    expect((await world.find('CHAT-MESSAGES#')).length).toBe(countOf(answers, 201));
  });

  it('count once for each 8 KB, so that a minute is bounded in bytes as well', async () => {
    await open({ isAnswering: false, settings: { USER_MESSAGES_PER_MINUTE: '20' } });
    const { key } = await newUser();
    const id = await newConversation(key);
    const metadata = { filling: 'x'.repeat(100 * 1024) };

    const answers = [];
    for (let i = 0; i < 6; i++) answers.push(await say(key, id, { metadata }));

    expect(countOf(answers, 201)).toBeLessThanOrEqual(2);
    expectRefused(answers);
  });

  it('are twenty in a conversation that nobody has answered yet, and more as soon as they are', async () => {
    await open({ isAnswering: false });
    const { key } = await newUser();
    const id = await newConversation(key);

    const answers = await Promise.all(Array.from({ length: 30 }, () => say(key, id)));
    const elsewhere = await say(key, await newConversation(key));
    await world.answer();
    const after = await say(key, id);

    expect(countOf(answers, 201)).toBe(20);
    expectRefused(answers);
    expect([elsewhere.status, after.status]).toEqual([201, 201]);
  });
});

describe('events and conversations', () => {
  it('end at their bounds', async () => {
    await open({ isAnswering: false });
    const { key } = await newUser();
    const id = await newConversation(key);
    const payload = { filling: 'x'.repeat(120 * 1024) };

    const events = [];
    for (let i = 0; i < 10; i++)
      events.push(await call('POST', '/events', { key, body: { conversationId: id, payload } }));
    const conversations = await Promise.all(
      Array.from({ length: 70 }, () => call('POST', '/conversations', { key, body: {} })),
    );

    // Four of 120 KB are a minute's, and a minute may begin in between.
    expect(countOf(events, 201)).toBeLessThanOrEqual(8);
    expectRefused(events);
    // With the first one that is 60 an hour, and an hour may begin in between.
    expect([59, 60, 70]).toContain(countOf(conversations, 201));
  });
});

describe('new users', () => {
  it('are ten a minute of one address, and of one network of IPv6', async () => {
    await open({ isAnswering: false });
    const counters = openCounters(openDynamo(), await makeTable());
    const { countNewUser } = openAllowance({ counters, messagesPerMinute: 0, usersPerMinute: 0, now: () => 1e12 });
    const come = async (addressOf: (i: number) => string) => {
      const results = await Promise.allSettled(Array.from({ length: 25 }, (_, i) => countNewUser(addressOf(i))));
      return results.filter(({ status }) => status === 'fulfilled').length;
    };

    expect(await come(() => '203.0.113.7')).toBe(10);
    expect(await come((i) => `2001:db8:0:1::${i}`)).toBe(10);
    expect(await come((i) => `2001:db8:0:${i + 10}::1`)).toBe(25);
    expect(await come(() => '127.0.0.1')).toBe(25);
  });

  it.each([
    ['2001:db8::1', '2001:db8:0:0'],
    ['2001:0DB8:0000:0001:ffff::', '2001:db8:0:1'],
    ['::2', '0:0:0:0'],
    ['fe80::1%eth0', 'fe80:0:0:0'],
    ['::ffff:198.51.100.1', '198.51.100.1'],
    ['198.51.100.1', '198.51.100.1'],
    ['::1', undefined],
    ['::ffff:127.0.0.1', undefined],
    ['', undefined],
  ])('come from the network of %s', async (address, source) => {
    await open({ isAnswering: false });

    expect(sourceOf(address)).toBe(source);
  });
});

describe('streams', () => {
  it('are five of a user, and free again when one ends', async () => {
    await open({ isAnswering: false, windowMs: 8_000 });
    const { key } = await newUser();
    const id = await newConversation(key);
    const listen = async () => {
      const stream = await openStream(`${world.apiUrl}/conversations/${id}/listen`, key);
      streams.push(stream);
      return stream;
    };

    const all = await Promise.all(Array.from({ length: 12 }, listen));
    const opened = all.filter(({ status }) => status === 200);
    await Promise.all(opened.map(({ closed }) => closed));
    while (world.endedWithMs().length < all.length + 2) await sleep(20);
    const next = await listen();

    expect(opened).toHaveLength(5);
    expect(all.filter(({ status }) => status === 429).every(({ headers }) => headers.get('retry-after'))).toBe(true);
    expect(next.status).toBe(200);
  });

  it('are as many in all as the stage lets through', async () => {
    await open({ isAnswering: false, settings: { CHAT_API_STREAMS: '2' } });
    const statuses = [];
    for (let i = 0; i < 4; i++) {
      const { key } = await newUser();
      const stream = await openStream(`${world.apiUrl}/conversations/${await newConversation(key)}/listen`, key);
      streams.push(stream);
      statuses.push(stream.status);
    }

    expect(statuses).toEqual([200, 200, 429, 429]);
  });

  it('that were not given back run out', async () => {
    await open({ isAnswering: false });
    let clock = 1_000_000;
    const leases = openLeases(openTable(openDynamo(), await makeTable()), () => clock);
    const lot = { pk: 'X#leases', prefix: 'S#', max: 3 };
    const take = () => leases.take(lot, `${Math.random()}`, clock + 1_000);

    const first = await Promise.all(Array.from({ length: 20 }, take));
    clock += 1_001;
    const second = await Promise.all(Array.from({ length: 20 }, take));

    expect(first.filter((place) => place !== undefined)).toHaveLength(3);
    expect(second.filter((place) => place !== undefined)).toHaveLength(3);
  });
});

describe('a link', () => {
  it('is no longer than 4,096 bytes, on every kind of message that has one', async () => {
    await open({ isAnswering: false });
    const { key } = await newUser();
    const id = await newConversation(key);
    const long = `https://files.example/${'é'.repeat(2_040)}`;
    const card = { type: 'card', title: 'a', imageUrl: long, actions: [] };
    const payloads = [
      { type: 'image', imageUrl: long },
      { type: 'audio', audioUrl: long },
      { type: 'video', videoUrl: long },
      { type: 'file', fileUrl: long },
      card,
      { type: 'carousel', items: [card] },
      { type: 'bloc', items: [{ type: 'image', imageUrl: long }] },
    ];

    const refused = await Promise.all(payloads.map((payload) => say(key, id, { payload })));
    const taken = await say(key, id, { payload: { type: 'image', imageUrl: `https://a.b/${'x'.repeat(4_000)}` } });
    const picture = await call('PUT', '/users/me', { key, body: { pictureUrl: long } });

    expect(refused.map(({ status }) => status)).toEqual(payloads.map(() => 400));
    expect([taken.status, picture.status]).toEqual([201, 400]);
  });
});
