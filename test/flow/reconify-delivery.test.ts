/** From the records queue to Reconify: what goes back, what is buried, what is too large, what comes twice. */
import { randomBytes } from 'node:crypto';
import { paginateScan } from '@aws-sdk/lib-dynamodb';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { openRecordsQueue } from '../../lib/queue.ts';
import { type DeliverDeps, deliver, type LogDelivery } from '../../lib/records/deliver.ts';
import { keepRecord } from '../../lib/records/envelope.ts';
import { postRecord } from '../../lib/records/post.ts';
import { type CallRecord, payloadOf } from '../../lib/records/record.ts';
import { openDynamo } from '../../lib/store/store.ts';
import type { Died } from '../../lib/types.ts';
import type { ReconifyFault } from '../../local/stand-ins/reconify.ts';
import { invoke, receive } from '../harness/consumer.ts';
import { type LogWorld, openLogWorld } from '../harness/reconify-world.ts';

let world: LogWorld;
let ids = 0;

beforeAll(async () => {
  world = await openLogWorld();
});
afterAll(() => world.close());
afterEach(() => world.reconify.heal());

function recordSaying(text: string): CallRecord {
  return {
    type: 'chat',
    timestamps: { request: 1_760_000_000_000, response: 1_760_000_001_000 },
    request: { model: 'm', messages: [{ role: 'user', content: text }] },
    response: { content: [] },
  };
}

function queue() {
  return openRecordsQueue(world.sqs, world.queues.logs);
}

async function keepNew(record = recordSaying('Hi')): Promise<string> {
  const id = `log${++ids}`;
  await keepRecord({ shelf: world.shelf, put: queue().put }, id, record);
  return id;
}

function arrived(id: string) {
  return world.reconify.records.filter((record) => record.id === id).map(({ payload }) => payload);
}

async function parkedItems(): Promise<number> {
  let count = 0;
  for await (const { Items = [] } of paginateScan({ client: openDynamo() }, { TableName: world.table })) {
    count += Items.filter(({ sk }) => String(sk).startsWith('PIECE#')).length;
  }
  return count;
}

/** One attempt, without the queue, to see how long it would wait. */
async function attempt(delivery: Partial<LogDelivery>, over: Partial<DeliverDeps> = {}) {
  const reconify = world.settings.reconify;
  if (!reconify) throw new Error('Reconify is off');
  const holds: number[] = [];
  const buried: string[] = [];
  const died: Died[] = [];
  const deps: DeliverDeps = {
    shelf: world.shelf,
    isForgotten: async () => false,
    receivers: [
      {
        name: 'reconify',
        post: (record, id) => postRecord(payloadOf(record, reconify), { endpoint: reconify.endpoint, id, fetch }),
      },
    ],
    rests: new Map(),
    put: queue().put,
    bury: async (body, why) => {
      buried.push(body);
      died.push(why);
    },
    hold: async (entries) => void holds.push(...entries.map(({ seconds }) => seconds)),
    now: Date.now,
    log: () => {},
    ...over,
  };
  const id = `log${++ids}`;
  const body = JSON.stringify({ v: 1, id, record: recordSaying('Hi') });
  const back = await deliver(deps, [{ messageId: 'm', receipt: 'r', attempts: 1, body, ...delivery }]);
  return { isBack: back.includes('m'), seconds: holds[0], buried, died, id };
}

describe('a record that Reconify does not take now', () => {
  it.each<ReconifyFault>([{ kind: 'down' }, { kind: 'busy' }, { kind: 'broken' }, { kind: 'not-ok' }, { kind: 'cut' }])(
    'goes back for a few seconds: $kind',
    async (fault) => {
      world.reconify.fail(fault);

      const { isBack, seconds, id } = await attempt({});

      expect(isBack).toBe(true);
      expect(seconds).toBeGreaterThan(3);
      expect(seconds).toBeLessThanOrEqual(10);
      expect(arrived(id)).toEqual([]);
    },
  );

  it('waits longer from time to time, up to a quarter of an hour', async () => {
    world.reconify.fail({ kind: 'broken' });

    const waits: number[] = [];
    for (const attempts of [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 50]) waits.push((await attempt({ attempts })).seconds ?? 0);

    const inTheFirstMinute = waits.slice(0, 4);
    expect(Math.max(...inTheFirstMinute)).toBeLessThanOrEqual(30);
    expect(waits.slice(-2).every((seconds) => seconds > 600 && seconds <= 900)).toBe(true);
    expect(waits.slice(4, 10)).toEqual(waits.slice(4, 10).toSorted((a, b) => a - b));
  });

  it('waits as long as Reconify asks for', async () => {
    world.reconify.fail({ kind: 'busy', retryAfterSeconds: 120 });

    expect((await attempt({})).seconds).toBe(120);
  });

  it('leaves it to the delivery that is at it already, and looks again soon', async () => {
    await world.shelf.claim('held', 'reconify', 60_000);

    const { isBack, seconds } = await attempt({
      body: JSON.stringify({ v: 1, id: 'held', record: recordSaying('Hi') }),
    });

    expect(isBack).toBe(true);
    expect(seconds).toBeLessThanOrEqual(10);
    expect(arrived('held')).toEqual([]);
  });
});

