/** The limits, on a real DynamoDB-compatible server. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { beforeAll, describe, expect, it } from 'vitest';
import type { LimitSettings } from '../../lib/config.ts';
import { openCounters } from '../../lib/store/counters.ts';
import { openTable } from '../../lib/store/items.ts';
import { whoSpent } from '../../lib/store/spent.ts';
import { openDynamo } from '../../lib/store/store.ts';
import type { CapSettings } from '../../lib/turn/caps.ts';
import { type Asker, type OverLimit, openLimits, type Reservation } from '../../lib/turn/limits.ts';
import { faultyProxy } from '../harness/faulty-proxy.ts';
import { meter } from '../harness/meter.ts';
import { makeTable } from '../harness/tables.ts';

const DAY = 1_759_968_000_000; // the start of a day, UTC
const off: LimitSettings = {
  maxInputChars: 0,
  messagesPerMinute: 0,
  userUsdPerDay: 0,
  totalUsdPerDay: 0,
  platformUsdPerDay: {},
};

let table = '';
let askers = 0;

beforeAll(async () => {
  table = await makeTable();
});

function setUp(settings: Partial<CapSettings>, endpoint = process.env.AWS_ENDPOINT_URL_DYNAMODB ?? '') {
  const clock = { now: DAY + ++askers * 1_000 * 86_400_000 }; // a day of its own, so that no other test's counters are met
  const dynamo = DynamoDBDocumentClient.from(new DynamoDBClient({ endpoint }));
  const counters = openCounters(dynamo, table);
  const opened = openLimits({ counters, settings: { ...off, ...settings }, now: () => clock.now });
  const limits = {
    ...opened,
    reserve: (who: Asker, usd: number) => opened.enter(who, { messages: 0, usd }),
    async admitMessage(who: Asker, messages = 1): Promise<OverLimit | undefined> {
      const entered = await opened.enter(who, { messages, usd: 0 });
      return 'limit' in entered ? entered : undefined;
    },
    /** As one who asked something the day before. */
    async know(...users: Asker[]) {
      clock.now -= 86_400_000;
      await Promise.all(users.map((who) => opened.enter(who, { messages: 0, usd: 0.000_001 })));
      clock.now += 86_400_000;
    },
  };
  return { clock, limits };
}

function asker(sk: string, more: Partial<Asker> = {}): Asker {
  return { platform: 'talkjs', conversation: 'c', user: `user-${askers}`, sk, ...more };
}

/** The counters of the day. */
async function itemsOf(clock: { now: number }): Promise<Record<string, unknown>[]> {
  const { Items = [] } = await openDynamo().send(new ScanCommand({ TableName: table, ConsistentRead: true }));
  const day = Math.floor(clock.now / 86_400_000);
  return Items.filter(({ pk }) => String(pk).startsWith(`L#${day}#`));
}

/** What the day's counters of this test hold, in millionths of a dollar. */
async function spent(clock: { now: number }): Promise<Record<string, unknown>> {
  const counted = (await itemsOf(clock)).flatMap((item) => Object.entries(item));
  return Object.fromEntries(counted.filter(([name]) => ['user', 'total', 'chat-api'].includes(name)));
}

const isReservation = (result: object): result is Reservation => 'parts' in result;

