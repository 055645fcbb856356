/** A conversation with a user, a team and a bot that hands over, on a clock of its own: the real steps of a turn, table and outbox in memory. */

import type { HandoffSettings } from '../../lib/config/handoff.ts';
import { noHandoff } from '../../lib/config/handoff.ts';
import { Permanent } from '../../lib/errors.ts';
import type { Letter } from '../../lib/events/event.ts';
import { openOutbox } from '../../lib/events/outbox.ts';
import { duesUntil, endDue } from '../../lib/store/due.ts';
import { openForget } from '../../lib/store/forget.ts';
import { openTable } from '../../lib/store/items.ts';
import { openStore } from '../../lib/store/store.ts';
import { putDues } from '../../lib/turn/dues.ts';
import { requestHandoff } from '../../lib/turn/handoff.ts';
import { openRate } from '../../lib/turn/rate.ts';
import { type ReplyDeps, reply } from '../../lib/turn/reply.ts';
import type { Delivery } from '../../lib/turn/shapes.ts';
import type { Inbound, Intervened, Rating, Sent } from '../../lib/types.ts';
import { inEnglish } from './english.ts';
import { fakeTable } from './fakes.ts';

export const of = { platform: 'talkjs', conversation: 'c' } as const;
export const HOUR = 3_600_000;

export interface Told {
  type: string;
  text: string;
  data: { reason?: string; messages?: { by: string; text: string }[] };
}

/** A call of the worker to table, outbox, queue or platform, made or not; by itself it just makes it. */
export type Step = <R>(what: string, act: () => Promise<R>) => Promise<R>;

/** All that a worker does goes through `step`, which may break it. */
export function openPeople(settings: Partial<HandoffSettings> = {}, step: Step = (_what, act) => act()) {
  let clock = 1_800_000_000_000;
  const now = () => clock;
  let ids = 0;
  const { dynamo } = fakeTable();
  const table = openTable(dynamo, 'table');
  const store = openStore(dynamo, 'table', now);
  const letters: { letter: Letter; at: number }[] = [];
  const said: { key: string; text: string }[] = [];
  const queue: Inbound[] = [];
  const handoff: HandoffSettings = { ...noHandoff, waitMinutes: 15, isPossible: () => true, ...settings };
  const struck =
    <A extends unknown[], R>(what: string, act: (...input: A) => Promise<R>) =>
    (...input: A): Promise<R> =>
      step(what, () => act(...input));
  const struckStore = Object.fromEntries(
    Object.entries(store).map(([name, method]) => [
      name,
      struck(name, method as (...input: unknown[]) => Promise<unknown>),
    ]),
  ) as unknown as typeof store;
  const put = struck('tell', async (letter: Letter) => void letters.push({ letter, at: clock }));
  const tell = openOutbox({ receivers: [{ to: 'webhook', takes: () => true }], put, log: () => {} });
  const log = () => {};
  const deps: ReplyDeps = {
    ...{ store: struckStore, tell, handoff, now, log, speech: inEnglish, maxInputChars: 0, askForSummary: undefined },
    platform: () => ({
      deliver: struck('deliver', async ({ replyKey, text }) => {
        if (said.every(({ key }) => key !== replyKey)) said.push({ key: replyKey, text });
        return [replyKey];
      }),
    }),
    compose: async ({ head, confirmed }) => {
      // It does not ask for the same a second time, whoever was told of it.
      const isTold = letters.some(
        ({ letter: { type, messageId } }) => type === 'handoff.requested' && messageId === head.messageId,
      );
      const wants = isTold ? undefined : /human: (.*)/.exec(head.text)?.[1];
      if (wants !== undefined)
        await requestHandoff({ store: struckStore, handoff, tell, now, log }, head, { by: 'model', reason: wants });
      if (head.text === 'ask') {
        const asked = { tool: 'act', version: '1', input: '{}' };
        return { reply: { kind: 'answer', text: 'Shall I?', stop: 'asked', asked } };
      }
      if (head.text === 'fail' && !isTold) throw new Permanent('bad key');
      const answer = confirmed ? 'It is done.' : `You said ${head.text}.`;
      const text = wants === undefined ? answer : 'Somebody will take over.';
      return { reply: { kind: 'answer', text, stop: 'end_turn', ...(wants === undefined ? {} : { handsOver: true }) } };
    },
    newId: () => `id-${++ids}`,
    hold: async () => {},
  };
  const rate = openRate({ store: struckStore, tell, record: async () => {}, now, log });
  const from = (text: string, speaker: Sent['speaker']) => {
    clock += 1_000;
    return { ...of, messageId: `m${++ids}`, createdAt: clock, speaker, text, attachments: [] };
  };

  return {
    ...{ store, table, said, letters, queue, now },
    /** What was told, in its order, repeats left out as its receiver leaves them out. */
    told: (): Told[] => [
      ...new Map(letters.map(({ letter: { id, body } }) => [id, JSON.parse(body) as Told])).values(),
    ],
    user(text: string): Sent {
      const inbound: Sent = { event: 'sent', ...from(text, { id: 'ada', name: 'Ada' }) };
      queue.push(inbound);
      return inbound;
    },
    team(text: string): Intervened {
      const inbound: Intervened = { event: 'intervened', ...from(text, { id: 'bob', name: 'Bob' }) };
      queue.push(inbound);
      return inbound;
    },
    /** The same in a group where the team takes nothing over by writing. */
    member(text: string, ofTeam: 'asks' | 'aside'): Sent {
      const inbound: Sent = { event: 'sent', ofTeam, ...from(text, { id: 'bob', name: 'Bob' }) };
      queue.push(inbound);
      return inbound;
    },
    /** In a group where no setting names a team; without `among` for a bot that always answers, or is called. */
    among(id: string, text: string, among?: string[]): Sent {
      const inbound: Sent = { event: 'sent', ofTeam: 'perhaps', ...(among ? { among } : {}), ...from(text, { id }) };
      queue.push(inbound);
      return inbound;
    },
    /** What the user thinks of the answer to that; nothing any more without a value. */
    rate: ({ messageId }: Sent, value?: Rating['value']) => rate({ ...of, messageId }, value && { value, by: 'ada' }),
    later: (ms: number) => {
      clock += ms;
    },
    /** What the schedule does. */
    reconcile: () =>
      putDues({
        duesUntil: (at) => duesUntil(table, at),
        endDue: struck('endDue', (due) => endDue(table, due)),
        put: struck('put', async (due) => void queue.push(due)),
        now,
        log,
      }),
    forget: () => openForget(dynamo, 'table', now)(of),
    /** All that lies in the table for its time. */
    due: () => duesUntil(table, clock + 1_000 * HOUR),
    /** One message after the other, each as often as it takes; `death` ends the worker that has one in its hands. */
    async work(death: () => Promise<unknown> = () => new Promise(() => {})) {
      for (let attempts = 1, head = queue[0]; head; head = queue[0]) {
        const delivery: Delivery = { ...{ id: 'x', receipt: 'x', generation: 0 }, attempts, inbound: head };
        const died = death().then(() => 'died' as const);
        const back = await Promise.race([died, reply(deps, [delivery], () => 60_000)]);
        const isDone = back !== 'died' && back.length === 0;
        if (isDone) queue.shift();
        attempts = isDone ? 1 : attempts + 1;
        // What a killed worker held is over, and what was given back is due.
        if (!isDone) clock += 70_000;
      }
    },
  };
}
