/** The table, of the Chat API: the signals of a conversation, by which one Lambda tells those that hold a stream what it did. */

// They are numbered without a gap: n + 1 is written only by somebody who has seen n, and by one of several who try. So a reader
// that goes on after the last number it has seen misses nothing, and reads nothing twice.

import { setTimeout as sleep } from 'node:timers/promises';
import type { Signal } from '../../chat-api/models.ts';
import { Later } from '../../errors.ts';
import type { Item, Table } from '../items.ts';

export interface Entry {
  seq: number;
  /** ms; with `seq` the id of the event: numbers begin anew when a conversation's signals have all expired. */
  at: number;
  /** What the signal tells, for a repeat to find: `created:<message id>`. */
  ref: string;
  /** The signal as JSON. */
  signal: string;
  /** When the newest message known to the log was created (ms). */
  messageAt: number;
  /** The user whose streams end here. */
  ends?: string;
  /** Users' messages (their ulids, oldest first) of which the log does not tell that they were answered. */
  waiting?: readonly string[];
}

export interface NewEntry {
  ref: string;
  signal: string;
  messageAt?: number | undefined;
  ends?: string | undefined;
  /** A user's message (its ulid) that waits for an answer from now on. */
  waits?: string | undefined;
  /** The message (its ulid) that is answered by this: it waits no more, nor does any before it. */
  answers?: string | undefined;
  /** Ulids of which it was found out otherwise that they no longer wait. */
  settled?: readonly string[] | undefined;
}

export type SignalLog = ReturnType<typeof openSignalLog>;

/** A stream may be resumed for a day; the messages themselves stay listed. */
const KEPT_SECONDS = 24 * 3600;

/** Somebody else took the number: with so many tries, a hundred writers at once get through. */
const MAX_TRIES = 200;

/** Entries read at a time when going on: of the largest, what DynamoDB reads at once. */
export const PAGE_ENTRIES = 50;

/** Entries read at a time when looking back. */
const LOOK_BACK = 25;

