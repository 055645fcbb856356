/** The table, of what went wrong: one small item per turn that failed, waits or knew no answer, under its day, so that nobody has to search. */
import { createHash } from 'node:crypto';
import type { MessageRef } from '../types.ts';
import type { Access } from './access.ts';
import type { Key, Table } from './items.ts';
import { partition, turnSk } from './keys.ts';

/**
 * FAILED: it ended in an apology, or in nothing. WAITING: it was given back to the queue, and may have been answered since. MISSED: the
 * documents had no answer. DISLIKED: a user thinks little of the answer, or did.
 */
export type Trouble = 'FAILED' | 'WAITING' | 'MISSED' | 'DISLIKED';

/** What is noted of a turn that was given back. */
export interface WaitingTurn {
  attempts: number;
  /** When the queue delivers it again (ms). */
  dueAt: number;
  /** In words of ours. */
  reason: string;
}

export type Noted = MessageRef & Partial<WaitingTurn>;

/** The queue forgets a message after 12 hours: what is older than two days waits for nothing. */
const WAITING_KEPT_SECONDS = 2 * 24 * 3600;

/** The day (UTC) of the message, not of the trouble: the key follows from the message, so the item can be removed by it. */
export function troubleKey(trouble: Trouble, ref: MessageRef): Key {
  const id = createHash('sha256')
    .update(`${partition(ref)}\u0000${turnSk(ref)}`)
    .digest('hex')
    .slice(0, 32);
  return { pk: `${trouble}#${dayOf(ref.createdAt)}`, sk: `${String(ref.createdAt).padStart(13, '0')}#${id}` };
}

/** `2026-11-21` for a time in ms. */
export function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

/** The turns in trouble of one day, the newest first; some may have been answered since. At most `limit`. */
export async function troublesOn(
  table: Pick<Table, 'query'>,
  trouble: Trouble,
  day: string,
  limit: number,
): Promise<Noted[]> {
  const range = { pk: `${trouble}#${day}`, from: '0', to: '~', newestFirst: true, limit };
  const { items } = await table.query(range);
  // Our own items, written by the store: taken as they are.
  return items.map(({ pk: _, sk: __, expiresAt: ___, ...noted }) => noted as unknown as Noted);
}

/** Turns in trouble, for `bot list` and `bot gaps`. Throws `Later` when the table does not answer. */
export function openTrouble({ update, expiresAt, now }: Pick<Access, 'update' | 'expiresAt' | 'now'>) {
  async function note(trouble: Trouble, ref: MessageRef, more: object, expires: number): Promise<void> {
    const { pk, sk } = troubleKey(trouble, ref);
    const { platform, conversation, messageId, createdAt } = ref;
    const item = Object.entries({ platform, conversation, messageId, createdAt, ...more, expiresAt: expires });
    await update(pk, sk, {
      UpdateExpression: `SET ${item.map((_, i) => `#n${i} = :v${i}`).join(', ')}`,
      ExpressionAttributeNames: Object.fromEntries(item.map(([name], i) => [`#n${i}`, name])),
      ExpressionAttributeValues: Object.fromEntries(item.map(([, value], i) => [`:v${i}`, value])),
    });
  }

  return {
    /** One write unit, once a failed turn. */
    noteFailure: (ref: MessageRef) => note('FAILED', ref, {}, expiresAt()),
    /** One write unit, once a turn that missed. */
    noteMiss: (ref: MessageRef) => note('MISSED', ref, {}, expiresAt()),
    /** One write unit, once a disliked answer. */
    noteDislike: (ref: MessageRef) => note('DISLIKED', ref, {}, expiresAt()),
    /** One write unit each time that a turn is given back. */
    noteWaiting: (ref: MessageRef, back: WaitingTurn) =>
      note('WAITING', ref, back, Math.floor(now() / 1000) + WAITING_KEPT_SECONDS),
  };
}
