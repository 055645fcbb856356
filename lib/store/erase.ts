/** The table, when one turn is to leave nothing behind: its item, what it did, and what is noted of it elsewhere. */
import type { MessageRef } from '../types.ts';
import type { Access } from './access.ts';
import type { Key } from './items.ts';
import { journalRange } from './journal.ts';
import { CONVERSATION_SK, EARLIER_SK, PARKED, partition, pointer, turnSk } from './keys.ts';
import { ratingKey } from './ratings.ts';
import { troubleKey } from './trouble.ts';
import { unaskedSk } from './unasked.ts';

/** Where things of a turn lie outside of its conversation's partition. */
export function keysBeside(ref: MessageRef): Key[] {
  const noted = (['FAILED', 'WAITING', 'MISSED', 'DISLIKED'] as const).map((trouble) => troubleKey(trouble, ref));
  return [{ pk: pointer(ref.platform, ref.messageId), sk: 'I' }, ...noted];
}

/** Throws `Later` when the table does not answer: to be repeated then. */
export function openErase({ query, remove }: Pick<Access, 'query' | 'remove'>) {
  return {
    /**
     * With the last turn of a conversation also what was read in of the time before, and the roles of those who take part. The turn's
     * own item goes before them: what is left then belongs to nobody.
     */
    async erase(ref: MessageRef): Promise<void> {
      const pk = partition(ref);
      const { from, to, isOf } = journalRange(ref);
      const { Items = [] } = await query({
        KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
        ExpressionAttributeValues: { ':pk': pk, ':from': from, ':to': to },
        ConsistentRead: true,
      });
      const journal = Items.map(({ sk }) => String(sk)).filter(isOf);
      const parked = await query({
        KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
        ExpressionAttributeValues: { ':pk': pk, ':from': PARKED.from, ':to': PARKED.to },
        ConsistentRead: true,
      });
      // The records themselves are dropped by whoever is to deliver them.
      const notes = (parked.Items ?? []).flatMap(({ sk, messageId }) =>
        messageId === ref.messageId ? String(sk) : [],
      );
      await Promise.all(keysBeside(ref).map((key) => remove(key.pk, key.sk)));
      for (const sk of [...journal, ...notes, ratingKey(ref).sk, unaskedSk(ref), turnSk(ref)]) await remove(pk, sk);
      const others = await query({
        KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
        ExpressionAttributeValues: { ':pk': pk, ':from': 'T#', ':to': 'T#~' },
        ConsistentRead: true,
        Limit: 1,
      });
      if (others.Items?.length) return;
      await remove(pk, EARLIER_SK);
      await remove(pk, CONVERSATION_SK, { unless: ['owner', 'team', 'summary'] });
    },
  };
}
