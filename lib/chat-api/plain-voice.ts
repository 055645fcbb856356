/** The Chat API server: how a stream speaks to a client of the contract: each signal under an id, after which it may be resumed. */
import { crowds } from '../bounds.ts';
import { type Entry, PAGE_ENTRIES, type SignalLog } from '../store/chat-api/signals.ts';
import type { Voice } from './listen.ts';

export interface Resuming {
  signals: SignalLog;
  now(): number;
  /** Of the conversation. */
  key: string;
  /** The client's `Last-Event-ID`. */
  lastEventId: string | undefined;
}

/** A client that asks to listen while its message is under way still sees it. */
const REPLAY_MS = 2_000;

/** Begins after the last event that the client has seen; where that is unknown, two seconds ago. */
export function plainVoice(resuming: Resuming): Voice {
  return {
    begin: async () => {
      const { backlog, from } = await whereToBegin(resuming);
      return { text: backlog.map(toText).join(''), from };
    },
    tell: toText,
  };
}

async function whereToBegin({ signals, now, key, lastEventId }: Resuming) {
  const known = fromEventId(lastEventId);
  if (known && (await signals.holds(key, known))) {
    const backlog = await missed(signals, key, known.seq);
    if (backlog) return { backlog, from: backlog.at(-1)?.seq ?? known.seq };
  }
  const { entries, last } = await signals.recent(key, now() - REPLAY_MS);
  return { backlog: entries, from: last?.seq ?? 0 };
}

/** All after `seq`, or nothing when that is more than a stream is told: its client lists the messages then. */
async function missed(signals: SignalLog, key: string, seq: number): Promise<Entry[] | undefined> {
  const entries: Entry[] = [];
  let bytes = 0;
  for (;;) {
    const page = await signals.after(key, entries.at(-1)?.seq ?? seq);
    entries.push(...page);
    bytes += page.reduce((sum, { signal }) => sum + Buffer.byteLength(signal), 0);
    if (entries.length > crowds.backlogEntries || bytes > crowds.backlogBytes) return undefined;
    if (page.length < PAGE_ENTRIES) return entries;
  }
}

function toText({ seq, at, signal }: Entry): string {
  return `id: ${seq}-${at}\nevent: message\ndata: ${signal}\n\n`;
}

function fromEventId(id: string | undefined): { seq: number; at: number } | undefined {
  const [, seq, at] = /^(\d{1,12})-(\d{1,15})$/.exec(id ?? '') ?? [];
  return seq === undefined ? undefined : { seq: Number(seq), at: Number(at) };
}
