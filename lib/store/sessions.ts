/** The table, of /chat: what is kept of a session besides its turns. All of it lies in the session's own partition. */
import { createHash } from 'node:crypto';
import type { MessageRef, Turn } from '../types.ts';
import { toTurn } from './history.ts';
import type { Key, Table } from './items.ts';
import { partition, turnSk } from './keys.ts';

type Session = Pick<MessageRef, 'platform' | 'conversation'>;

/** A message that is sent twice under one idempotency key is one message: the first one's id and creation time (ms) count. */
export interface Identity {
  messageId: string;
  createdAt: number;
  isRepeat: boolean;
}

/** One request has a session to itself. A crash leaves it behind, and it runs out. */
export interface Lease {
  /** Another one for each request. */
  holder: string;
  messageId: string;
  /** ms */
  until: number;
}

export interface TranscriptPage {
  /** Oldest first. */
  turns: Turn[];
  /** Where older ones end, when there are any. */
  earlier: string | undefined;
}

export type Sessions = ReturnType<typeof openSessions>;

/** Sorts behind all else, so that no look at the conversation reads it, and a deletion of the session removes it last. */
const LEASE_SK = '~L';

/** Turns of one page: at 4 KB each they are as much as DynamoDB reads at once. */
const PAGE_TURNS = 100;

/** As long as the webhooks' platforms keep theirs, and longer than any client tries. */
const KEPT_SECONDS = 24 * 3600;

/** The sessions of /chat. Throws `Later` when the table does not answer. */
export function openSessions(table: Table, now: () => number) {
  const expiresAt = () => Math.floor(now() / 1000) + KEPT_SECONDS;
  const lease = (session: Session): Key => ({ pk: partition(session), sk: LEASE_SK });

  return {
    /** Takes the session for one request until that time (ms); false while another one has it. */
    occupy(session: Session, { holder, messageId, until }: Lease): Promise<boolean> {
      return table.add(
        { ...lease(session), holder, messageId, heldUntil: until, expiresAt: expiresAt() },
        {
          // The holder's own again: the client repeats a write whose answer was lost.
          condition: 'heldUntil < :now OR #holder = :holder',
          names: { '#holder': 'holder' },
          values: { ':now': now(), ':holder': holder },
        },
      );
    },

    /** The message that is being answered. */
    async busyWith(session: Session): Promise<string | undefined> {
      const [item] = await table.read([lease(session)]);
      return item && Number(item.heldUntil) >= now() ? String(item.messageId) : undefined;
    },

    /** Gives the session back, if `holder` still has it. */
    async vacate(session: Session, holder: string): Promise<void> {
      await table.remove(lease(session), {
        condition: '#holder = :holder',
        names: { '#holder': 'holder' },
        values: { ':holder': holder },
      });
    },

    /** `undefined` when the key was used for another message of the session. */
    async identify(session: Session, idempotencyKey: string, message: string): Promise<Identity | undefined> {
      const messageId = messageIdOf(idempotencyKey);
      const key = { pk: partition(session), sk: `I#${messageId.slice(PREFIX.length)}` };
      const first = { messageId, createdAt: now(), digest: digestOf(message) };
      const isFirst = await table.add({ ...key, ...first, expiresAt: expiresAt() });
      const [kept = first] = isFirst ? [] : await table.read([key]);
      if (kept.digest !== first.digest) return undefined;
      return { messageId, createdAt: Number(kept.createdAt), isRepeat: !isFirst };
    },

    /** Takes back the turn that `owner` claimed and did not answer. */
    async withdraw(ref: MessageRef, owner: string): Promise<void> {
      await table.remove(
        { pk: partition(ref), sk: turnSk(ref) },
        {
          condition: '#state = :claimed AND #owner = :owner',
          names: { '#state': 'state', '#owner': 'owner' },
          values: { ':claimed': 'CLAIMED', ':owner': owner },
        },
      );
    },

    /** The newest turns, or those before `earlier` of another page. */
    async transcript(session: Session, earlier: string | undefined): Promise<TranscriptPage> {
      const range = { pk: partition(session), prefix: 'T#', newestFirst: true, limit: PAGE_TURNS, after: earlier };
      const page = await table.list(range);
      return { turns: page.items.map(toTurn).reverse(), earlier: page.next };
    },
  };
}

/** What the message is called that comes under this key. */
export function messageIdOf(idempotencyKey: string): string {
  return PREFIX + digestOf(idempotencyKey).slice(0, 32);
}

const PREFIX = 'k-';

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