describe('messages per minute', () => {
  it('admits exactly the allowed number of 100 parallel messages, and one turn of the rest carries the refusal', async () => {
    const { limits } = setUp({ messagesPerMinute: 20 });

    const results = await Promise.all(Array.from({ length: 100 }, (_, i) => limits.admitMessage(asker(`T#${i}`))));

    const refused = results.filter((result) => result !== undefined);
    expect(refused).toHaveLength(80);
    expect(refused.filter(({ isFirst }) => isFirst)).toHaveLength(1);
    expect(new Set(refused.map(({ carrier }) => carrier)).size).toBe(1);
  });

  it('says how long to wait, and admits again in the next minute', async () => {
    const { limits, clock } = setUp({ messagesPerMinute: 1 });
    clock.now += 12_000;
    await limits.admitMessage(asker('T#1'));

    const refused = await limits.admitMessage(asker('T#2'));
    clock.now += 48_000;
    const later = await limits.admitMessage(asker('T#2'));

    expect(refused).toEqual({ limit: 'messages', waitSeconds: 48, carrier: 'T#2', isFirst: true });
    expect(later).toBeUndefined();
  });

  it('counts a message once when it is tried again, and keeps the carrier of the refusal', async () => {
    const { limits } = setUp({ messagesPerMinute: 2 });

    const admitted = [
      await limits.admitMessage(asker('T#1')),
      await limits.admitMessage(asker('T#1')),
      await limits.admitMessage(asker('T#2')),
      await limits.admitMessage(asker('T#2')),
    ];
    const first = await limits.admitMessage(asker('T#3'));
    const again = await limits.admitMessage(asker('T#3'));
    const next = await limits.admitMessage(asker('T#4'));

    expect(admitted).toEqual([undefined, undefined, undefined, undefined]);
    expect([first?.isFirst, again?.isFirst, next?.isFirst]).toEqual([true, true, false]);
    expect(next?.carrier).toBe('T#3');
  });

  it('counts each user alone, and refuses once in each conversation of a user', async () => {
    const { limits } = setUp({ messagesPerMinute: 1 });
    await limits.admitMessage(asker('T#1'));

    const other = await limits.admitMessage(asker('T#2', { user: 'somebody else' }));
    const elsewhere = await limits.admitMessage(asker('T#3', { conversation: 'd' }));
    const here = await limits.admitMessage(asker('T#4'));

    expect(other).toBeUndefined();
    expect([elsewhere?.isFirst, here?.isFirst]).toEqual([true, true]);
  });
});

describe('a burst', () => {
  it('counts by its messages', async () => {
    const { limits } = setUp({ messagesPerMinute: 20 });

    const admitted = [await limits.admitMessage(asker('T#1'), 10), await limits.admitMessage(asker('T#2'), 10)];
    const third = await limits.admitMessage(asker('T#3'), 1);

    expect(admitted).toEqual([undefined, undefined]);
    expect(third).toMatchObject({ limit: 'messages' });
  });

  it('that is larger than a minute alone has it to itself', async () => {
    const { limits } = setUp({ messagesPerMinute: 2 });

    expect(await limits.admitMessage(asker('T#1'), 5)).toBeUndefined();
    expect(await limits.admitMessage(asker('T#2'))).toMatchObject({ limit: 'messages' });
  });
});

describe('who spends', () => {
  it('is listed by user, with what went to which bot, without a search of the table', async () => {
    const { limits, clock } = setUp({ userUsdPerDay: 1 });
    const users = Array.from({ length: 40 }, (_, i) => `user#${i}`);
    for (const user of users) await limits.reserve(asker('T#1', { user }), 0.001);
    await limits.reserve(asker('T#2', { user: 'user#1', bot: 'sales' }), 0.002);

    const spenders = await whoSpent(openTable(openDynamo(), table), clock.now);

    expect(spenders.map(({ user }) => user).sort()).toEqual(users.sort());
    expect(spenders.find(({ user }) => user === 'user#1')).toEqual({
      platform: 'talkjs',
      user: 'user#1',
      micros: 3_000,
      bots: { default: 1_000, sales: 2_000 },
    });
  });
});

