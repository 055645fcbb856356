/** Promise: every turn ends. Whatever call fails on its way, with whatever error, at whatever attempt: nothing is tried for ever. */
import { afterAll, describe, expect, it } from 'vitest';
import { noHandoff } from '../../lib/config/handoff.ts';
import { BadSettings, Later, Permanent, Refused, Superseded, Undeliverable, Unstorable } from '../../lib/errors.ts';
import { tellNobody } from '../../lib/events/outbox.ts';
import { openStore } from '../../lib/store/store.ts';
import type { Compose } from '../../lib/turn/compose.ts';
import { type ReplyDeps, reply } from '../../lib/turn/reply.ts';
import type { Delivery } from '../../lib/turn/shapes.ts';
import type { Inbound, Platform, Sent, TurnState } from '../../lib/types.ts';
import { inEnglish } from '../harness/english.ts';
import { fakeTable } from '../harness/fakes.ts';
import { takenBy } from '../harness/hand-made.ts';

const ERRORS: Readonly<Record<string, () => unknown>> = {
  Later: () => new Later('away'),
  'Later with a time': () => new Later('away', { afterMs: 1_000 }),
  Unstorable: () => new Unstorable('too large'),
  Refused: () => new Refused('No.'),
  Permanent: () => new Permanent('bad key'),
  Undeliverable: () => new Undeliverable('gone'),
  Superseded: () => new Superseded('another worker'),
  BadSettings: () => new BadSettings('missing'),
  RangeError: () => new RangeError('too deep'),
  'something that is no error': () => 'thrown',
};

const TURN_CALLS = [
  'store.claim',
  'store.find',
  'store.recent',
  'store.merge',
  'store.ownerOf',
  'store.answer',
  'store.replace',
  'store.retire',
  'store.skip',
  'store.release',
  'store.finish',
  'store.abandon',
  'store.notePlace',
  'store.correct',
  'store.conversationOf',
  'compose',
  'platform',
  'platform.typing',
  'platform.stream',
  'stream.end',
  'stream.abort',
  'platform.deliver',
  'hold',
] as const;
const OTHER_CALLS = [
  'store.find',
  'store.takeOver',
  'store.note',
  'store.correct',
  'store.recent',
  'store.noteDeletion',
] as const;

type Call = (typeof TURN_CALLS)[number] | (typeof OTHER_CALLS)[number];

/** A delivery of ten, here and among the dead letters. */
interface When {
  queue: 'turns' | 'dead letters';
  attempt: number;
}

interface Fault {
  call: Call;
  error: string;
  /** Whether the call had its effect. */
  isAfter: boolean;
  strikes(when: When): boolean;
  /** In words. */
  strikesWhen: string;
}

const DAY_MS = 24 * 3_600_000;
const QUEUE_DELIVERIES = 10;

/** SQS keeps a dead letter for 14 days; what is not at an end long before that is tried for ever. */
const KEPT_MS = 4 * DAY_MS;

const sent: Sent = {
  event: 'sent',
  platform: 'botpress',
  conversation: 'c',
  messageId: 'm1',
  createdAt: 1_800_000_000_000,
  speaker: { id: 'ada' },
  text: 'Hi',
  attachments: [],
  isNamedById: true,
};

const lines: Readonly<Record<string, readonly Inbound[]>> = {
  'a message': [sent],
  'a burst': [sent, { ...sent, messageId: 'm2', createdAt: sent.createdAt + 1 }],
  'a message in a group that the bot may answer': [{ ...sent, among: ['eve'] }],
};
const others: Readonly<Record<string, readonly Inbound[]>> = {
  'a word of the team': [{ ...sent, event: 'intervened', isNamedById: undefined } as unknown as Inbound],
  'an edit': [{ ...sent, event: 'edited', editedAt: sent.createdAt + 5 } as unknown as Inbound],
  'a deletion': [{ event: 'deleted', platform: 'botpress', conversation: 'c', messageId: 'm9' }],
};

interface Outcome {
  /** Texts by the platform's idempotency key, in order. */
  said: Map<string, string>;
  paid: number;
  deliveries: number;
  isOver: boolean;
  states: (TurnState | undefined)[];
}

