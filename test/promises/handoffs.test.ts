/** Handoffs in bad weather: workers are killed at any call, table and queues lose answers, receivers fail. Nobody is forgotten or told twice. */
import { afterAll, describe, expect, it } from 'vitest';
import { type Delivery, deliver } from '../../lib/events/deliver.ts';
import type { Letter } from '../../lib/events/event.ts';
import { resume } from '../../lib/operator/own.ts';
import type { OperatorDeps } from '../../lib/operator/verb.ts';
import { openTold } from '../../lib/store/told.ts';
import { HOUR, of, openPeople } from '../harness/people.ts';
import { type Chance, chanceOf } from '../harness/promises/chance.ts';
import { provenOnPage } from '../harness/promises/reliability-page.ts';
import { sized } from '../harness/size.ts';
import { MOST_IN_A_ROW, never, openWeather, persist } from '../harness/weather.ts';

const SEEDS = sized({ sample: 15, all: 50, proof: 500 });

/** SQS knows a repeat for so long. */
const DEDUPED_MS = 5 * 60_000;

type People = ReturnType<typeof openPeople>;

interface Post {
  id: string;
  type: string;
  /** From when it was put into the queue to its first arrival (s). */
  seconds: number;
  /** Of a request: from the user's message (s). */
  sinceAsked?: number;
}

/** Brings the letters to a receiver that fails as often, by a deliverer that is killed as often. */
async function bring(people: People, chance: Chance) {
  const received: Post[] = [];
  const noted = new Set<string>();
  const afterNoted: string[] = [];
  const kept: { letter: Letter; at: number }[] = [];
  for (const one of people.letters) {
    const isRepeat = kept.some(({ letter, at }) => letter.id === one.letter.id && one.at - at < DEDUPED_MS);
    if (!isRepeat) kept.push(one);
  }
  const told = openTold(people.table, people.now);
  let clock = 0;
  let held = 0;
  let die = () => {};
  for (const { letter, at } of kept) {
    clock = Math.max(clock, at);
    let fails = 0;
    for (let attempts = 1, isDone = false; !isDone; attempts++) {
      const death = new Promise<'died'>((resolve) => {
        die = () => resolve('died');
      });
      const delivery: Delivery = { receipt: 'r', attempts, takenAt: at, group: 'g', letter };
      const broken = (share: number) => {
        const breaks = fails < MOST_IN_A_ROW && chance.happens(share);
        fails += breaks ? 1 : 0;
        return breaks;
      };
      const work = deliver(
        {
          receivers: {
            webhook: {
              isNoted: true,
              post: async ({ id, type = '' }) => {
                if (noted.has(id)) afterNoted.push(id);
                if (broken(0.2)) return 'status 500';
                if (received.every((post) => post.id !== id)) received.push({ id, type, ...times(letter, at, clock) });
                if (broken(0.1)) return 'ECONNRESET';
                if (broken(0.1)) {
                  die();
                  return never();
                }
                return undefined;
              },
            },
          },
          marks: {
            look: (one, takenAt) => told.look(one, takenAt),
            note: async (one) => {
              await told.note(one);
              noted.add(one.id);
              if (broken(0.1)) {
                die();
                return never();
              }
            },
          },
          rests: new Map(),
          hold: async (holds) => {
            held = holds[0]?.seconds ?? 0;
          },
          bury: async () => {
            throw new Error('a dead letter');
          },
          now: () => clock,
          log: () => {},
        },
        [delivery],
        () => 30_000,
      );
      const back = await Promise.race([death, work]);
      isDone = back !== 'died' && back.length === 0;
      // A killed deliverer's letters come back when it would have ended, and a little later.
      if (!isDone) clock += (back === 'died' ? 35 : held) * 1000;
    }
  }
  return { received, afterNoted };
}

function times({ type, body }: Letter, at: number, arrivedAt: number): Pick<Post, 'seconds' | 'sinceAsked'> {
  const seconds = (arrivedAt - at) / 1000;
  if (type !== 'handoff.requested') return { seconds };
  const { data } = JSON.parse(body) as { data: { since: string } };
  return { seconds, sinceAsked: (arrivedAt - Date.parse(data.since)) / 1000 };
}

