/** The table, of ratings: what users think of an answer, one item beside its turn; and where those are that somebody dislikes. */
import type { MessageRef, Rating } from '../types.ts';
import type { Access } from './access.ts';
import type { Key } from './items.ts';
import { CONVERSATION_SK, partition, turnSk } from './keys.ts';
import { openTrouble, troubleKey } from './trouble.ts';

type Of = Pick<MessageRef, 'platform' | 'conversation'>;

const PREFIX = 'R#';

/** By the turn's own key, so that it is found, and forgotten, with it. */
export function ratingKey(ref: MessageRef): Key {
  return { pk: partition(ref), sk: `${PREFIX}${turnSk(ref)}` };
}

/** A rating with the sort key of its turn. */
export type RatedTurn = Rating & { turn: string };

/** The last word wins: there is one rating a turn. Throws `Later` when the table does not answer. */
export function openRatings(access: Pick<Access, 'read' | 'query' | 'update' | 'remove' | 'expiresAt' | 'now'>) {
  const { read, query, update, remove, expiresAt } = access;
  const { noteDislike } = openTrouble(access);
  const undislike = async (ref: MessageRef) => {
    const { pk, sk } = troubleKey('DISLIKED', ref);
    await remove(pk, sk);
  };

  /** The conversation's next turn sees it without a further look. */
  const noteNewest = (ref: MessageRef) =>
    update(partition(ref), CONVERSATION_SK, {
      UpdateExpression: 'SET disliked = :sk, expiresAt = :expires',
      ConditionExpression: 'attribute_not_exists(disliked) OR disliked < :sk',
      ExpressionAttributeValues: { ':sk': turnSk(ref), ':expires': expiresAt() },
    });

  return {
    async ratingOf(ref: MessageRef): Promise<Rating | undefined> {
      const { pk, sk } = ratingKey(ref);
      const item = await read(pk, sk);
      return item && (item.rating as Rating);
    },

    /** Of the newest turns that were rated, at most 200, in any order; of none older than the turn `since` (sort key). */
    async ratingsIn(of: Of, since = ''): Promise<RatedTurn[]> {
      const { Items = [] } = await query({
        KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
        ExpressionAttributeValues: { ':pk': partition(of), ':from': `${PREFIX}${since}`, ':to': `${PREFIX}~` },
        Limit: 200,
      });
      return Items.map(({ sk, rating }) => ({ ...(rating as Rating), turn: String(sk).slice(PREFIX.length) }));
    },

    /** In the place of the one before. A dislike is noted first, so that no crash hides it: who looks for them asks the rating itself. */
    async rate(ref: MessageRef, rating: Rating, before: Rating | undefined): Promise<void> {
      if (rating.value === 'negative') await Promise.all([noteDislike(ref), noteNewest(ref)]);
      const { pk, sk } = ratingKey(ref);
      await update(pk, sk, {
        UpdateExpression: 'SET rating = :rating, expiresAt = :expires',
        ExpressionAttributeValues: { ':rating': rating, ':expires': expiresAt() },
      });
      if (rating.value === 'positive' && before?.value === 'negative') await undislike(ref);
    },

    /** As if it had never been rated. */
    async unrate(ref: MessageRef): Promise<void> {
      const { pk, sk } = ratingKey(ref);
      await remove(pk, sk);
      await undislike(ref);
    },
  };
}
