/** The Chat API server: a stream of signals (server-sent events), fed from the table and, where they share a process, by requests directly. */
import { crowds } from '../bounds.ts';
import { errorName, type Log } from '../log.ts';
import type { StoredConversation } from '../store/chat-api/conversations.ts';
import { type Entry, PAGE_ENTRIES, type SignalLog } from '../store/chat-api/signals.ts';
import type { Share } from './share.ts';

export interface ListenDeps {
  signals: SignalLog;
  share: Share;
  isParticipant(userId: string, conversationId: string): Promise<boolean>;
  now(): number;
  log: Log;
}

export interface Listening {
  conversation: StoredConversation;
  userId: string;
  /** The client's `Last-Event-ID`. */
  lastEventId: string | undefined;
  /** When the stream ends by itself (ms). */
  closesAt: number;
  /** The client is gone. */
  signal: AbortSignal;
}

/** The client attaches its handlers a little after the head: what comes with it is lost (all of it at 0 ms, none at 10 ms). */
const HOLD_MS = 100;

/** A client that asks to listen while its message is under way still sees it. */
const REPLAY_MS = 2_000;

/** So late may a signal of another Lambda be; each look costs 1 read unit when there is nothing. */
const POLL_MS = 1_000;

/** The client gives up after 60 s without an event, a browser's after 45 s without a byte. */
const PING_MS = 20_000;

/** More than this a slow client reads from the table. */
const MAX_INBOX = 100;

/** Flushes the head: its content is a comment, which clients skip. */
const HEAD = ':ok\n\n';

/** As a data event: a comment would not reset the client's watchdog. */
const PING = 'event: message\ndata: ping\n\n';

/** The text of the stream, piece by piece; ends when the window closes, the client leaves or the user no longer takes part. */
export async function* listen(deps: ListenDeps, listening: Listening): AsyncGenerator<string, void> {
  const { signals, share, isParticipant, now, log } = deps;
  const { conversation, userId, closesAt, signal } = listening;
  const { key } = conversation;
  /** What the table does not tell now, it tells with the next look. */
  const onError = (error: unknown): Entry[] => {
    log('signals-not-read', { error: errorName(error) });
    return [];
  };
  let inbox: Entry[] = [];
  let wake = () => {};
  const stop = share.hear(key, (entry) => {
    if (inbox.length < MAX_INBOX) inbox.push(entry);
    wake();
  });
  signal.addEventListener('abort', () => wake(), { once: true });
  const pause = (ms: number) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
      if (signal.aborted) wake();
    });

  try {
    yield HEAD;
    const { backlog, from } = await whereToBegin(deps, listening);
    // After the log was read: a user who is removed from here on is found in the log.
    if (!(await isParticipant(userId, conversation.id))) return;
    let seen = from;
    let pollAt = now() + POLL_MS;
    await holdFor(HOLD_MS, signal);
    if (backlog.length > 0) yield backlog.map(toText).join('');
    let pingAt = now() + PING_MS;

    while (!signal.aborted && now() < closesAt) {
      let fresh: Entry[] = [];
      for (const entry of inbox) if (entry.seq === seen + fresh.length + 1) fresh.push(entry);
      const hasGap = inbox.some(({ seq }) => seq > seen + fresh.length);
      if (now() >= pollAt || hasGap) {
        const more = await signals.after(key, seen + fresh.length).catch(onError);
        fresh = [...fresh, ...more];
        pollAt = now() + (more.length < PAGE_ENTRIES ? POLL_MS : 0);
      }
      const end = fresh.findIndex(({ ends }) => ends === userId);
      const told = end === -1 ? fresh : fresh.slice(0, end);
      seen = fresh.at(-1)?.seq ?? seen;
      inbox = inbox.filter(({ seq }) => seq > seen);
      if (told.length > 0) {
        yield told.map(toText).join('');
        pingAt = now() + PING_MS;
      }
      if (end !== -1) return;
      if (now() >= pingAt) {
        if (!(await isParticipant(userId, conversation.id))) return;
        yield PING;
        pingAt = now() + PING_MS;
      }
      if (inbox[0]?.seq !== seen + 1) await pause(Math.max(Math.min(pollAt, pingAt, closesAt) - now(), 0));
    }
  } finally {
    stop();
  }
}

/** What to tell first, and the number after which to go on. */
async function whereToBegin({ signals, now }: ListenDeps, { conversation: { key }, lastEventId }: Listening) {
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

async function holdFor(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => setTimeout(resolve, ms));
}

function toText({ seq, at, signal }: Entry): string {
  return `id: ${seq}-${at}\nevent: message\ndata: ${signal}\n\n`;
}

function fromEventId(id: string | undefined): { seq: number; at: number } | undefined {
  const [, seq, at] = /^(\d{1,12})-(\d{1,15})$/.exec(id ?? '') ?? [];
  return seq === undefined ? undefined : { seq: Number(seq), at: Number(at) };
}
