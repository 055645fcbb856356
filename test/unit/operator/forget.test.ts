import { describe, expect, it } from 'vitest';
import { pseudonym } from '../../../lib/log.ts';
import { forget, forgetUser } from '../../../lib/operator/forget.ts';
import type { OperatorDeps } from '../../../lib/operator/verb.ts';
import type { Sieve } from '../../../lib/queue/letters.ts';

const START = 1_760_000_000_000;
const UNTIL = START + 20_000;

/** In which a look at each queue of dead letters takes so long (ms), and a removal all the time that it is given. */
function deps(lookMs: number) {
  let clock = START;
  const bounds: number[] = [];
  const sift = async () => {
    clock += lookMs;
    return 0;
  };
  const letters = { sift, held: async () => 0 };
  const remove = async (_: unknown, { until = 0 } = {}) => {
    clock = until;
    bounds.push(until);
    return {
      turns: 1,
      parked: [],
      whole: [],
      shared: ['room'],
      told: [{ conversation: 'room', from: START - 50 }],
      isDone: true,
    };
  };
  const found: Partial<OperatorDeps> = {
    store: {
      recent: async () => ({ turns: [], conversation: { owner: 'paused' } }),
    } as unknown as OperatorDeps['store'],
    table: { query: async () => ({ items: [] }) } as unknown as OperatorDeps['table'],
    ...{ forget: remove, forgetUser: remove, deadTurns: letters, deadEvents: letters, deadRecords: letters },
    ...{ callers: [], until: UNTIL, now: () => clock },
  };
  return { deps: found as OperatorDeps, bounds };
}

const verbs = {
  conversation: (given: OperatorDeps) => forget(given, { platform: 'talkjs', name: 'room' }),
  user: (given: OperatorDeps) => forgetUser(given, { platform: 'talkjs', user: 'alice' }),
};

describe.each(Object.entries(verbs))('forgetting a %s', (_, run) => {
  it('keeps time for the dead letters, and is done when it has seen them', async () => {
    const { deps: quick, bounds } = deps(100);

    const { json } = await run(quick);

    expect(json).toMatchObject({ done: true });
    expect(bounds).toEqual([UNTIL - 5_000]);
  });

  it('is not done while there are dead letters that it had no time to look at', async () => {
    const { json, text } = await run(deps(3_000).deps);

    expect(json).toMatchObject({ done: false, next: expect.stringMatching(/^\d{13}$/) });
    expect(text).toMatch(/^Forgotten so far/);
  });
});

it.each([
  ['conversation', (given: OperatorDeps, next?: string) => forget(given, { platform: 'http', name: 'room', next })],
  ['user', (given: OperatorDeps, next?: string) => forgetUser(given, { platform: 'http', user: 'alice', next })],
])(
  'a %s of /chat that goes on in another call is the same, though nothing is left that has its name',
  async (what, run) => {
    const { deps: slow } = deps(3_000);
    const whole = what === 'user' ? 'open:alice' : 'open:room';
    const known = what === 'user' ? { items: [{ pk: 'U', sk: '2025-10#c', conversation: 'c' }] } : { items: [] };
    const asked: string[] = [];
    const query = async ({ pk }: { pk: string }) => {
      asked.push(pk);
      return pk.includes(pseudonym('http', whole)) ? known : { items: [] };
    };
    const recent = async ({ conversation }: { conversation: string }) => ({
      ...{ turns: conversation === whole ? [{}] : [], conversation: { owner: 'bot' } },
    });
    const given = { ...slow, callers: ['open'], table: { query }, store: { recent } } as unknown as OperatorDeps;

    const first = (await run(given)).json as { next: string };
    const gone = { ...given, table: { query: async () => ({ items: [] }) } } as unknown as OperatorDeps;
    const store = {
      recent: async () => ({ turns: [], conversation: { owner: 'bot' } }),
    } as unknown as OperatorDeps['store'];
    const second = (await run({ ...gone, store }, first.next)).json;
    const wrong = run({ ...gone, store }, first.next.replace('open', 'shut'));

    expect(first.next).toMatch(new RegExp(`^\\d{13}\\.${whole}$`));
    expect(second).toMatchObject({ [what]: whole });
    await expect(wrong).rejects.toMatchObject({ status: 400 });
  },
);

/** Dead letters, and those of them that were dropped. */
function lying(dead: readonly string[]) {
  const dropped: string[] = [];
  const sift = async ({ wants }: Sieve) => {
    const wanted = dead.filter((body) => wants(body, {}));
    dropped.push(...wanted);
    return wanted.length;
  };
  return { letters: { sift, held: async () => 0 }, dropped };
}

it('a user drops what was to be told of them, also in a call that finds nothing else any more', async () => {
  const about = (platform: string, user: string) =>
    JSON.stringify({ v: 1, to: 'webhook', id: `evt_${user}`, platform, conversation: 'elsewhere', user, body: '{}' });
  const { letters, dropped } = lying([about('talkjs', 'bob'), about('talkjs', 'alice'), about('botpress', 'alice')]);

  await verbs.user({ ...deps(0).deps, deadEvents: letters });

  expect(dropped).toEqual([about('talkjs', 'alice')]);
});

it('a user drops records of others that were asked behind their words, and no others', async () => {
  const about = (conversation: string, saidAt: number) => {
    const who = { session: pseudonym('talkjs', conversation), saidAt, user: { userId: 'b' } };
    const call = { type: 'chat', timestamps: { request: saidAt }, request: {}, response: {} };
    return JSON.stringify({ v: 1, id: 'log', record: { ...who, ...call } });
  };
  const before = about('room', START - 100);
  const behind = about('room', START - 10);
  const later = about('room', UNTIL);
  const { letters, dropped } = lying([before, behind, later, about('another', START - 10)]);

  await verbs.user({ ...deps(0).deps, deadRecords: letters });

  expect(dropped).toEqual([behind]);
});
