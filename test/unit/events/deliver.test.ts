import { expect, it } from 'vitest';
import { type DeliverDeps, type Delivery, deliver, type Receiver } from '../../../lib/events/deliver.ts';
import type { Letter } from '../../../lib/events/event.ts';

const letter = (id: string, to: Letter['to'] = 'webhook', conversation = 'c'): Letter => ({
  ...{ to, id, conversation, platform: 'talkjs', type: 'answer.failed', body: '{}' },
});

/** A queue that counts in seconds, and receivers that answer as told; `post` gives the problem, if there is one. */
function openWorld(
  post: (letter: Letter, attempt: number) => string | undefined,
  marks: Partial<DeliverDeps['marks']> = {},
) {
  let now = 0;
  const posted: { id: string; to: string; at: number }[] = [];
  const buried: string[] = [];
  const lines: string[] = [];
  const noted = new Set<string>();
  let held = new Map<string, number>();
  const receiver: Receiver = {
    isNoted: true,
    post: async (one) => {
      posted.push({ id: one.id, to: one.to, at: now / 1000 });
      return post(one, posted.filter(({ id, to }) => id === one.id && to === one.to).length);
    },
  };
  const deps: DeliverDeps = {
    receivers: { webhook: receiver, 'chat-api': { ...receiver, isNoted: false } },
    marks: {
      look: async ({ id }) => (noted.has(id) ? 'sent' : undefined),
      note: async ({ id }) => void noted.add(id),
      ...marks,
    },
    rests: new Map(),
    hold: async (holds) => {
      held = new Map(holds.map(({ receipt, seconds }) => [receipt, seconds]));
    },
    bury: async ({ id }, { to, reason }) => void buried.push(`${id} ${to}: ${reason}`),
    now: () => now,
    log: (event) => void lines.push(event),
  };
  let waiting: Delivery[] = [];
  const once = async () => {
    waiting = waiting.map((one) => ({ ...one, attempts: one.attempts + 1 }));
    waiting = await deliver(deps, waiting, () => 30_000);
  };
  return {
    ...{ posted, buried, lines, once },
    pass(ms: number) {
      now += ms;
    },
    put(...letters: Letter[]) {
      waiting.push(
        ...letters.map((one, i) => ({
          ...{ receipt: `${one.to}-${one.id}-${i}`, attempts: 0, takenAt: now, letter: one },
          group: `${one.to} ${one.conversation}`,
        })),
      );
    },
    /** Delivers until the queue is empty. */
    async run() {
      while (waiting.length > 0) {
        await once();
        now += Math.max(...waiting.map(({ receipt }) => held.get(receipt) ?? 0), 0) * 1000;
      }
    },
  };
}

it('is tried eight times within an hour, three of them within two minutes, and is a dead letter then', async () => {
  const world = openWorld(() => 'status 500');
  world.put(letter('a'));

  await world.run();

  const times = world.posted.map(({ at }) => at);
  expect(times).toEqual([0, 2, 22, 112, 412, 1_012, 2_212, 3_600]);
  expect(times.filter((at) => at <= 120)).toHaveLength(4);
  expect(world.buried).toEqual(['a webhook: status 500']);
});

it('keeps the order of a conversation, and what waited behind a dead letter is still brought', async () => {
  const world = openWorld(({ id }) => (id === 'a' ? 'status 500' : undefined));
  world.put(letter('a'), letter('b'), letter('other', 'webhook', 'elsewhere'), letter('a', 'chat-api'));

  await world.run();

  const others = world.posted.filter(({ id }) => id !== 'a');
  expect(others).toEqual([
    { id: 'other', to: 'webhook', at: 0 },
    { id: 'b', to: 'webhook', at: 3_600 },
  ]);
  expect(world.buried.sort()).toEqual(['a chat-api: status 500', 'a webhook: status 500']);
});

it.each([
  { what: 'does not answer', tookMs: 8_000, problem: 'timeout', restMs: 10_000 },
  { what: 'takes its time for each', tookMs: 3_000, problem: undefined, restMs: 3_000 },
])('leaves a receiver alone for a while that $what, and brings what others are told meanwhile', async (how) => {
  const { tookMs, problem, restMs } = how;
  const world = openWorld(({ to }) => {
    if (to !== 'webhook') return undefined;
    world.pass(tookMs);
    return problem;
  });
  world.put(letter('a'));
  await world.once();
  world.put(letter('b', 'webhook', 'd'), letter('x', 'chat-api', 'd'));
  await world.once();
  const meanwhile = world.posted.map(({ id }) => id);
  world.pass(restMs);
  await world.once();

  expect(meanwhile).toEqual(['a', 'x']);
  expect(world.posted.slice(2).map(({ id }) => id)).toContain('b');
});

it('does not send what its receiver is known to have, nor what is forgotten by now', async () => {
  const world = openWorld(() => undefined, { look: async ({ id }) => (id === 'gone' ? 'forgotten' : undefined) });
  const repeated = openWorld(() => undefined);
  world.put(letter('gone'));
  repeated.put(letter('a'), letter('a'));

  await Promise.all([world.run(), repeated.run()]);

  expect(world.posted).toEqual([]);
  expect(repeated.posted).toHaveLength(1);
  expect([...world.lines, ...repeated.lines]).toEqual(['event-forgotten', 'event-sent', 'event-repeated']);
});

it('is sent also where the table cannot say whether it was', async () => {
  const away = async () => {
    throw new Error('away');
  };
  const world = openWorld(() => undefined, { look: away, note: away });
  world.put(letter('a'));

  await world.run();

  expect(world.posted).toHaveLength(1);
  expect(world.lines).toEqual(['event-sent', 'event-not-noted']);
});
