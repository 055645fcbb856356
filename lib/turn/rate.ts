/** Beside the way of a message: what a user thinks of an answer. Whoever lets users rate has made sure that this one takes part. */
import { DEFAULT_BOT } from '../bots/identity.ts';
import { sizes } from '../bounds.ts';
import { masked } from '../events/event.ts';
import type { Tell } from '../events/outbox.ts';
import { type Log, labelsOf } from '../log.ts';
import type { RecordedRating } from '../records/record.ts';
import { partsOfSk, type Store } from '../store/store.ts';
import type { MessageRef, Rating, Turn } from '../types.ts';

export interface RateDeps {
  store: Pick<Store, 'find' | 'recent' | 'between' | 'noteSpeaker' | 'ratingOf' | 'rate' | 'unrate'>;
  tell: Tell;
  /** Records it, once for each value. */
  record(rated: RecordedRating): Promise<void>;
  now(): number;
  log: Log;
}

/** What is rated: a conversation, and the id of the user's message, or of one of the bot's; with the time of the user's it is found at once. */
export type Rated = Omit<MessageRef, 'createdAt'> & { createdAt?: number };

/** Takes a rating, or with none the one before back; gives false where there is no such answer. */
export type Rate = (of: Rated, given: Omit<Rating, 'at'> | undefined) => Promise<boolean>;

/** Looks for the answer among the newest 200 turns. Throws `Later` when the table or the queue of events does not answer. */
export function openRate(deps: RateDeps): Rate {
  return async (of, given) => {
    const turn = await answered(deps.store, of);
    if (!turn) return false;
    const { platform, conversation } = of;
    const ref = { platform, conversation, ...partsOfSk(turn.sk) };
    await (given ? keep(deps, ref, { turn, given }) : takeBack(deps, ref));
    return true;
  };
}

/** The turn whose answer that is: of a message that was answered together with an earlier one, the earlier one's. */
async function answered(store: RateDeps['store'], of: Rated): Promise<Turn | undefined> {
  const found = await named(store, of);
  const turn = found?.into === undefined ? found : await store.find({ ...of, ...partsOfSk(found.into) });
  const isOut = turn?.state === 'DELIVERED' || turn?.state === 'ANSWERED' || turn?.state === 'FAILED';
  return isOut && turn.reply ? turn : undefined;
}

async function named(store: RateDeps['store'], { createdAt, ...of }: Rated): Promise<Turn | undefined> {
  if (createdAt !== undefined) return store.find({ ...of, createdAt });
  const isMeant = ({ messageId, replyIds = [] }: Turn) => messageId === of.messageId || replyIds.includes(of.messageId);
  return (await store.recent(of)).turns.find(isMeant) ?? (await store.between(of, undefined)).find(isMeant);
}

/** A repeat changes nothing. Others are told first: a crash in between makes it happen again, under the same name. */
async function keep(
  { store, tell, record, now, log }: RateDeps,
  ref: MessageRef,
  { turn: { reply, said }, given }: { turn: Turn; given: Omit<Rating, 'at'> },
): Promise<void> {
  const { value, by, message } = given;
  const comment = given.comment?.trim().slice(0, sizes.commentChars).toWellFormed() || undefined;
  const before = await store.ratingOf(ref);
  const isNews = before?.value !== value;
  if (!isNews && before.comment === comment && before.message === message) return;
  const { platform, conversation, messageId } = ref;
  const bot = reply?.bot ?? DEFAULT_BOT;
  const at = now();
  if (isNews)
    await tell({
      type: 'answer.rated',
      key: `${messageId}:${value}`,
      ...{ at, platform, conversation, messageId, bot, user: by ?? said[0]?.speaker.id ?? reply?.to },
      text: `A user ${value === 'positive' ? 'likes' : 'dislikes'} an answer on ${platform} in ${conversation}.`,
      data: { message: messageId, value, ...(comment ? { comment: masked(comment) } : {}) },
    });
  if (isNews) await record({ about: ref, bot, promptHash: reply?.promptHash, value, comment, by, at });
  // Where somebody has only rated what others were answered, nothing else tells that there is something of theirs.
  if (by !== undefined && said.every(({ speaker }) => speaker.id !== by))
    await store.noteSpeaker({ ...ref, user: by }, at);
  const rating = { value, at, ...(comment ? { comment } : {}), ...(by ? { by } : {}), ...(message ? { message } : {}) };
  await store.rate(ref, rating, before);
  if (isNews) log('answer-rated', { ...labelsOf(ref), platform, bot, value, hasComment: comment !== undefined });
}

async function takeBack({ store, log }: RateDeps, ref: MessageRef): Promise<void> {
  if (!(await store.ratingOf(ref))) return;
  await store.unrate(ref);
  log('rating-taken-back', labelsOf(ref));
}
