/** The table, of what an operator has the bot say: when it was first asked for, under its key. */
import { hash } from 'node:crypto';
import type { MessageRef } from '../types.ts';
import type { Access } from './access.ts';
import { partition } from './keys.ts';

/** Where the time of such a message is kept. */
export function unaskedSk({ messageId }: Pick<MessageRef, 'messageId'>): string {
  return `I#${messageId}`;
}

/** Throws `Later` when the table does not answer. */
export function openUnasked({ update, read, expiresAt, now }: Pick<Access, 'update' | 'read' | 'expiresAt' | 'now'>) {
  return {
    /** The message of this key: the same id and time for every call. One write unit. */
    async unaskedOf(
      of: Pick<MessageRef, 'platform' | 'conversation'>,
      key: string,
    ): Promise<{ ref: MessageRef; isRepeat: boolean }> {
      const messageId = `say:${hash('sha256', key).slice(0, 32)}`;
      const [pk, sk] = [partition(of), unaskedSk({ messageId })];
      const createdAt = now();
      const isFirst = await update(pk, sk, {
        UpdateExpression: 'SET messageId = :id, createdAt = :at, expiresAt = :expires',
        ConditionExpression: 'attribute_not_exists(pk)',
        ExpressionAttributeValues: { ':id': messageId, ':at': createdAt, ':expires': expiresAt() },
      });
      const kept = isFirst ? undefined : await read(pk, sk);
      const ref = { ...of, messageId, createdAt: Number(kept?.createdAt ?? createdAt) };
      return { ref, isRepeat: !isFirst };
    },
  };
}
