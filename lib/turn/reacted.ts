/** Reconciling. What users think of the bot's answers, as far as they react to them at TalkJS. */
import { type Log, pseudonym } from '../log.ts';
import type { ActiveConversation, Lately, Reacted } from '../platforms/talkjs/lately.ts';
import { partsOfSk, type Store } from '../store/store.ts';
import type { Rate } from './rate.ts';

export interface ReactedDeps {
  lately: Pick<Lately, 'reactionTo'>;
  store: Pick<Store, 'ratingsIn'>;
  rate: Rate;
  log: Log;
}

/**
 * One rating for each answer, however many messages it is; where they differ it is disliked. What is known is not kept again, and what
 * was given by a reaction that is there no more is taken back. `listed` are messages of ours.
 */
export async function rateReacted(
  { lately, store, rate, log }: ReactedDeps,
  conversation: ActiveConversation,
  listed: readonly Reacted[],
): Promise<void> {
  const ratings = new Map<string, Parameters<Rate>[1] & object>();
  const silent = new Set<string>();
  let isUnknown = false;
  for (const { id, answer, reactions } of listed) {
    const reaction = lately.reactionTo(conversation, reactions);
    isUnknown ||= reaction === 'unknown';
    if (reaction === 'none') silent.add(id);
    if (typeof reaction === 'string' || ratings.get(answer)?.value === 'negative') continue;
    ratings.set(answer, { ...reaction, message: id });
  }
  if (isUnknown) log('reactions-not-understood', { conversation: pseudonym('talkjs', conversation.id) });
  if (listed.length === 0) return;
  const of = { platform: 'talkjs', conversation: conversation.id } as const;
  const known = await store.ratingsIn(of);
  for (const rating of ratings.values()) {
    const { message = '', value } = rating;
    if (!known.some((one) => one.message === message && one.value === value))
      await rate({ ...of, messageId: message }, rating);
  }
  for (const { message = '', turn } of known)
    if (silent.has(message) && !ratings.has(partsOfSk(turn).messageId))
      await rate({ ...of, messageId: message }, undefined);
}
