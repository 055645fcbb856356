/** The Chat API server: a stream of signals (server-sent events), fed from the table and, where they share a process, by requests directly. */
import { errorName, type Log } from '../log.ts';
import type { StoredConversation } from '../store/chat-api/conversations.ts';
import { type Entry, PAGE_ENTRIES, type SignalLog } from '../store/chat-api/signals.ts';
import type { Share } from './share.ts';

export interface ListenDeps {
  signals: SignalLog;
  share: Share;
  /** Whether the user still takes part. */
  isParticipant(): Promise<boolean>;
  now(): number;
  log: Log;
}

/** How a stream speaks to its kind of client. */
export interface Voice {
  /** What is told first, and the number after which signals follow. */
  begin(): Promise<{ text: string; from: number }>;
  /** A signal, as that client reads it; empty for what it must not hear. */
  tell(entry: Entry): string;
  /** What is said without a signal at `now`, and when there may be more of it (ms). */
  idle?(now: number): { text: string; next: number };
}

export interface Listening {
  conversation: StoredConversation;
  userId: string;
  voice: Voice;
  /** When the stream ends by itself (ms). */
  closesAt: number;
  /** The client is gone. */
  signal: AbortSignal;
}

/** The client attaches its handlers a little after the head: what comes with it is lost (all of it at 0 ms, none at 10 ms). */
const HOLD_MS = 100;

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
  const { conversation, userId, voice, closesAt, signal } = listening;
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
    const { text, from } = await voice.begin();
    // After the log was read: a user who is removed from here on is found in the log.
    if (!(await isParticipant())) return;
    let seen = from;
    let pollAt = now() + POLL_MS;
    await holdFor(HOLD_MS, signal);
    if (text !== '') yield text;
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
      const news = told.map(voice.tell).join('');
      const idle = voice.idle?.(now()) ?? { text: '', next: closesAt };
      if (news + idle.text !== '') {
        yield news + idle.text;
        pingAt = now() + PING_MS;
      }
      if (end !== -1) return;
      if (now() >= pingAt) {
        if (!(await isParticipant())) return;
        yield PING;
        pingAt = now() + PING_MS;
      }
      if (inbox[0]?.seq !== seen + 1) await pause(Math.max(Math.min(pollAt, pingAt, closesAt, idle.next) - now(), 0));
    }
  } finally {
    stop();
  }
}

async function holdFor(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => setTimeout(resolve, ms));
}