/** One line of messages until nothing waits, or until the queue itself would forget them. */
async function run(waiting: readonly Inbound[], fault: Fault | undefined): Promise<Outcome> {
  let clock = sent.createdAt;
  let id = 0;
  const now = () => clock;
  const table = fakeTable();
  const store = openStore(table.dynamo, 'table', now);
  await store.takeOver(sent, takenBy('eve', sent.createdAt));
  await store.handOver(sent, 'bot');
  const said = new Map<string, string>();
  let when: When = { queue: 'turns', attempt: 1 };
  let paid = 0;

  function struck<A extends unknown[], R>(call: Call, act: (...input: A) => R): (...input: A) => R {
    return (...input) => {
      if (!fault || fault.call !== call || !fault.strikes(when)) return act(...input);
      const fail = () => {
        throw ERRORS[fault.error]?.();
      };
      if (call === 'platform' || call === 'platform.stream') return fail();
      const made = fault.isAfter ? Promise.resolve(act(...input)) : Promise.resolve();
      return made.catch(() => {}).then(fail) as R;
    };
  }

  const struckStore = Object.fromEntries(
    Object.entries(store).map(([name, method]) => [
      name,
      struck(`store.${name}` as Call, method as (...input: unknown[]) => unknown),
    ]),
  ) as unknown as typeof store;
  const platform: Platform = {
    deliver: struck('platform.deliver', async ({ replyKey, text }) => {
      if (!said.has(replyKey)) said.set(replyKey, text);
      return [replyKey];
    }),
    typing: struck('platform.typing', async () => {}),
    stream: struck('platform.stream', () => ({
      delta: () => {},
      end: struck('stream.end', async () => {}),
      abort: struck('stream.abort', async () => {}),
    })),
  };
  const asked: Compose = struck('compose', async () => {
    clock += 3_000;
    return { reply: { kind: 'answer' as const, text: 'An answer.', stop: 'end_turn' } };
  });
  const held = new Map<string, number>();
  const deps: ReplyDeps = {
    store: struckStore,
    platform: struck('platform', () => platform),
    compose: (input) => {
      if (when.queue === 'dead letters') throw new Permanent('dead letter');
      // What breaks off in an outage of the provider is asked for again for as long as the outage is waited for.
      return asked(input).then((composed) => {
        paid += 1;
        return composed;
      });
    },
    hold: struck('hold', async (holds) => {
      for (const { receipt, seconds } of holds) held.set(receipt, seconds);
    }),
    askForSummary: undefined,
    tell: tellNobody,
    handoff: noHandoff,
    speech: inEnglish,
    maxInputChars: 0,
    now,
    newId: () => `id-${++id}`,
    log: () => {},
  };

  const attempts = new Map<string, number>();
  let left = waiting.map((inbound, i) => ({ inbound, receipt: `r${i}`, queue: 'turns' as When['queue'] }));
  let deliveries = 0;
  while (left.length > 0 && clock - sent.createdAt < KEPT_MS) {
    // A conversation's messages wait behind the first one; dead letters behind nobody.
    const queue = left.some((one) => one.queue === 'turns') ? 'turns' : 'dead letters';
    const batch = left.filter((one) => one.queue === queue);
    for (const { receipt } of batch) attempts.set(receipt, (attempts.get(receipt) ?? 0) + 1);
    when = { queue, attempt: attempts.get(batch[0]?.receipt ?? '') ?? 1 };
    held.clear();
    const given: Delivery[] = batch.map(({ inbound, receipt }) => ({
      id: receipt,
      receipt,
      attempts: attempts.get(receipt) ?? 1,
      generation: 0,
      inbound,
    }));
    const until = clock + 120_000;
    const back = new Set((await reply(deps, given, () => until - clock)).map(({ receipt }) => receipt));
    deliveries += 1;
    left = left.filter((one) => one.queue !== queue || back.has(one.receipt));
    for (const one of left) {
      if (one.queue === 'dead letters' || (attempts.get(one.receipt) ?? 0) < QUEUE_DELIVERIES) continue;
      one.queue = 'dead letters';
      attempts.delete(one.receipt);
    }
    // Where the visibility could not be set, the queue's own two hours hold.
    clock += Math.max(...left.map(({ receipt }) => held.get(receipt) ?? 7_200), 1) * 1_000;
  }
  const turns = table.items().filter(({ sk }) => String(sk).startsWith('T#'));
  return {
    said,
    paid,
    deliveries,
    isOver: left.length === 0,
    states: turns.map(({ state }) => state as TurnState | undefined),
  };
}