describe('a record that Reconify will never take', () => {
  it('is buried at once, as it was, and without the keys', async () => {
    world.reconify.fail({ kind: 'refuse' });
    const id = await keepNew();

    await world.drain();
    world.reconify.heal();

    const buried = await world.buried();
    expect(buried).toHaveLength(1);
    expect(JSON.parse(buried[0] ?? '')).toEqual({ v: 1, id, record: recordSaying('Hi') });
    expect(buried[0]).not.toMatch(/app-key|api-key/);
  });

  it('is buried when a day of attempts is over', async () => {
    world.reconify.fail({ kind: 'broken' });

    const last = await attempt({ attempts: 100 });

    expect(last.isBack).toBe(false);
    expect(last.buried).toHaveLength(1);
    expect(last.died).toEqual([{ to: 'reconify', reason: expect.stringContaining('reconify') }]);
  });

  it('is buried when nobody can read it', async () => {
    const { isBack, buried } = await attempt({ body: '{"v":2}' });

    expect(isBack).toBe(false);
    expect(buried).toEqual(['{"v":2}']);
  });

  it('goes back when the dead letters do not take it', async () => {
    const bury = () => Promise.reject(new Error('away'));

    const { isBack } = await attempt({ body: '{"v":2}' }, { bury });

    expect(isBack).toBe(true);
  });
});

describe('a record that comes twice', () => {
  it('is posted once, whether the copies meet or not', async () => {
    const record = recordSaying('Hi');
    const put = queue().put;
    const kept = { shelf: world.shelf, put };

    await Promise.all([keepRecord(kept, 'twin', record), keepRecord(kept, 'twin', record)]);
    await world.drain({ lanes: 2 });
    await keepRecord(kept, 'twin', record);
    await world.drain();

    expect(arrived('twin')).toHaveLength(1);
  });

  it('can be told as one when Reconify had taken it and the answer was lost', async () => {
    world.reconify.fail({ kind: 'cut-after', times: 1 });
    const id = await keepNew();

    await world.drain();

    const [first, second, ...others] = arrived(id);
    expect(others).toEqual([]);
    expect(second).toEqual(first);
  });
});

describe('a record too large for the queue', () => {
  const noise = (bytes: number) => randomBytes(bytes).toString('base64');

  it('loses the contents of its files first', async () => {
    const record = recordSaying('Hi');
    const source = { type: 'text', media_type: 'text/plain', data: noise(900_000) };

    const id = await keepNew({ ...record, request: { messages: [{ role: 'user', content: [{ source }] }] } });

    expect(await parkedItems()).toBe(0);
    await world.drain();
    expect(JSON.stringify(arrived(id))).toContain('[removed: 1200000 characters]');
  });

  it('waits in the table in small pieces, arrives as it was, and leaves nothing behind', async () => {
    const record = recordSaying(noise(1_500_000));
    world.reconify.fail({ kind: 'broken', times: 1 });

    const id = await keepNew(record);

    expect(await parkedItems()).toBeGreaterThan(3);
    await world.drain();
    const [payload, ...others] = arrived(id);
    expect(others).toEqual([]);
    expect(payload).toMatchObject({ request: record.request, response: record.response });
    expect(await parkedItems()).toBe(0);
  });

  it('stays parked when it is buried', async () => {
    world.reconify.fail({ kind: 'refuse', times: 1 });
    const id = await keepNew(recordSaying(noise(1_500_000)));

    await world.drain();

    expect(await world.buried()).toEqual([JSON.stringify({ v: 1, id, parked: true })]);
    expect(await parkedItems()).toBeGreaterThan(3);
    await world.shelf.clear(id);
  });
});

describe('a record that the queue does not take', () => {
  it('waits in the table and goes out with the next one', async () => {
    const away = { shelf: world.shelf, put: () => Promise.reject(new Error('away')) };

    const isQueued = await keepRecord(away, 'stranded', recordSaying('Hi'));
    const next = await keepNew();
    await world.drain();

    expect(isQueued).toBe(false);
    expect(arrived('stranded')).toHaveLength(1);
    expect(arrived(next)).toHaveLength(1);
    expect(await world.shelf.stranded(10)).toEqual([]);
  });
});

it('gives everything back while Reconify is not configured', async () => {
  const id = await keepNew();
  const [message] = await receive(world.sqs, world.queues.logs);
  const kept = { ...process.env };
  for (const name of ['RECONIFY_APP_KEY', 'RECONIFY_API_KEY']) delete process.env[name];
  vi.resetModules();
  const { deliver: unconfigured } = await import('../../functions/reconify.ts');

  const { failed } = await invoke(world.sqs, world.queues.logs, unconfigured, message ? [message] : []);

  Object.assign(process.env, kept);
  expect(failed).toEqual([message?.MessageId]);
  expect(arrived(id)).toEqual([]);
});
