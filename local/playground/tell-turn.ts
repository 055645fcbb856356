/** The playground: one turn as the page shows it, from the table's item and what was heard of it. Pure. */
import { partsOfSk } from '../../lib/store/store.ts';
import type { Turn } from '../../lib/types.ts';
import type { Heard } from './hear.ts';
import type { Journal } from './journal.ts';
import type { Stage, TurnView } from './view.ts';

export interface TellOptions {
  turn: Turn;
  /** The conversation's pseudonym. */
  session: string;
  /** The process that answers at this door. */
  worker: string;
  /** Whether a queue lies between the door and the worker. */
  isQueued: boolean;
  journal: Journal;
}

export function tellTurn({ turn, session, worker, isQueued, journal }: TellOptions): TurnView {
  const { messageId: id, createdAt } = partsOfSk(turn.sk);
  const events = journal.eventsOf(id);
  const written = events.find(({ event }) => event === 'reply-written');
  const delivered = events.findLast(({ event }) => event === 'reply-delivered');
  const queued = events.find(({ event }) => event === 'message-kept')?.time ?? createdAt;
  const begun = written && written.time - Number(written.fields.ms);
  const claimed = smallest(journal.claimOf(id), begun);
  const end = delivered?.time ?? written?.time ?? Number.POSITIVE_INFINITY;
  const calls = claimed === undefined ? [] : callsWithin(journal, session, claimed, end);
  const at: Partial<Record<Stage, number>> = {};
  const reach = (stage: Stage, time: number | undefined) => {
    if (time !== undefined) at[stage] = time;
  };
  if (isQueued) reach('queued', queued);
  reach('claimed', claimed);
  reach('asked', smallest(...calls.map(({ requestedAt }) => requestedAt), ...askings(journal, events, claimed, end)));
  reach('answered', written?.time);
  reach('delivered', delivered?.time);
  reach('logged', calls.at(-1)?.at);
  return {
    id,
    state: turn.state ?? 'QUEUED',
    at,
    claims: turn.epoch,
    ...(turn.leaseUntil === undefined ? {} : { leaseUntil: turn.leaseUntil }),
    notes: notesOf([...events, ...journal.unnamed(claimed ?? queued, end)], worker),
    ...(turn.reply ? { reply: briefly(turn.reply) } : {}),
  };
}

/** When Claude was asked: as the offline one saw it come, or as the worker said afterwards. */
function askings(journal: Journal, events: readonly Heard[], from: number | undefined, to: number): number[] {
  if (from === undefined) return [];
  const seen = journal.unnamed(from, to).filter(({ event }) => event === 'claude-asked');
  const told = events.filter(({ event }) => event === 'claude-answered');
  return [...seen.map(({ time }) => time), ...told.map(({ time, fields }) => time - Number(fields.LatencyMs))];
}

/** A claim is known from when it was seen, or from a line that came when the reply had been stored: late by that on a busy machine. */
const SLACK_MS = 100;

function callsWithin(journal: Journal, session: string, from: number, to: number) {
  return journal
    .loggedOf(session)
    .filter(({ requestedAt }) => requestedAt >= from - SLACK_MS && requestedAt <= to + SLACK_MS);
}

function smallest(...times: (number | undefined)[]): number | undefined {
  const known = times.filter((time) => time !== undefined);
  return known.length > 0 ? Math.min(...known) : undefined;
}

function briefly({ kind, stop, sources, model, usd, usage }: NonNullable<Turn['reply']>): TurnView['reply'] & {} {
  return {
    kind,
    stop,
    ...(sources === undefined ? {} : { sources }),
    ...(model === undefined ? {} : { model }),
    ...(usd === undefined ? {} : { usd }),
    ...(usage === undefined ? {} : { usage }),
  };
}

function notesOf(events: readonly Heard[], worker: string): TurnView['notes'] {
  const inOrder = events.toSorted((a, b) => a.time - b.time);
  const kept = inOrder.filter(({ event }) => event === 'message-kept');
  const repeats = kept
    .slice(1)
    .map(({ time }) => ({ at: time, text: 'The same message came again. It is still one turn.' }));
  const others = inOrder.flatMap((heard) => {
    const text = sentenceFor(heard, worker);
    return text === undefined ? [] : [{ at: heard.time, text }];
  });
  return [...repeats, ...others].toSorted((a, b) => a.at - b.at);
}

function sentenceFor({ event, fields, process }: Heard, worker: string): string | undefined {
  switch (event) {
    case 'process-ended':
      return process === worker ? `The process of “${worker}” was killed. Another one is up.` : undefined;
    case 'claude-retried':
      return `Claude: ${words(fields.reason)}. Asked again after ${fields.waitMs} ms.`;
    case 'claude-fell-back':
      return `Claude: ${words(fields.reason)}. Asked the fallback model.`;
    case 'message-given-back':
      return 'Given back to the queue, for a later attempt.';
    case 'message-repeated':
      return fields.state === 'ANSWERED'
        ? 'Taken up again: the stored answer goes out, Claude is not asked.'
        : 'A repeat came, and found the turn done.';
    case 'turn-failed':
      return 'Given up: the user gets an apology.';
    case 'event-kept':
      return `Others are told: ${words(fields.type)}.`;
    case 'event-sent':
      return `They know: ${words(fields.type)}, ${fields.waitedMs} ms after it was put into the queue.`;
    case 'event-given-back':
      return `They could not be told (${words(fields.reason)}): tried again in ${Math.ceil(Number(fields.waitSeconds))} s.`;
    case 'reply-undeliverable':
      return 'The platform will never take this answer.';
    default:
      return undefined;
  }
}

function words(reason: unknown): string {
  return String(reason).replaceAll(/[_.-]/g, ' ');
}
