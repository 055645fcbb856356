/** The table, when a conversation is to be forgotten: everything that is kept of it, wherever it lies. The one way to do so. */
import type { Due, Earlier, MessageRef, Reply, Said } from '../types.ts';
import { openRemoval } from './chat-api/chat-api.ts';
import { allDues, forgetDues } from './due.ts';
import type { Dynamo } from './dynamo.ts';
import { keysBeside } from './erase.ts';
import { noteCut } from './gone.ts';
import { type Item, openTable, type Table } from './items.ts';
import { EARLIER_SK, gone, PARKED, partition, partsOfSk } from './keys.ts';
import { ratingKey } from './ratings.ts';
import { openShelf } from './records.ts';
import { silentKey } from './silent.ts';
import { speakerKey } from './speakers.ts';

type Of = Pick<MessageRef, 'platform' | 'conversation'>;

/** How far a forgetting goes. */
export interface Forgetting {
  /** What was acknowledged up to then (ms): now, unless an earlier call began it. */
  at?: number | undefined;
  /** When (ms) it is broken off, to be gone on with by another call. */
  until?: number | undefined;
  /** All that waits for its time, where that has been read already. */
  dues?: readonly Due[];
}

export interface Forgotten {
  turns: number;
  /** The ids of records that were parked in the table, and are gone. */
  parked: string[];
  /** False where it was broken off. */
  isDone: boolean;
}

/** Removes all that is kept of a conversation. Throws `Later` when the table does not answer: to be repeated then. */
export type Forget = (of: Of, how?: Forgetting) => Promise<Forgotten>;

/** Long after the last message could be taken for one that nobody answered, or come in once more. */
export const REMEMBERED_SECONDS = 30 * 24 * 3600;

/** Turns that are looked at in one go. */
const PAGE = 100;

/**
 * Turns, summary, owner, pointers, notes of failures, of limits, of who spoke and of parked records, and of the Chat API also messages,
 * signals and who took part. What is left is the time of it, under a name that tells nothing, so that an old message is not answered
 * anew. A second time removes what a first one that broke off left behind.
 */
export function openForget(dynamo: Dynamo, name: string, now: () => number): Forget {
  const table = openTable(dynamo, name);
  const shelf = openShelf(dynamo, name, now);
  const chatApi = openRemoval(table, now);
  const expiresAt = () => Math.floor(now() / 1000) + REMEMBERED_SECONDS;

  /** What is noted elsewhere is removed before the turns, since only they tell where to look. */
  async function removeTurns(
    of: Of,
    until: number,
    dues: readonly Due[] | undefined,
  ): Promise<Omit<Forgotten, 'parked'>> {
    const pk = partition(of);
    let turns = 0;
    for (;;) {
      const { items, next } = await table.query({ pk, from: 'T#', to: 'T#~', limit: PAGE });
      turns += items.length;
      await noteCut(table, of, items, expiresAt());
      await removeBeside(table, of, items);
      await table.removeAll(items.flatMap((item) => placesOf(of, item)));
      await table.removeAll(items);
      if (next === undefined) break;
      if (now() >= until) return { turns, isDone: false };
    }
    const [before] = await table.read([{ pk, sk: EARLIER_SK }]);
    await table.removeAll(
      ((before?.earlier ?? []) as Earlier[]).map(({ from, at }) => speakerKey({ ...of, user: from }, at)),
    );
    await table.remove(silentKey(of));
    await forgetDues(table, dues ?? (await allDues(table)), { of });
    return { turns, isDone: await table.clear({ pk, from: ' ', to: '~~' }, () => now() < until) };
  }

  async function removeParked(of: Of): Promise<string[]> {
    const { items } = await table.query({ pk: partition(of), ...PARKED });
    const parked = items.map(({ sk }) => sk.slice(PARKED.from.length));
    for (const id of parked) {
      await shelf.unstrand(id);
      await shelf.clear(id);
    }
    return parked;
  }

  return async (of, { at = now(), until = Number.POSITIVE_INFINITY, dues } = {}) => {
    await table.put({ ...gone(of), at, expiresAt: expiresAt() });
    const isOfChatApi = of.platform === 'chat-api';
    if (isOfChatApi) await chatApi.close(of.conversation);
    const parked = await removeParked(of);
    const { turns, isDone } = await removeTurns(of, until, dues);
    if (!isDone) return { turns, parked, isDone };
    return { turns, parked, isDone: !isOfChatApi || (await chatApi.remove(of.conversation, () => now() < until)) };
  };
}

/** Where it is noted that somebody spoke here, or was spoken to. */
function placesOf(of: Of, { sk, said = [], reply }: Item) {
  const to = (reply as Reply | undefined)?.to;
  return [
    ...(said as Said[]).map(({ speaker, createdAt }) => speakerKey({ ...of, user: speaker.id }, createdAt)),
    ...(to === undefined ? [] : [speakerKey({ ...of, user: to }, partsOfSk(sk).createdAt)]),
  ];
}

/** What lies elsewhere of these turns. */
export async function removeBeside(table: Table, of: Of, turns: readonly Item[]): Promise<void> {
  const refs = turns.map(({ sk }) => ({ ...of, ...partsOfSk(sk) }));
  const keys = refs.flatMap((ref) => [...keysBeside(ref), ratingKey(ref)]);
  for (let i = 0; i < keys.length; i += READ_AT_ONCE) {
    const found = await table.read(keys.slice(i, i + READ_AT_ONCE));
    await table.removeAll(found.flatMap((item) => item ?? []));
  }
}

/** DynamoDB reads at most so many items at once. */
const READ_AT_ONCE = 100;
