/** The fake table says what a DynamoDB-compatible server says, for everything that this project asks of a table. */

import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { DeleteCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import { openCounters } from '../../lib/store/counters.ts';
import { openTable } from '../../lib/store/items.ts';
import { openShelf } from '../../lib/store/records.ts';
import { openSessions } from '../../lib/store/sessions.ts';
import { openDynamo, openStore } from '../../lib/store/store.ts';
import type { MessageRef, Reply, Said } from '../../lib/types.ts';
import { fakeTable } from '../harness/fakes.ts';
import { takenBy } from '../harness/hand-made.ts';
import fc from '../harness/property.ts';
import { sized } from '../harness/size.ts';
import { makeTable } from '../harness/tables.ts';

const STARTED_AT = 1_760_000_000_000;

/** All the rooms that write to a table, at a time of their own. */
function roomsOn(dynamo: DynamoDBDocumentClient, name: string, clock: { now: number }) {
  const now = () => clock.now;
  const table = openTable(dynamo, name);
  return {
    store: openStore(dynamo, name, now),
    counters: openCounters(dynamo, name),
    shelf: openShelf(dynamo, name, now),
    sessions: openSessions(table, now),
    table,
  };
}

type Rooms = ReturnType<typeof roomsOn>;
type Act = (rooms: Rooms, clock: { now: number }) => Promise<unknown>;

const ref = fc.record({ n: fc.integer({ min: 1, max: 4 }), conversation: fc.constantFrom('one', 'two') });
const toRef = ({ n, conversation }: { n: number; conversation: string }): MessageRef => ({
  platform: 'talkjs',
  conversation,
  messageId: `m${n}`,
  createdAt: STARTED_AT + n,
});
const owner = fc.constantFrom('ann', 'bob');
const small = fc.integer({ min: 0, max: 3 });
const key = fc.record({ pk: fc.constantFrom('p', 'q'), sk: fc.constantFrom('a', 'b', 'c', 'd') });
const said = ({ messageId, createdAt }: MessageRef): Said => ({
  messageId,
  createdAt,
  speaker: { id: 'alice' },
  text: 'hello',
  attachments: [],
});
const reply: Reply = { kind: 'answer', text: 'Hi', stop: 'end_turn', usd: 0.01 };

const act: fc.Arbitrary<Act> = fc.oneof(
  fc.record({ ref, owner, generation: small }).map(
    ({ ref, owner, generation }): Act =>
      ({ store }, clock) =>
        store.claim(toRef(ref), { said: [said(toRef(ref))], owner, leaseUntil: clock.now + 1_000, generation }),
  ),
  fc.record({ ref, owner, epoch: small, cut: fc.boolean() }).map(
    ({ ref, owner, epoch, cut }): Act =>
      ({ store }) =>
        store.answer(toRef(ref), { owner, epoch }, cut ? { ...reply, windowFrom: `T#${STARTED_AT + 2}#m2` } : reply, [
          said(toRef(ref)),
        ]),
  ),
  fc.record({ ref, owner, epoch: small }).map(
    ({ ref, owner, epoch }): Act =>
      ({ store }) =>
        store.release(toRef(ref), { owner, epoch }),
  ),
  fc.record({ ref, owner, epoch: small }).map(
    ({ ref, owner, epoch }): Act =>
      ({ store }) =>
        store.retire(toRef(ref), { owner, epoch }, 'T#head'),
  ),
  fc.record({ ref, into: fc.constantFrom('T#x', 'T#y') }).map(
    ({ ref, into }): Act =>
      ({ store }) =>
        store.merge(toRef(ref), into),
  ),
  fc.record({ ref, state: fc.constantFrom('DELIVERED' as const, 'FAILED' as const, 'SKIPPED' as const) }).map(
    ({ ref, state }): Act =>
      ({ store }) =>
        store.finish(toRef(ref), state, ['id']),
  ),
  fc.record({ ref, at: small }).map(
    ({ ref, at }): Act =>
      ({ store }) =>
        store.correct(toRef(ref), { at, text: `edit ${at}` }),
  ),
  ref.map(
    (ref): Act =>
      ({ store }) =>
        store.find(toRef(ref)),
  ),
  ref.map(
    (ref): Act =>
      ({ store }) =>
        store.recent(toRef(ref)),
  ),
  ref.map(
    (ref): Act =>
      ({ store }) =>
        store.between(toRef(ref), 'T#', `T#${STARTED_AT + 3}#m3`),
  ),
  fc.record({ ref, upTo: small }).map(
    ({ ref, upTo }): Act =>
      ({ store }) =>
        store.summarize(toRef(ref), { text: 'words', upTo: `T#${upTo}` }),
  ),
  fc.record({ ref, owner: fc.constantFrom('bot' as const, 'human' as const) }).map(
    ({ ref, owner }): Act =>
      ({ store }) =>
        store.handOver(toRef(ref), owner),
  ),
  fc.record({ ref, owner, at: small }).map(
    ({ ref, owner, at }): Act =>
      ({ store }, clock) =>
        store.takeOver(toRef(ref), takenBy(owner, clock.now + at - 1)),
  ),
  ref.map(
    (ref): Act =>
      ({ store }) =>
        store.note(toRef(ref), said(toRef(ref))),
  ),
  ref.map(
    (ref): Act =>
      ({ store }) =>
        store.notePlace(toRef(ref)),
  ),
  ref.map(
    (ref): Act =>
      ({ store }) =>
        store.noteDeletion(toRef(ref)),
  ),
  fc.record({ room: small, mark: fc.option(fc.constantFrom('x', 'y'), { nil: undefined }) }).map(
    ({ room, mark }): Act =>
      ({ counters }) =>
        counters.add(
          { pk: 'L#1', sk: '-', expiresAt: 9 },
          [
            { name: 'user', by: 1, room },
            { name: 'total', by: 2, room: 8 },
          ],
          {
            ...(mark ? { mark, drop: ['m1', 'user2'] } : { needs: ['since'] }),
            ...(room === 0 ? { set: { since: '7' } } : {}),
          },
        ),
  ),
  small.map(
    (by): Act =>
      ({ counters }) =>
        counters.correct({ pk: 'L#1', sk: '-', expiresAt: 9 }, { user: -by, total: by }),
  ),
  owner.map(
    (value): Act =>
      ({ counters }) =>
        counters.firstOf({ pk: 'L#1', sk: 'first', expiresAt: 9 }, value),
  ),
  fc.constant<Act>(({ counters }) => counters.read({ pk: 'L#1', sk: '-', expiresAt: 9 })),
  owner.map(
    (id): Act =>
      ({ shelf }) =>
        shelf.claim(id, 'reconify', 1_000),
  ),
  owner.map(
    (id): Act =>
      ({ shelf }) =>
        shelf.finish(id, 'reconify'),
  ),
  owner.map(
    (id): Act =>
      async ({ shelf }) => {
        await shelf.park(id, new Uint8Array([1, 2, 3]));
        await shelf.strand(id);
        return [await shelf.fetch(id), await shelf.stranded(5)];
      },
  ),
  owner.map(
    (id): Act =>
      ({ shelf }) =>
        shelf.unstrand(id),
  ),
  fc.record({ owner, ms: small }).map(
    ({ owner, ms }): Act =>
      ({ sessions }, clock) =>
        sessions.occupy(
          { platform: 'http', conversation: 'c' },
          { holder: owner, messageId: 'm', until: clock.now + ms * 500 },
        ),
  ),
  owner.map(
    (holder): Act =>
      ({ sessions }) =>
        sessions.vacate({ platform: 'http', conversation: 'c' }, holder),
  ),
  fc.record({ key, value: small }).map(
    ({ key, value }): Act =>
      ({ table }) =>
        table.add(
          { ...key, value, list: [value, { deep: 'x' }] },
          { condition: '#v < :max', names: { '#v': 'value' }, values: { ':max': 2 } },
        ),
  ),
  key.map(
    (key): Act =>
      ({ table }) =>
        table.remove(key),
  ),
  fc
    .record({
      newest: fc.boolean(),
      limit: fc.integer({ min: 1, max: 3 }),
      after: fc.option(fc.constantFrom('a', 'b'), { nil: undefined }),
    })
    .map(
      ({ newest, limit, after }): Act =>
        ({ table }) =>
          table.query({ pk: 'p', from: 'a', to: 'c', newestFirst: newest, limit, after }),
    ),
  fc.constant<Act>(({ table }) =>
    table.read([
      { pk: 'p', sk: 'a' },
      { pk: 'q', sk: 'b' },
      { pk: 'none', sk: '-' },
    ]),
  ),
);

/** What an act gives, or the name of what it throws. */
async function outcome(act: Act, rooms: Rooms, clock: { now: number }): Promise<unknown> {
  try {
    return await act(rooms, clock);
  } catch (error) {
    return error instanceof Error ? error.name : error;
  }
}

describe('the fake table', () => {
  it('gives what dynalite gives, step by step, and holds the same in the end', async () => {
    const dynamo = openDynamo();
    const name = await makeTable();

    await fc.assert(
      fc.asyncProperty(fc.array(act, { minLength: 10, maxLength: 40 }), async (acts) => {
        await empty(dynamo, name);
        const fake = fakeTable();
        const clock = { now: STARTED_AT };
        const rooms = [roomsOn(fake.dynamo, name, clock), roomsOn(dynamo, name, clock)] as const;
        for (const act of acts) {
          const [faked, real] = [await outcome(act, rooms[0], clock), await outcome(act, rooms[1], clock)];
          expect(faked).toEqual(real);
          clock.now += 250;
        }
        const { Items = [] } = await dynamo.send(new ScanCommand({ TableName: name, ConsistentRead: true }));
        expect(sorted(fake.items())).toEqual(sorted(Items));
      }),
      { numRuns: sized({ sample: 15, all: 60, proof: 600 }), seed: 7 },
    );
  });
});

async function empty(dynamo: DynamoDBDocumentClient, name: string): Promise<void> {
  const { Items = [] } = await dynamo.send(new ScanCommand({ TableName: name, ConsistentRead: true }));
  for (const { pk, sk } of Items) await dynamo.send(new DeleteCommand({ TableName: name, Key: { pk, sk } }));
}

function sorted(items: readonly Record<string, unknown>[]) {
  return [...items].sort((a, b) => (`${a.pk} ${a.sk}` < `${b.pk} ${b.sk}` ? -1 : 1));
}
