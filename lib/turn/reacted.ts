/** Reconciling. What users think of the bot's answers, as far as they react to them at TalkJS. */
import { type Log, pseudonym } from '../log.ts';
import type { ActiveConversation, Lately, Reacted } from '../platforms/talkjs/lately.ts';
import type { Store } from '../store/store.ts';
import type { Rate } from './rate.ts';

export interface ReactedDeps {
  lately: Pick<Lately, 'reactionTo'>;
  store: Pick<Store, 'ratingsIn'>;
  rate: Rate;
  log: Log;
}

/** One rating for each answer, however many messages it is; where they differ it is disliked. What is known is not kept again. */
export async function rateReacted(
  { lately, store, rate, log }: ReactedDeps,
  conversation: ActiveConversation,
  reacted: readonly Reacted[],
): Promise<void> {
  const ratings = new Map<string, Parameters<Rate>[1] & object>();
  for (const { id, answer, reactions } of reacted) {
    const reaction = lately.reactionTo(conversation, reactions);
    if (reaction === 'unknown') log('reactions-not-understood', { conversation: pseudonym('talkjs', conversation.id) });
    if (typeof reaction === 'string' || ratings.get(answer)?.value === 'negative') continue;
    ratings.set(answer, { ...reaction, message: id });
  }
  if (ratings.size === 0) return;
  const of = { platform: 'talkjs', conversation: conversation.id } as const;
  const known = await store.ratingsIn(of);
  for (const rating of ratings.values()) {
    const { message = '', value } = rating;
    if (!known.some((one) => one.message === message && one.value === value))
      await rate({ ...of, messageId: message }, rating);
  }
}
