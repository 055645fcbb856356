/** The table, of corrections: what became of a message after it was sent, also when that is heard of before the message. */

import type { Correction, MessageRef, PlatformName } from '../types.ts';
import type { Access } from './access.ts';
import type { Table } from './items.ts';
import { partition, pointer, turnSk } from './keys.ts';

/** The one item of its partition. */
const POINTER_SK = 'I';

/** Edits and deletions of messages. Throws `Later` when the table does not answer. */
export function openCorrections({ update, updated, expiresAt }: Access) {
  return {
    /** Keeps the newest change of a message beside it; also when the change overtook the message itself. */
    async correct(ref: MessageRef, correction: Correction): Promise<void> {
      await update(partition(ref), turnSk(ref), {
        UpdateExpression: 'SET correction = :correction, expiresAt = :expires',
        ConditionExpression: 'attribute_not_exists(correction) OR correction.#at < :at',
        ExpressionAttributeNames: { '#at': 'at' },
        ExpressionAttributeValues: { ':correction': correction, ':at': correction.at, ':expires': expiresAt() },
      });
    },

    /** Notes where the message of this id is; true when its deletion came before it. One write unit. */
    async notePlace({ platform, conversation, messageId, createdAt }: MessageRef): Promise<boolean> {
      const item = await updated(pointer(platform, messageId), POINTER_SK, {
        UpdateExpression: 'SET conversation = :conversation, createdAt = :createdAt, expiresAt = :expires',
        ExpressionAttributeValues: {
          ':conversation': conversation,
          ':createdAt': createdAt,
          ':expires': expiresAt(),
        },
        ReturnValues: 'ALL_NEW',
      });
      return item?.isDeleted === true;
    },

    /**
     * Where a deleted message is, by its id alone; `undefined` when it is not known, and then `notePlace` will tell. Whichever of
     * the two writes to the item last sees the other's mark.
     */
    async noteDeletion({
      platform,
      messageId,
    }: Pick<MessageRef, 'platform' | 'messageId'>): Promise<MessageRef | undefined> {
      const item = await updated(pointer(platform, messageId), POINTER_SK, {
        UpdateExpression: 'SET isDeleted = :true, expiresAt = :expires',
        ExpressionAttributeValues: { ':true': true, ':expires': expiresAt() },
        ReturnValues: 'ALL_NEW',
      });
      if (typeof item?.conversation !== 'string') return undefined;
      return { platform, messageId, conversation: item.conversation, createdAt: Number(item.createdAt) };
    },
  };
}

/** Where the message of this id is, of those whose place was noted; for an operator, who has nothing but its id. */
export async function placeOf(
  table: Pick<Table, 'read'>,
  platforms: readonly PlatformName[],
  messageId: string,
): Promise<Pick<MessageRef, 'platform' | 'conversation'> | undefined> {
  const items = await table.read(platforms.map((platform) => ({ pk: pointer(platform, messageId), sk: POINTER_SK })));
  const at = items.findIndex((item) => typeof item?.conversation === 'string');
  const platform = platforms[at];
  return platform && { platform, conversation: String(items[at]?.conversation) };
}
