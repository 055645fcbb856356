/** The table, when one turn is to leave nothing behind: its item, what it did, and what is noted of it elsewhere. */
import type { MessageRef } from '../types.ts';
import type { Access } from './access.ts';
import type { Key } from './items.ts';
import { journalRange } from './journal.ts';
import { EARLIER_SK, partition, pointer, turnSk } from './keys.ts';
import { ratingKey } from './ratings.ts';
import { troubleKey } from './trouble.ts';

/** Where things of a turn lie outside of its conversation's partition. */
export function keysBeside(ref: MessageRef): Key[] {
  const noted = (['FAILED', 'WAITING', 'MISSED', 'DISLIKED'] as const).map((trouble) => troubleKey(trouble, ref));
  return [{ pk: pointer(ref.platform, ref.messageId), sk: 'I' }, ...noted];
}

/** Throws `Later` when the table does not answer: to be repeated then. */
export function openErase({ query, remove }: Pick<Access, 'query' | 'remove'>) {
  return {
    /** Also what it may have read in of the time before it. The turn's own item goes last, so that a repeat knows what is still to be done. */
    async erase(ref: MessageRef): Promise<void> {
      const pk = partition(ref);
      const { from, to, isOf } = journalRange(ref);
      const { Items = [] } = await query({
        KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
        ExpressionAttributeValues: { ':pk': pk, ':from': from, ':to': to },
        ConsistentRead: true,
      });
      const journal = Items.map(({ sk }) => String(sk)).filter(isOf);
      await Promise.all(keysBeside(ref).map((key) => remove(key.pk, key.sk)));
      for (const sk of [...journal, ratingKey(ref).sk, EARLIER_SK, turnSk(ref)]) await remove(pk, sk);
    },
  };
}
