/** A conversation with a user, a team and a bot that hands over, on a clock of its own: the real steps of a turn, table and outbox in memory. */

import type { HandoffSettings } from '../../lib/config/handoff.ts';
import { Later } from '../../lib/errors.ts';
import type { Letter } from '../../lib/events/event.ts';
import { openOutbox } from '../../lib/events/outbox.ts';
import { duesUntil, endDue } from '../../lib/store/due.ts';
import { openForget } from '../../lib/store/forget.ts';
import { openTable } from '../../lib/store/items.ts';
import { openStore } from '../../lib/store/store.ts';
import { putDues } from '../../lib/turn/dues.ts';
import { requestHandoff } from '../../lib/turn/handoff.ts';
import { type ReplyDeps, reply } from '../../lib/turn/reply.ts';
import type { Delivery } from '../../lib/turn/shapes.ts';
import type { Inbound, Intervened, Sent } from '../../lib/types.ts';
import { inEnglish } from './english.ts';
import { fakeTable } from './fakes.ts';

export const of = { platform: 'talkjs', conversation: 'c' } as const;
export const HOUR = 3_600_000;

export interface Told {
  type: string;
  text: string;
  data: { reason?: string; messages?: { by: string; text: string }[] };
}

/** `step` is called before each write of the worker to table, outbox, queue and platform: what it throws, or never gives back, is a crash there. */
export function openPeople(
  settings: Partial<HandoffSettings> = {},
  step: (what: string) => Promise<void> = async () => {},
) {
  let clock = 1_800_000_000_000;
  const now = () => clock;
  let ids = 0;
  const { dynamo } = fakeTable();
  const table = openTable(dynamo, 'table');
  const store = openStore(dynamo, 'table', now);
  const letters: Letter[] = [];
  const said: { key: string; text: string }[] = [];
  const queue: Inbound[] = [];
  const handoff: HandoffSettings = { waitMinutes: 15, returnHours: 0, isPossible: () => true, ...settings };
  const struck =
    <A extends unknown[], R>(what: string, act: (...input: A) => Promise<R>) =>
    async (...input: A): Promise<R> => {
      await step(what);
      return act(...input);
    };
  const struckStore = Object.fromEntries(
    Object.entries(store).map(([name, method]) => [
      name,
      struck(name, method as (...input: unknown[]) => Promise<unknown>),
    ]),
  ) as unknown as typeof store;
  const put = struck('tell', async (letter: Letter) => void letters.push(letter));
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
    compose: async ({ head }) => {
      const wants = /human: (.*)/.exec(head.text)?.[1];
      if (wants !== undefined)
        await requestHandoff({ store: struckStore, handoff, tell, now, log }, head, { by: 'model', reason: wants });
      const text = wants === undefined ? `You said ${head.text}.` : 'Somebody will take over.';
      return { reply: { kind: 'answer', text, stop: 'end_turn', ...(wants === undefined ? {} : { handsOver: true }) } };
    },
    newId: () => `id-${++ids}`,
    hold: async () => {},
  };
  const from = (text: string, speaker: Sent['speaker']) => {
    clock += 1_000;
    return { ...of, messageId: `m${++ids}`, createdAt: clock, speaker, text, attachments: [] };
  };

  return {
    ...{ store, said, letters, queue },
    /** What was told, in its order, repeats left out as its receiver leaves them out. */
    told: (): Told[] => [...new Map(letters.map(({ id, body }) => [id, JSON.parse(body) as Told])).values()],
    user: (text: string) => void queue.push({ event: 'sent', ...from(text, { id: 'ada', name: 'Ada' }) }),
    team(text: string): Intervened {
      const inbound: Intervened = { event: 'intervened', ...from(text, { id: 'bob', name: 'Bob' }) };
      queue.push(inbound);
      return inbound;
    },
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
    /** One message after the other, each as often as it takes. */
    async work(attemptsOf: (inbound: Inbound) => number = () => 1) {
      for (let head = queue[0]; head; head = queue[0]) {
        const delivery: Delivery = {
          ...{ id: 'x', receipt: 'x', generation: 0 },
          attempts: attemptsOf(head),
          inbound: head,
        };
        const back = await reply(deps, [delivery], () => 60_000);
        if (back.length > 0) throw new Later('given back');
        queue.shift();
      }
    },
  };
}