describe('money per day', () => {
  it.each(['talkjs', 'botpress', 'http'] as const)('has a cap of its own for %s, too', async (platform) => {
    const { limits } = setUp({ totalUsdPerDay: 1, platformUsdPerDay: { [platform]: 0.002 } });
    const ask = (user: string, on: typeof platform | 'chat-api') =>
      limits.reserve(asker('T#1', { user, platform: on }), 0.001);

    await limits.know(...['a', 'b', 'c'].map((user) => asker('T#0', { user, platform })));

    const own = [await ask('a', platform), await ask('b', platform), await ask('c', platform)];

    expect(own.map(isReservation)).toEqual([true, true, false]);
    expect(isReservation(await ask('d', 'chat-api'))).toBe(true);
  });

  it('is never set aside above the cap, by however many at once', async () => {
    const { limits, clock } = setUp({ userUsdPerDay: 0.01 });

    const results = await Promise.all(Array.from({ length: 100 }, (_, i) => limits.reserve(asker(`T#${i}`), 0.0003)));

    expect(results.filter(isReservation)).toHaveLength(33);
    expect(await spent(clock)).toEqual({ user: 9_900 });
  });

  it('is what the calls really cost once they are settled, never above the cap and one call', async () => {
    const { limits, clock } = setUp({ userUsdPerDay: 0.01, totalUsdPerDay: 5 });
    let real = 0;

    await Promise.all(
      Array.from({ length: 100 }, async (_, i) => {
        const result = await limits.reserve(asker(`T#${i}`), 0.001);
        if (!isReservation(result)) return;
        const usd = i % 2 === 0 ? 0.000_4 : 0.000_9;
        real += usd;
        await limits.settle(result, usd);
      }),
    );

    const { user, total } = await spent(clock);
    expect(user).toBe(Math.round(real * 1_000_000));
    expect(total).toBe(user);
    expect(Number(user)).toBeLessThanOrEqual(11_000);
  });

  it('lets one call through where a single one is dearer than the cap', async () => {
    const { limits } = setUp({ userUsdPerDay: 0.0001 });

    const first = await limits.reserve(asker('T#1'), 0.002);
    const second = await limits.reserve(asker('T#2'), 0.002);

    expect([isReservation(first), isReservation(second)]).toEqual([true, false]);
  });

  it('gives back what the user had room for when all together have none', async () => {
    const { limits, clock } = setUp({ userUsdPerDay: 1, totalUsdPerDay: 0.001 });
    await limits.reserve(asker('T#1', { user: 'one' }), 0.001);

    const refused = await limits.reserve(asker('T#2', { user: 'one' }), 0.001);

    expect(refused).toMatchObject({ limit: 'total', waitSeconds: 86_400, isFirst: true });
    expect(await spent(clock)).toEqual({ user: 1_000, total: 1_000 });
  });

  it('has a cap of its own for the Chat API, which no other platform counts for', async () => {
    const { limits, clock } = setUp({ totalUsdPerDay: 1, platformUsdPerDay: { 'chat-api': 0.002 } });

    await limits.know(asker('T#0', { platform: 'chat-api' }));

    const own = [];
    for (let i = 0; i < 4; i++) own.push(await limits.reserve(asker(`T#${i}`, { platform: 'chat-api' }), 0.001));
    const other = await limits.reserve(asker('T#9'), 0.001);

    expect(own.map(isReservation)).toEqual([true, true, false, false]);
    expect(isReservation(other)).toBe(true);
    expect(await spent(clock)).toEqual({ total: 3_000, 'chat-api': 2_000 });
  });

  it('has a cap of its own for a bot, on whatever platform, which no other bot counts for', async () => {
    const { limits } = setUp({ botUsdPerDay: { sales: 0.002, default: 0 } });
    const of = (bot: string | undefined, sk: string, platform: Asker['platform'] = 'http') =>
      limits.reserve(asker(sk, { platform, bot, user: sk }), 0.001);
    await limits.know(asker('T#3', { user: 'T#3', bot: 'sales' }));

    const own = [await of('sales', 'T#1'), await of('sales', 'T#2'), await of('sales', 'T#3', 'talkjs')];
    const others = [await of('default', 'T#4'), await of(undefined, 'T#5')];

    expect(own.map(isReservation)).toEqual([true, true, false]);
    expect(own[2]).toMatchObject({ limit: 'total', waitSeconds: 86_400, isFirst: true });
    expect(others.map(isReservation)).toEqual([true, true]);
  });

  it('of a bot is never set aside above its cap, by however many at once, and half of it by newcomers', async () => {
    const { limits } = setUp({ totalUsdPerDay: 1, botUsdPerDay: { sales: 0.01 } });
    const ask = (i: number, platform: Asker['platform']) =>
      limits.reserve(asker(`T#${i}`, { platform, bot: 'sales', user: `user-${platform}-${i}` }), 0.001);

    const newcomers = await Promise.all(Array.from({ length: 30 }, (_, i) => ask(i, 'talkjs')));
    const known = await Promise.all(Array.from({ length: 30 }, (_, i) => ask(i, 'http')));

    expect([newcomers, known].map((all) => all.filter(isReservation).length)).toEqual([5, 5]);
  });

  it('keeps counted what an attempt set aside before it crashed', async () => {
    const { limits, clock } = setUp({ userUsdPerDay: 0.003 });
    await limits.reserve(asker('T#1'), 0.001);

    const again = await limits.reserve(asker('T#1'), 0.001);
    if (isReservation(again)) await limits.settle(again, 0.0005);

    expect(await spent(clock)).toEqual({ user: 1_500 });
  });

  it('is settled on the day it was set aside, also after midnight', async () => {
    const { limits, clock } = setUp({ userUsdPerDay: 1 });
    const yesterday = { ...clock };
    const reservation = await limits.reserve(asker('T#1'), 0.5);
    clock.now += 86_400_000;

    if (isReservation(reservation)) await limits.settle(reservation, 0.2);

    expect(await spent(yesterday)).toEqual({ user: 200_000 });
    expect(await spent(clock)).toEqual({});
  });

  it('is said to be used up once an hour, with the time until the next day', async () => {
    const { limits, clock } = setUp({ userUsdPerDay: 0.001 });
    await limits.reserve(asker('T#1'), 0.001);
    clock.now += 2 * 3_600_000;

    const said = await limits.reserve(asker('T#2'), 0.001);
    const covered = await limits.reserve(asker('T#3'), 0.001);
    clock.now += 3_600_000;
    const saidAgain = await limits.reserve(asker('T#4'), 0.001);

    expect(said).toEqual({ limit: 'user', waitSeconds: 22 * 3600, carrier: 'T#2', isFirst: true });
    expect(covered).toMatchObject({ carrier: 'T#2', isFirst: false });
    expect(saidAgain).toMatchObject({ carrier: 'T#4', isFirst: true });
  });

  it('is not given back twice when the answer of the table is lost', async () => {
    const proxy = await faultyProxy(process.env.AWS_ENDPOINT_URL_DYNAMODB ?? '');
    const { limits, clock } = setUp({ userUsdPerDay: 1 }, proxy.url);
    const reservation = await limits.reserve(asker('T#1'), 0.001);
    proxy.loseAnswers(1);

    const isSettled = isReservation(reservation) && (await limits.settle(reservation, 0.0004));

    expect(isSettled).toBe(false);
    expect(await spent(clock)).toEqual({ user: 400 });
    await proxy.close();
  });
});

