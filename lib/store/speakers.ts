/** The table, of where a user has spoken: one small item a month and conversation, so that nobody has to search for it. */
import type { MessageRef } from '../types.ts';
import type { Access } from './access.ts';
import type { Key, Table } from './items.ts';
import { userPartition } from './keys.ts';

type Of = Pick<MessageRef, 'platform' | 'conversation'>;

/** A month's turns are written up to so many seconds after the first of them: the item outlives the last. */
const MONTH_SECONDS = 31 * 24 * 3600;

/** `2026-11` for a time in ms (UTC). */
export function monthOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 7);
}

/** Where it is noted that the user said something in the conversation at that time (ms). */
export function speakerKey({ conversation, platform, user }: Of & { user: string }, at: number): Key {
  return { pk: userPartition({ platform, user }), sk: `${monthOf(at)}#${conversation}` };
}

/** `at` in ms is when something was said. Throws `Later` when the table does not answer. */
export function openSpeakers({ update, remove, expiresAt }: Pick<Access, 'update' | 'remove' | 'expiresAt'>) {
  return {
    /** One write unit, with a speaker's first turn of each month in a conversation. */
    async noteSpeaker(of: Of & { user: string }, at: number): Promise<void> {
      const { pk, sk } = speakerKey(of, at);
      await update(pk, sk, {
        UpdateExpression: 'SET conversation = :conversation, expiresAt = :expires',
        ExpressionAttributeValues: { ':conversation': of.conversation, ':expires': expiresAt() + MONTH_SECONDS },
      });
    },

    async dropSpeaker(of: Of & { user: string }, at: number): Promise<void> {
      const { pk, sk } = speakerKey(of, at);
      await remove(pk, sk);
    },
  };
}

/** An entry of the list. */
export interface Spoken {
  key: Key;
  conversation: string;
}

/** Where the user has spoken, a page of it, behind the sort key `after`. */
export async function spokenBy(
  table: Pick<Table, 'query'>,
  of: Pick<MessageRef, 'platform'> & { user: string },
  { after, limit }: { after?: string | undefined; limit: number },
): Promise<{ entries: Spoken[]; next: string | undefined }> {
  const { items, next } = await table.query({ pk: userPartition(of), from: '0', to: '~', limit, after });
  return {
    entries: items.map(({ pk, sk, conversation }) => ({ key: { pk, sk }, conversation: String(conversation) })),
    next,
  };
}
