/** The table, when a conversation is to be forgotten: everything that is kept of it, wherever it lies. */

import type { MessageRef, Turn } from '../types.ts';
import { failureKey } from './failures.ts';
import type { Item, Key, Table } from './items.ts';
import { gone, PARKED, partition, partsOfSk, pointer } from './keys.ts';

type Of = Pick<MessageRef, 'platform' | 'conversation'>;

export interface Forgotten {
  turns: number;
  /** The log ids of records that may still be parked in the table. */
  parked: string[];
}

/** Long after the last message could be taken for one that nobody answered, or come in once more. */
const REMEMBERED_SECONDS = 30 * 24 * 3600;

/** Turns that are looked at in one go. */
const PAGE = 100;

/**
 * Removes turns, summary, owner, pointers, notes of failures and of limits. What is left is the time of it, under a name that tells
 * nothing, so that an old message is not answered anew. A second time removes what a first one that broke off left behind.
 */
export async function forget(table: Table, of: Of, now: number): Promise<Forgotten> {
  await table.put({ ...gone(of), at: now, expiresAt: Math.floor(now / 1000) + REMEMBERED_SECONDS });
  const pk = partition(of);
  const { items: notes } = await table.query({ pk, ...PARKED });
  let turns = 0;
  for (let after: string | undefined; ; ) {
    const { items, next } = await table.query({ pk, from: 'T#', to: 'T#~', limit: PAGE, after });
    turns += items.length;
    // Before the turns themselves, since only they tell where to look.
    await removeBeside(table, of, items, now);
    if (next === undefined) break;
    after = next;
  }
  await table.clear({ pk, from: ' ', to: '~~' });
  return { turns, parked: notes.map(({ sk }) => sk.slice(PARKED.from.length)) };
}

/** DynamoDB reads at most so many items at once. */
const READ_AT_ONCE = 100;

async function removeBeside(table: Table, of: Of, turns: readonly Item[], now: number): Promise<void> {
  const keys = turns.flatMap((turn) => keysBeside(of, turn, now));
  const unique = [...new Map(keys.map((key) => [`${key.pk}\u0000${key.sk}`, key])).values()];
  for (let i = 0; i < unique.length; i += READ_AT_ONCE) {
    const found = await table.read(unique.slice(i, i + READ_AT_ONCE));
    for (const item of found) if (item && isAbout(of, item)) await table.remove(item);
  }
}

/** A minute's counter belongs to a user, and names only the conversation that it last counted for. */
function isAbout({ conversation }: Of, { mark }: Item): boolean {
  return typeof mark !== 'string' || mark.startsWith(`${conversation}#`);
}

function keysBeside(of: Of, item: Item, now: number): Key[] {
  const ref = { ...of, ...partsOfSk(item.sk) };
  const { said } = item as Partial<Turn>;
  const users = new Set((said ?? []).map(({ speaker }) => speaker.id));
  const isCounted = now - ref.createdAt < COUNTED_MS;
  return [
    { pk: pointer(of.platform, ref.messageId), sk: 'I' },
    failureKey(ref),
    ...(isCounted ? [...users].flatMap((user) => counterKeys(ref, user)) : []),
  ];
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** Counters are kept for a day, and may stay for two more until DynamoDB removes them. */
const COUNTED_MS = 4 * 24 * HOUR_MS;
/** A message is counted when it is answered: as long after it was said as the worker's tries may take. */
const LONGEST_WAIT_MS = HOUR_MS;

/** Where lib/turn/limits.ts counts a user's messages, and notes which turn of a conversation says that a limit is reached. */
function counterKeys({ platform, conversation, createdAt }: MessageRef, user: string): Key[] {
  const sk = `C#${conversation}`;
  return [
    ...windowsOf(createdAt, MINUTE_MS).flatMap((window) => [
      { pk: `L#${window}#minute#${platform}#${user}`, sk: '-' },
      { pk: `L#${window}#messages#${platform}#${user}`, sk },
    ]),
    ...windowsOf(createdAt, HOUR_MS).flatMap((window) => [
      { pk: `L#${window}#user#${platform}#${user}`, sk },
      { pk: `L#${window}#total#${platform}#${user}`, sk },
    ]),
  ];
}

function windowsOf(createdAt: number, windowMs: number): number[] {
  const first = Math.floor(createdAt / windowMs) - 1;
  return Array.from({ length: Math.ceil(LONGEST_WAIT_MS / windowMs) + 2 }, (_, i) => first + i);
}
