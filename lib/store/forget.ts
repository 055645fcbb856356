/** The table, when a conversation is to be forgotten: everything that is kept of it, wherever it lies. The one way to do so. */
import type { MessageRef } from '../types.ts';
import { openRemoval } from './chat-api/chat-api.ts';
import { forgetDues } from './due.ts';
import type { Dynamo } from './dynamo.ts';
import { keysBeside } from './erase.ts';
import { type Item, openTable, type Table } from './items.ts';
import { gone, PARKED, partition, partsOfSk } from './keys.ts';
import { openShelf } from './records.ts';
import { silentKey } from './silent.ts';

type Of = Pick<MessageRef, 'platform' | 'conversation'>;

export interface Forgotten {
  turns: number;
  /** The ids of records that were parked in the table, and are gone. */
  parked: string[];
}

/** Removes all that is kept of a conversation. Throws `Later` when the table does not answer: to be repeated then. */
export type Forget = (of: Of) => Promise<Forgotten>;

/** Long after the last message could be taken for one that nobody answered, or come in once more. */
const REMEMBERED_SECONDS = 30 * 24 * 3600;

/** Turns that are looked at in one go. */
const PAGE = 100;

/**
 * Turns, summary, owner, pointers, notes of failures, of limits and of parked records, and of the Chat API also messages, signals and
 * who took part. What is left is the time of it, under a name that tells nothing, so that an old message is not answered anew. A second
 * time removes what a first one that broke off left behind.
 */
export function openForget(dynamo: Dynamo, name: string, now: () => number): Forget {
  const table = openTable(dynamo, name);
  const shelf = openShelf(dynamo, name, now);
  const chatApi = openRemoval(table, now);

  /** What is noted elsewhere is removed before the turns, since only they tell where to look. */
  async function removeTurns(of: Of): Promise<number> {
    const pk = partition(of);
    let turns = 0;
    for (let after: string | undefined; ; ) {
      const { items, next } = await table.query({ pk, from: 'T#', to: 'T#~', limit: PAGE, after });
      turns += items.length;
      await removeBeside(table, of, items);
      if (next === undefined) break;
      after = next;
    }
    await table.remove(silentKey(of));
    await forgetDues(table, of);
    await table.clear({ pk, from: ' ', to: '~~' });
    return turns;
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

  return async (of) => {
    const at = now();
    await table.put({ ...gone(of), at, expiresAt: Math.floor(at / 1000) + REMEMBERED_SECONDS });
    const isOfChatApi = of.platform === 'chat-api';
    if (isOfChatApi) await chatApi.close(of.conversation);
    const parked = await removeParked(of);
    const turns = await removeTurns(of);
    if (isOfChatApi) await chatApi.remove(of.conversation);
    return { turns, parked };
  };
}

/** DynamoDB reads at most so many items at once. */
const READ_AT_ONCE = 100;

async function removeBeside(table: Table, of: Of, turns: readonly Item[]): Promise<void> {
  const keys = turns.flatMap(({ sk }) => keysBeside({ ...of, ...partsOfSk(sk) }));
  for (let i = 0; i < keys.length; i += READ_AT_ONCE) {
    const found = await table.read(keys.slice(i, i + READ_AT_ONCE));
    await Promise.all(found.map((item) => item && table.remove(item)));
  }
}
