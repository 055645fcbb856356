/** The table, of what was forgotten: marks that say when, and not of whom. Whoever meets something that was acknowledged before drops it. */
import type { MessageRef, Said } from '../types.ts';
import type { Access } from './access.ts';
import type { Item, Table } from './items.ts';
import { gone, goneAmongOthers, goneByPseudonym, goneUser, partsOfSk } from './keys.ts';

type UserOf = Pick<MessageRef, 'platform'> & { user: string };

/** What is noted of a user, in ms; 0 where it is not. */
export interface UserMarks {
  /** When they were forgotten, in all conversations. */
  forgottenAt: number;
  /** Since when they are blocked. */
  blockedAt: number;
  /** Ids of their messages whose turns a forgetting ended. */
  cut: ReadonlySet<string>;
}

/** Beside the mark of the forgetting, so that one read gives both. It does not expire. */
const BLOCK_SK = 'BLOCK';

/** In front of a message's id, in the same place. */
const CUT = 'CUT#';

/** Throws `Later` when the table does not answer. */
export function openGone({ read, query, update, updated, remove, now }: Access) {
  async function marksOf(of: UserOf): Promise<UserMarks> {
    const { pk, sk } = goneUser(of);
    const { Items = [] } = await query({
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': pk },
      ConsistentRead: true,
    });
    const at = (name: string) => Number(Items.find((item) => item.sk === name)?.at ?? 0);
    const cut = Items.flatMap((item) => (String(item.sk).startsWith(CUT) ? String(item.sk).slice(CUT.length) : []));
    return { forgottenAt: at(sk), blockedAt: at(BLOCK_SK), cut: new Set(cut) };
  }

  return {
    /** When the conversation was forgotten (ms); 0 if it never was. */
    async forgottenAt(of: Pick<MessageRef, 'platform' | 'conversation'>): Promise<number> {
      const { pk, sk } = gone(of);
      return Number((await read(pk, sk))?.at ?? 0);
    },

    marksOf,

    /** From now on; a repeat changes nothing. */
    async block(of: UserOf): Promise<void> {
      await update(goneUser(of).pk, BLOCK_SK, {
        UpdateExpression: 'SET #at = if_not_exists(#at, :now)',
        ExpressionAttributeNames: { '#at': 'at' },
        ExpressionAttributeValues: { ':now': now() },
      });
    },

    async unblock(of: UserOf): Promise<void> {
      await remove(goneUser(of).pk, BLOCK_SK);
    },

    /** Whether it is this turn (its sort key) that tells a blocked user so: the first one, however often it is tried. */
    async tellsBlock(of: UserOf, turn: string): Promise<boolean> {
      const item = await updated(goneUser(of).pk, BLOCK_SK, {
        UpdateExpression: 'SET told = if_not_exists(told, :turn)',
        ConditionExpression: 'attribute_exists(pk)',
        ExpressionAttributeValues: { ':turn': turn },
        ReturnValues: 'ALL_NEW',
      });
      return item?.told === turn;
    },
  };
}

/** What a record says of the message that it is about. */
export interface RecordAbout {
  /** The pseudonyms of conversation and user. */
  session: string;
  user: string;
  /** When the message was said (ms). */
  saidAt: number;
}

/**
 * Whether conversation or user were forgotten since, or another user of it, of whom Claude was told by then what they had said before. One
 * read of three items.
 */
export async function isRecordGone(
  table: Pick<Table, 'read'>,
  { session, user, saidAt }: RecordAbout,
): Promise<boolean> {
  const marks = await table.read(goneByPseudonym({ session, user }));
  return marks.some((mark) => Number(mark?.at ?? 0) >= saidAt && Number(mark?.from ?? 0) <= saidAt);
}

/** Notes that somebody is forgotten at `at` who had said something in it since `from` (ms). */
export async function noteAmongOthers(
  table: Pick<Table, 'read' | 'put'>,
  of: Pick<MessageRef, 'platform' | 'conversation'>,
  { from, at, expiresAt }: { from: number; at: number; expiresAt: number },
): Promise<void> {
  const key = goneAmongOthers(of);
  const [before] = await table.read([key]);
  const earliest = Math.min(from, Number(before?.from ?? from));
  const latest = Math.max(at, Number(before?.at ?? at));
  await table.put({ ...key, from: earliest, at: latest, expiresAt });
}

/**
 * Notes those of these turns of /chat that were being answered, before they are removed: a client that sends such a message again gives it
 * a new time, and it could act a second time.
 */
export async function noteCut(
  table: Pick<Table, 'put'>,
  { platform }: Pick<MessageRef, 'platform'>,
  turns: readonly Item[],
  expiresAt: number,
): Promise<void> {
  if (platform !== 'http') return;
  for (const { sk, state, said } of turns) {
    const user = ((said ?? []) as Said[])[0]?.speaker.id;
    if (state !== 'CLAIMED' || user === undefined) continue;
    await table.put({ pk: goneUser({ platform, user }).pk, sk: `${CUT}${partsOfSk(sk).messageId}`, expiresAt });
  }
}
