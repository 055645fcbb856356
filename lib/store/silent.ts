/** The table, of where the bot is silent: one small item per conversation that a human has or an operator paused, in one place. */
import type { MessageRef } from '../types.ts';
import type { Access } from './access.ts';
import type { Key, Table } from './items.ts';
import { gone } from './keys.ts';

type Of = Pick<MessageRef, 'platform' | 'conversation'>;

const SILENT = 'SILENT';

/** By the hash that also marks a forgotten conversation. */
export function silentKey(of: Of): Key {
  return { pk: SILENT, sk: gone(of).pk };
}

/** The conversations that are or were somebody else's, with the time since (ms); their own items have the last word. */
export async function silentOnes(table: Pick<Table, 'query'>, limit: number): Promise<{ of: Of; since: number }[]> {
  const { items } = await table.query({ pk: SILENT, from: ' ', to: '~', limit });
  // Our own items, as written below.
  return items.map(({ platform, conversation, since }) => ({
    of: { platform, conversation } as Of,
    since: Number(since),
  }));
}

/** Where the bot is silent, for `bot list --human`. Throws `Later` when the table does not answer. */
export function openSilent({
  update,
  remove,
  expiresAt,
  now,
}: Pick<Access, 'update' | 'remove' | 'expiresAt' | 'now'>) {
  return {
    async noteSilence(of: Of): Promise<void> {
      const { pk, sk } = silentKey(of);
      await update(pk, sk, {
        UpdateExpression: 'SET platform = :platform, conversation = :conversation, since = :now, expiresAt = :expires',
        ExpressionAttributeValues: {
          ':platform': of.platform,
          ':conversation': of.conversation,
          ':now': now(),
          ':expires': expiresAt(),
        },
      });
    },

    async endSilence(of: Of): Promise<void> {
      const { pk, sk } = silentKey(of);
      await remove(pk, sk);
    },
  };
}