describe('newcomers', () => {
  const crowd = Array.from({ length: 80 }, (_, i) => `nobody-${i}`);

  it.each([
    ['chat-api', { totalUsdPerDay: 10, platformUsdPerDay: { 'chat-api': 0.05 } }],
    ['talkjs', { totalUsdPerDay: 10, platformUsdPerDay: { talkjs: 0.05 } }],
    ['botpress', { totalUsdPerDay: 10, platformUsdPerDay: { botpress: 0.05 } }],
    ['chat-api', { totalUsdPerDay: 0.05 }],
    ['talkjs', { totalUsdPerDay: 0.05 }],
    ['botpress', { totalUsdPerDay: 0.05 }],
  ] as const)(
    'of %s, however many of one stranger, leave half of %o to those who came before',
    async (platform, caps) => {
      const { limits } = setUp({ userUsdPerDay: 1, ...caps });
      const regular = asker('T#1', { user: `regular-${askers}`, platform });
      await limits.know(regular);

      const strangers = await Promise.all(
        crowd.map((user) => limits.reserve(asker('T#1', { user: `${user} ${askers}`, platform }), 0.001)),
      );
      const ours = [];
      for (let i = 0; i < 26; i++) ours.push(await limits.reserve(regular, 0.001));

      expect(strangers.filter(isReservation)).toHaveLength(25);
      expect(ours.filter(isReservation)).toHaveLength(25);
      expect(ours.at(-1)).toMatchObject({ limit: 'total' });
    },
  );

  it('are none of tomorrow', async () => {
    const { limits, clock } = setUp({ totalUsdPerDay: 0.01 });
    const ask = () => limits.reserve(asker('T#1'), 0.005);

    const today = [await ask(), await ask()];
    clock.now += 86_400_000;
    const tomorrow = [await ask(), await ask(), await ask()];

    expect(today.map(isReservation)).toEqual([true, false]);
    expect(tomorrow.map(isReservation)).toEqual([true, true, false]);
  });

  it('are known under a name that tells nobody who they are', async () => {
    const { limits } = setUp({ totalUsdPerDay: 1 });
    await limits.reserve(asker('T#1', { user: 'a-telling-name' }), 0.001);

    const { Items = [] } = await openDynamo().send(new ScanCommand({ TableName: table, ConsistentRead: true }));

    const kept = Items.filter(({ pk }) => String(pk).startsWith('SEEN#'));
    expect(kept.length).toBeGreaterThan(0);
    expect(JSON.stringify(kept)).not.toContain('a-telling-name');
  });
});

