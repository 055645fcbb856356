/** Stop 6, where a conversation is handed over without Claude: by a word of the user's, or as the bot fails, or displeases, again and again. */
import { errorName, labelsOf } from '../log.ts';
import { partsOfSk, type Recent } from '../store/store.ts';
import type { Speech } from '../text/sentences.ts';
import type { Conversation, Rating, Reply, Said, Sent, Turn } from '../types.ts';
import { comesBack } from './ending.ts';
import { handoffId, requestHandoff, withHours } from './handoff.ts';
import type { TurnDeps, TurnInput, Work } from './shapes.ts';

/** What is said around a word: `"Agent!"` is one. A run is looked at once, from its beginning: a long one must not keep a machine busy. */
const AROUND = /^[\p{P}\p{S}\s]+|(?<![\p{P}\p{S}\s])[\p{P}\p{S}\s]+$/gu;

/**
 * For a message with which an earlier attempt handed over and said nothing: the user is told all the same, by us. Where it was only about
 * to, others may have been told, and so it comes about. Throws `Later` as the table and the outbox do.
 */
export async function handedBefore(
  deps: TurnDeps,
  { head, turn, conversation, speech }: { head: Sent; turn: Turn; conversation: Conversation; speech: Speech },
): Promise<Reply | undefined> {
  const { owner, handoff, returned = 0 } = conversation;
  const id = handoffId(head.messageId, returned);
  const { promised } = turn;
  const isPromised = owner === 'bot' && promised?.id === id;
  if (isPromised) await requestHandoff(deps, head, promised);
  return isPromised || (owner === 'human' && handoff?.id === id) ? saying(deps, speech) : undefined;
}

function saying(deps: TurnDeps, speech: Speech): Reply {
  return { kind: 'notice', text: withHours('handedOver', speech, deps), stop: 'handed over', handsOver: true };
}

/** The reply to a message that is one of HANDOFF_WORDS and nothing else. Throws `Later` as the table and the outbox do. */
export async function handedByWord(
  deps: TurnDeps,
  { head, said, speech }: { head: Sent; said: readonly Said[]; speech: Speech },
): Promise<Reply | undefined> {
  const { words, isPossible } = deps.handoff;
  const asked = said.find(({ text }) => words.includes(text.replaceAll(AROUND, '').toLowerCase()));
  if (!asked || !isPossible(head.platform)) return undefined;
  await requestHandoff(deps, head, { by: 'user', reason: `The user wrote: ${asked.text.trim()}` });
  return saying(deps, speech);
}

/** So many of the newest answers are looked at: users rate late, and reactions are noticed later still. */
const RATED_LATELY = 10;

/**
 * The reply to what is said after two answers in a row were disliked, and none since liked. Only answers since the conversation was last
 * given back count. One read where the newest of them that anybody disliked is among those looked at, else none. Throws as the word does.
 */
export async function handedByDislikes(
  deps: TurnDeps,
  { head, turn, recent, speech }: { head: Sent; turn: Turn; recent: Recent; speech: Speech },
): Promise<Reply | undefined> {
  const { disliked, ownedAt = 0 } = recent.conversation;
  if (disliked === undefined || !deps.handoff.isPossible(head.platform)) return undefined;
  const lately = recent.turns
    .filter((one) => one.sk !== turn.sk && partsOfSk(one.sk).createdAt > ownedAt && isOut(one))
    .slice(-RATED_LATELY);
  const since = lately[0]?.sk;
  if (since === undefined || disliked < since) return undefined;
  const ratings = await deps.store.ratingsIn(head, since);
  const values = new Map(ratings.map((rated) => [rated.turn, rated.value]));
  // What is no answer counts only where somebody has rated it.
  const answers = lately.filter(({ sk, reply }) => reply?.kind === 'answer' || values.has(sk));
  if (!isDislikedTwice(answers.map(({ sk }) => values.get(sk)))) return undefined;
  await requestHandoff(deps, head, { by: 'rule', reason: 'The user disliked two answers in a row.' });
  return saying(deps, speech);
}

/** Somebody has read a reply of it, to something that a user said. */
function isOut({ reply, state, said }: Turn): boolean {
  return reply !== undefined && state !== 'SKIPPED' && said.length > 0;
}

function isDislikedTwice(ratings: readonly (Rating['value'] | undefined)[]): boolean {
  const sinceLiked = ratings.slice(ratings.lastIndexOf('positive') + 1);
  return sinceLiked.some((value, i) => value === 'negative' && sinceLiked[i + 1] === 'negative');
}

/** So many apologies in a row, this one included. */
const IN_A_ROW = 3;

/**
 * The apology, with which the conversation is handed over where it is the third in a row. Throws what another attempt may mend; at the
 * last one it goes out whatever becomes of that.
 */
export async function handedByRule(
  deps: TurnDeps,
  { burst: [head], attempts, isOnlyAttempt }: Pick<TurnInput, 'burst' | 'attempts' | 'isOnlyAttempt'>,
  { looking, turn }: Pick<Work, 'looking' | 'turn'>,
  reply: Reply,
): Promise<Reply> {
  if (reply.kind !== 'apology' || !deps.handoff.isPossible(head.platform)) return reply;
  try {
    const { turns, conversation } = await looking;
    const before = turns
      .filter(({ sk, reply }) => sk !== turn.sk && reply && reply.to === undefined)
      .slice(1 - IN_A_ROW);
    if (conversation.owner !== 'bot' || before.length < IN_A_ROW - 1 || !before.every(isApology)) return reply;
    const reason = `The bot failed ${IN_A_ROW} times in a row (${reply.reason ?? 'unknown'}).`;
    await requestHandoff(deps, head, { by: 'rule', reason });
    return { ...reply, text: `${reply.text}\n\n${withHours('handedOver', deps.speech(head), deps)}`, handsOver: true };
  } catch (error) {
    if (!isOnlyAttempt && comesBack(error, attempts)) throw error;
    deps.log('not-handed-over', { ...labelsOf(head), error: errorName(error) });
    return reply;
  }
}

function isApology({ reply }: Turn): boolean {
  return reply?.kind === 'apology';
}