/** The log of what listeners are told, in the order in which it happened. Throws `Later` when the table does not answer. */
export function openSignalLog(table: Table, now: () => number) {
  async function head(key: string): Promise<Entry | undefined> {
    const { items } = await table.query({ pk: partition(key), ...ALL, newestFirst: true, limit: 1 });
    return items[0] && toEntry(items[0]);
  }

  async function put(key: string, last: Entry | undefined, entry: NewEntry): Promise<Entry | undefined> {
    const waiting = waitingAfter(last, entry);
    const next: Entry = {
      seq: (last?.seq ?? 0) + 1,
      at: now(),
      ref: entry.ref,
      signal: entry.signal,
      messageAt: Math.max(last?.messageAt ?? 0, entry.messageAt ?? 0),
      ...(entry.ends === undefined ? {} : { ends: entry.ends }),
      ...(waiting.length > 0 ? { waiting } : {}),
    };
    const { seq, ...rest } = next;
    const expiresAt = Math.floor(next.at / 1000) + KEPT_SECONDS;
    return (await table.add({ pk: partition(key), sk: skOf(seq), ...rest, expiresAt })) ? next : undefined;
  }

  /** Newest first, as far as `isWanted` goes. */
  async function* backwards(key: string) {
    for (let after: string | undefined; ; ) {
      const page = await table.query({ pk: partition(key), ...ALL, newestFirst: true, limit: LOOK_BACK, after });
      for (const item of page.items) yield toEntry(item);
      if (page.next === undefined) return;
      after = page.next;
    }
  }

  /** What comes next after `seq`, oldest first: a page of it, empty at the end. */
  async function after(key: string, seq: number): Promise<Entry[]> {
    const { items } = await table.query({ pk: partition(key), ...ALL, limit: PAGE_ENTRIES, after: skOf(seq) });
    return items.map(toEntry);
  }

  return {
    head,

    /**
     * `last` is an entry the caller has seen, by choice: the nearer to the end, the fewer tries. What has come after it under the same
     * `ref` is taken for this very signal: another worker told it, or the client asked the table again after a lost answer.
     */
    async append(key: string, entry: NewEntry, last?: Entry): Promise<Entry> {
      let seen = last ?? (await head(key));
      for (let tries = 0; tries < MAX_TRIES; tries++) {
        const written = await put(key, seen, entry);
        if (written) return written;
        await sleep(Math.random() * Math.min(tries, 20));
        const since = await after(key, seen?.seq ?? 0);
        const told = since.find(({ ref }) => ref === entry.ref);
        if (told) return told;
        seen = since.at(-1) ?? seen;
      }
      throw new Later('too many signals at once in one conversation');
    },

    after,

    /** Whether the log still ends or goes on after the entry `seq` of the time `at`: else it is another one of that number. */
    async holds(key: string, { seq, at }: Pick<Entry, 'seq' | 'at'>): Promise<boolean> {
      const [item] = await table.read([{ pk: partition(key), sk: skOf(seq) }]);
      return item !== undefined && toEntry(item).at === at;
    },

    /** The entries from `since` (ms) on, oldest first, and the newest of all. */
    async recent(key: string, since: number): Promise<{ entries: Entry[]; last: Entry | undefined }> {
      const entries: Entry[] = [];
      let last: Entry | undefined;
      for await (const entry of backwards(key)) {
        last ??= entry;
        if (entry.at < since) break;
        entries.push(entry);
      }
      return { entries: entries.reverse(), last };
    },

    /** Whether something was told since `since` (ms): what a repeat must not tell again. */
    async has(key: string, ref: string, since: number): Promise<boolean> {
      for await (const entry of backwards(key)) {
        if (entry.ref === ref) return true;
        if (entry.at < since - CLOCKS_APART_MS) return false;
      }
      return false;
    },

    /**
     * Up to `at` (ms) nothing tells of what has one of these ids any more, nor shows an answer growing. The numbers stay: whoever reads
     * on must miss none.
     */
    async silence({ id, key }: { id: string; key: string }, ids: readonly string[], at: number): Promise<void> {
      const names = ids.map((one) => JSON.stringify(one));
      for (let seq = 0; ; ) {
        const entries = await after(key, seq);
        const told = entries.filter(
          (entry) =>
            entry.at <= at && (entry.ref.startsWith('stream:') || names.some((name) => entry.signal.includes(name))),
        );
        for (const entry of told)
          await table.update(
            { pk: partition(key), sk: skOf(entry.seq) },
            {
              UpdateExpression: 'SET #signal = :nothing REMOVE #ends',
              ConditionExpression: 'attribute_exists(pk)',
              ExpressionAttributeNames: { '#signal': 'signal', '#ends': 'ends' },
              ExpressionAttributeValues: { ':nothing': JSON.stringify(nothingIn(id)) },
            },
          );
        const last = entries.at(-1);
        if (!last) return;
        seq = last.seq;
      }
    },

    clear(key: string, hasTime?: () => boolean): Promise<boolean> {
      return table.clear({ pk: partition(key), from: ' ', to: '~' }, hasTime);
    },
  };
}

/** A signal of the contract that changes nothing for whoever hears it. */
function nothingIn(conversationId: string): Signal {
  return { type: 'message_stream_abort', data: { streamId: 'forgotten', conversationId } };
}

function waitingAfter(last: Entry | undefined, { waits, answers = '', settled = [] }: NewEntry): string[] {
  const still = (last?.waiting ?? []).filter((one) => one > answers && !settled.includes(one));
  return waits === undefined ? still : [...still, waits];
}

/** Far more than the clocks of two Lambdas differ. */
const CLOCKS_APART_MS = 60_000;

const ALL = { from: '0', to: '9~' };

function partition(conversationKey: string): string {
  return `CHAT-SIGNALS#${conversationKey}`;
}

function skOf(seq: number): string {
  return String(seq).padStart(12, '0');
}

/** Our own items, written above: taken as they are. */
function toEntry({ sk, at, ref, signal, messageAt, ends, waiting }: Item): Entry {
  const told = { seq: Number(sk), at: Number(at), ref: String(ref), signal: String(signal) };
  return {
    ...told,
    messageAt: Number(messageAt),
    ...(typeof ends === 'string' ? { ends } : {}),
    ...(Array.isArray(waiting) ? { waiting: waiting.map(String) } : {}),
  };
}