describe('a large cap, which is counted in several items', () => {
  it('is never exceeded, and all but its end is used', async () => {
    const { limits, clock } = setUp({ totalUsdPerDay: 160 });

    const asked = Array.from({ length: 320 }, (_, i) => asker(`T#${i}`, { platform: 'http' }));
    const results = await Promise.all(asked.map((who) => limits.reserve(who, 0.9)));

    const totals = (await itemsOf(clock)).flatMap(({ total }) => (total === undefined ? [] : Number(total)));
    const sum = totals.reduce((a, b) => a + b, 0);
    expect(totals).toHaveLength(16);
    expect(Math.max(...totals)).toBeLessThanOrEqual(10_000_000);
    expect(sum).toBe(results.filter(isReservation).length * 900_000);
    expect(sum).toBeGreaterThan(140_000_000);
  });

  it('lets no call through that is dearer than the part of an item', async () => {
    const { limits, clock } = setUp({ totalUsdPerDay: 20 });

    const results = [];
    for (let i = 0; i < 4; i++) results.push(await limits.reserve(asker(`T#${i}`, { platform: 'http' }), 11));

    expect(results.filter(isReservation)).toEqual([]);
    expect(await spent(clock)).toEqual({});
  });
});

describe('a call that turns out dearer than it looked', () => {
  it('has the rest set aside, and all of it settled together', async () => {
    const { limits, clock } = setUp({ userUsdPerDay: 1, totalUsdPerDay: 1 });
    const first = await limits.reserve(asker('T#1'), 0.001);
    if (!isReservation(first)) throw new Error('refused');

    const raised = await limits.raise(asker('T#1'), first, 0.004);
    const held = await spent(clock);
    if (isReservation(raised)) await limits.settle(raised, 0.002);

    expect(held).toEqual({ user: 4_000, total: 4_000 });
    expect(await spent(clock)).toEqual({ user: 2_000, total: 2_000 });
  });

  it('is refused where there is no room, and what it had stays to be settled', async () => {
    const { limits, clock } = setUp({ userUsdPerDay: 1, totalUsdPerDay: 0.01 });
    const first = await limits.reserve(asker('T#1'), 0.001);
    if (!isReservation(first)) throw new Error('refused');

    const raised = await limits.raise(asker('T#1'), first, 0.02);
    const held = await spent(clock);
    await limits.settle(first, 0);

    expect(raised).toMatchObject({ limit: 'total', isFirst: true });
    expect(held).toEqual({ user: 1_000, total: 1_000 });
    expect(await spent(clock)).toEqual({ user: 0, total: 0 });
  });
});