const TIMES: readonly [string, (when: When) => boolean][] = [
  ['always', () => true],
  ...[1, 2, 3, 8, 9, 10].map((n): [string, (when: When) => boolean] => [
    `at delivery ${n}`,
    ({ queue, attempt }) => queue === 'turns' && attempt === n,
  ]),
  ['at deliveries 1 and 2', ({ queue, attempt }) => queue === 'turns' && attempt <= 2],
  ['at all deliveries but not among the dead letters', ({ queue }) => queue === 'turns'],
  ['among the dead letters, until the last', ({ queue, attempt }) => queue === 'turns' || attempt < 9],
];

function faultsOf(calls: readonly Call[]): Fault[] {
  return calls.flatMap((call) =>
    Object.keys(ERRORS).flatMap((error) =>
      [false, true].flatMap((isAfter) =>
        TIMES.map(([strikesWhen, strikes]) => ({ call, error, isAfter, strikes, strikesWhen })),
      ),
    ),
  );
}

const nameOf = ({ call, error, isAfter, strikesWhen }: Fault) =>
  `${call} throws ${error} ${isAfter ? 'after' : 'before'} its effect ${strikesWhen}`;

/**
 * The table cannot say whether there is an answer already, so nobody may be told anything and the letter waits for the table; or another
 * worker holds the turn for good.
 */
function mayWait({ call, error, strikesWhen }: Fault): boolean {
  const isOutage = error.startsWith('Later') || error === 'Superseded';
  const isUnreadable = ['store.claim', 'store.conversationOf', 'store.notePlace', 'store.correct'].includes(call);
  return strikesWhen === 'always' && isOutage && (isUnreadable || (call === 'store.answer' && error === 'Superseded'));
}

/** The platform has taken the reply, and we fail in a way that no outage explains: nobody can know that it is out. */
function isHeardTooLate({ call, error, isAfter }: Fault): boolean {
  return call === 'platform.deliver' && isAfter && !error.startsWith('Later') && error !== 'Superseded';
}

let runs = 0;

afterAll(() => console.log(`every turn ends: ${runs} runs`));

describe.each(Object.keys(lines))('%s', (name) => {
  const waiting = lines[name] ?? [];

  it('is answered once where nothing fails', async () => {
    const { said, paid, isOver } = await run(waiting, undefined);

    expect([isOver, paid, [...said.values()]]).toEqual([true, 1, ['An answer.']]);
  });

  it.each(TURN_CALLS)(
    'comes to an end with one reply, and is not paid more than twice, whatever %s throws',
    async (call) => {
      const wrong: string[] = [];
      for (const fault of faultsOf([call])) {
        runs += 1;
        const outcome = await run(waiting, fault);
        const problem = problemOf(fault, outcome, waiting.length);
        if (problem) wrong.push(`${nameOf(fault)}: ${problem}`);
      }

      expect(wrong).toEqual([]);
    },
  );
});

function problemOf(
  fault: Fault,
  { said, paid, isOver, states, deliveries }: Outcome,
  messages: number,
): string | undefined {
  const replies = new Set([...said.values()]).size;
  if (!isOver && mayWait(fault)) return said.size === 0 ? undefined : 'somebody was told something';
  if (!isOver) return `it is still tried after ${deliveries} deliveries (${states})`;
  if (paid > 2) return `paid ${paid} times`;
  const most = isHeardTooLate(fault) ? 2 * messages : messages;
  if (said.size > most) return `${said.size} replies: ${[...said.values()]}`;
  // Where the platform takes nothing for all ten deliveries, nobody can be told, and an operator finds the turn among the failed.
  const isMute = fault.call.startsWith('platform') && fault.strikes({ queue: 'turns', attempt: 4 });
  const isLeft = fault.call === 'store.conversationOf' || ['Undeliverable'].includes(fault.error);
  if (replies === 0 && !isMute && !isLeft) return `nobody was told (${states})`;
  return undefined;
}

describe.each(Object.keys(others))('%s', (name) => {
  it('comes to an end whatever fails', async () => {
    const wrong: string[] = [];
    for (const fault of faultsOf(OTHER_CALLS)) {
      runs += 1;
      const { isOver, said, deliveries } = await run(others[name] ?? [], fault);
      const waits = fault.strikesWhen === 'always' && (fault.error.startsWith('Later') || fault.error === 'Superseded');
      if (!isOver && !waits) wrong.push(`${nameOf(fault)}: still tried after ${deliveries} deliveries`);
      if (said.size > 0) wrong.push(`${nameOf(fault)}: somebody was told something`);
    }

    expect(wrong).toEqual([]);
  });
});