const WAYS = ['/bot', 'silence', 'an operator'] as const;

async function one(seed: number) {
  const chance = chanceOf(seed);
  const way = WAYS[seed % WAYS.length] ?? '/bot';
  const isTaken = seed % 2 === 0;
  const weather = openWeather(chance);
  const people = openPeople({ returnHours: way === 'silence' ? 2 : 0 }, weather.step);
  const work = async () => {
    await people.work(weather.death);
    weather.clear();
  };
  const reconcile = () => persist(weather, people.reconcile);

  people.user('first');
  people.user('human: a refund');
  await work();
  people.user('second');
  if (isTaken) people.team('I am here.');
  await work();
  people.later(20 * 60_000);
  await reconcile();
  await work();
  people.user('third');
  await work();
  if (way === '/bot') people.team('/bot');
  if (way === 'silence') people.later(4 * HOUR);
  if (way === 'an operator') {
    const put = async (inbound: (typeof people.queue)[number]) => void people.queue.push(inbound);
    const deps = { store: people.store, put, now: people.now, callers: [] } as unknown as OperatorDeps;
    await resume(deps, { name: of.conversation, platform: of.platform });
  }
  await reconcile();
  await work();
  people.user('fourth');
  await work();

  const { received, afterNoted } = await bring(people, chance);
  const { turns, conversation } = await people.store.recent(of);
  return {
    faults: weather.faults(),
    isTaken,
    received,
    afterNoted,
    told: people.told().map(({ type }) => type),
    texts: people.said.map(({ text }) => text),
    keys: people.said.map(({ key }) => key),
    heard: turns.flatMap(({ said }) => said.map(({ text }) => text)),
    owner: conversation.owner,
  };
}

const seconds: number[] = [];
const sinceAsked: number[] = [];
let faults = 0;

describe('a handoff', () => {
  it.each(Array.from({ length: SEEDS }, (_, i) => i + 1))('reaches somebody and comes back (seed %i)', async (seed) => {
    const outcome = await one(seed);

    const middle = outcome.isTaken ? 'handoff.taken' : 'handoff.unanswered';
    const nobody = outcome.isTaken ? [] : [expect.stringContaining('nobody of our team')];
    const expected = ['handoff.requested', middle, 'handoff.returned'];
    expect(outcome.told).toEqual(expected);
    expect(outcome.received.map(({ type }) => type)).toEqual(expected);
    expect(outcome.afterNoted).toEqual([]);
    expect(outcome.texts).toEqual([
      'You said first.',
      expect.stringMatching(/^Somebody will take over\.$|^I have asked our team to take over here\./),
      ...nobody,
      'You said fourth.',
    ]);
    expect(new Set(outcome.keys).size).toBe(outcome.keys.length);
    expect(outcome.heard).toEqual([
      ...['first', 'human: a refund', 'second'],
      ...(outcome.isTaken ? ['I am here.'] : []),
      ...['third', 'fourth'],
    ]);
    expect(outcome.owner).toBe('bot');
    seconds.push(...outcome.received.map((post) => post.seconds));
    sinceAsked.push(...outcome.received.flatMap((post) => post.sinceAsked ?? []));
    faults += outcome.faults;
  });

  afterAll(() => {
    const spread = (all: readonly number[]) => {
      const sorted = all.toSorted((a, b) => a - b);
      const of = (share: number) => sorted[Math.floor((sorted.length - 1) * share)] ?? 0;
      return `${of(0.5)} s · ${of(0.9)} s · ${of(1)} s`;
    };
    const table = [
      "| conversations | events | faults | lost · out of order · sent again though known · sentences twice | from queue to receiver: median · p90 · longest | from the user's message to the receiver |",
      '|--:|--:|--:|---|---|---|',
      `| ${SEEDS} | ${seconds.length} | ${faults} | 0 · 0 · 0 · 0 | ${spread(seconds)} | ${spread(sinceAsked)} |`,
    ];
    console.log(table.join('\n'));
    provenOnPage('handoffs', table);
  });
});