describe('the price of the limits', () => {
  const all = { messagesPerMinute: 9, userUsdPerDay: 1, totalUsdPerDay: 1, platformUsdPerDay: { 'chat-api': 1 } };

  it.each([
    ['nothing when all are off', {}, 'talkjs', { first: 0, next: 0 }],
    ['four calls a turn when all are on, three more for a user’s first of a day', all, 'talkjs', { first: 7, next: 4 }],
    ['the same on the Chat API, whose door has counted the message', all, 'chat-api', { first: 7, next: 4 }],
    ['four calls a turn of /chat, whose callers are known', all, 'http', { first: 4, next: 4 }],
    ['no more for a bot’s own beside them', { ...all, botUsdPerDay: { default: 1 } }, 'talkjs', { first: 7, next: 4 }],
    ['nothing for the cap of another bot', { botUsdPerDay: { sales: 1 } }, 'talkjs', { first: 0, next: 0 }],
    [
      'four where only the bot has one, which is shared',
      { botUsdPerDay: { default: 1 } },
      'http',
      { first: 4, next: 4 },
    ],
    ['two where only users have limits', { messagesPerMinute: 9, userUsdPerDay: 1 }, 'talkjs', { first: 2, next: 2 }],
  ] as const)('is %s, of a write unit each', async (_name, settings, platform, calls) => {
    const metered = await meter(process.env.AWS_ENDPOINT_URL_DYNAMODB ?? '');
    const { limits } = setUp(settings, metered.url);
    const turn = async (sk: string) => {
      metered.calls.length = 0;
      const reservation = await limits.enter(asker(sk, { platform }), { messages: 1, usd: 0.001 });
      if (isReservation(reservation)) await limits.settle(reservation, 0.0005);
      return metered.calls.length;
    };

    const [first, next] = [await turn('T#1'), await turn('T#2')];

    expect({ first, next }).toEqual(calls);
    expect(metered.calls.filter(({ units }) => units !== 1)).toEqual([]);
    await metered.close();
  });

  it('stays one write unit for a message, in whatever minutes of a day the user speaks', async () => {
    const metered = await meter(process.env.AWS_ENDPOINT_URL_DYNAMODB ?? '');
    const { limits, clock } = setUp({ messagesPerMinute: 9, userUsdPerDay: 1 }, metered.url);

    const day = clock.now;
    for (const [i, step] of [61, 59, 7].entries()) {
      for (let minute = 0; minute < 1440; minute += step) {
        clock.now = day + i * 86_400_000 + minute * 60_000;
        await limits.admitMessage(asker(`T#${i} ${minute}`));
      }
    }

    expect(new Set(metered.calls.map(({ operation, units }) => `${operation} ${units}`))).toEqual(
      new Set(['UpdateItem 1']),
    );
    await metered.close();
  });

  it('is two write units and a read for a message over the limit', async () => {
    const metered = await meter(process.env.AWS_ENDPOINT_URL_DYNAMODB ?? '');
    const { limits } = setUp({ messagesPerMinute: 1 }, metered.url);
    await limits.admitMessage(asker('T#1'));
    metered.calls.length = 0;

    await limits.admitMessage(asker('T#2'));

    expect(metered.calls.map(({ operation }) => operation)).toEqual(['UpdateItem', 'GetItem', 'UpdateItem']);
    await metered.close();
  });
});
