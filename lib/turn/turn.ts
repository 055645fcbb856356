/** Stops 5-7 for one turn: claim, look back, ask, store, deliver, done. Every step can be the last; the next attempt goes on there. */
import { Forgotten, Superseded } from '../errors.ts';
import { errorName, labelsOf } from '../log.ts';
import type { Recent } from '../store/store.ts';
import type { Reply, Turn } from '../types.ts';
import { claim } from './claim.ts';
import { decide } from './decide.ts';
import { hasActed } from './effects.ts';
import { comesBack, platformOf, replyKey } from './ending.ts';
import { dropForgotten, type Entered, enter, forgottenTurn } from './forgotten.ts';
import { close, keep, release } from './keep.ts';
import { withoutForgotten } from './quote.ts';
import { send, sendUnstored } from './send.ts';
import { alone, letOthers } from './sending.ts';
import type { Taken, TurnDeps, TurnInput, Work } from './shapes.ts';

/** What is known of a conversation of which nothing can be read. */
const UNKNOWN: Recent = { turns: [], conversation: { owner: 'bot', team: [] } };

/**
 * Sees to it that the message is answered once, or apologised for once. Throws `Later` and `Superseded` for another attempt, and
 * whatever keeps the turn from being claimed at all.
 */
export async function takeTurn(deps: TurnDeps, input: TurnInput): Promise<Taken> {
  const [head] = input.burst;
  const startedAt = deps.now();
  const looking = deps.store.recent(head);
  looking.catch(() => {}); // A rejection reaches those who await it.
  const { turn, holder } = await claim(deps, input);
  const ended = holder
    ? await begin(deps, input, { turn, holder, looking, startedAt }).catch(unlessForgotten(deps, input))
    : await resume(deps, input, { turn, looking, startedAt });
  const { conversation } = await looking.catch(() => UNKNOWN);
  const covered = new Set([head.messageId, ...ended.said.map(({ messageId }) => messageId)]);
  return { covered, turn: ended, isRepeat: !holder, before: conversation.summary };
}

/** Whose conversation was forgotten meanwhile, its turn is gone: nobody else has it. */
function unlessForgotten(deps: TurnDeps, input: TurnInput) {
  const { burst, isOnlyAttempt } = input;
  const [head] = burst;
  return async (error: unknown): Promise<Turn> => {
    const isGone = error instanceof Superseded && (await dropForgotten(deps, head));
    if (!isGone || isOnlyAttempt) throw error;
    await clear(deps, input, input);
    return forgottenTurn(head);
  };
}

/** A turn that is ours is decided, stored and sent. */
async function begin(deps: TurnDeps, input: TurnInput, work: Work): Promise<Turn> {
  const { turn, holder, startedAt } = work;
  const [head] = input.burst;
  const { isForgotten, ...known } = await entered(deps, input, work);
  if (isForgotten && input.isOnlyAttempt) throw new Forgotten('forgotten while it was answered');
  if (isForgotten) {
    await clear(deps, input, turn);
    return forgottenTurn(head);
  }
  const decision = await decide(deps, input, { ...work, ...known });
  const { said } = decision;
  if (!('reply' in decision)) {
    await clear(deps, input, turn);
    await close(deps, input, { holder, decision });
    const end = 'mergedInto' in decision ? { state: 'MERGED' as const, into: decision.mergedInto } : LEFT;
    return { ...turn, said, ...end };
  }
  const written = { ...decision.reply, ms: deps.now() - startedAt };
  const { reply, isStored } = await keep(deps, input, { holder, said, reply: written });
  if (isStored) {
    await withoutForgotten(deps, { head, said, ...(await work.looking.catch(() => UNKNOWN)) });
    const sent = send(deps, input, { turn, reply, startedAt }).catch(letOthers(deps, head, holder.owner));
    return { ...turn, said, ...(await sent) };
  }
  await sendUnstored(deps, input, reply);
  await deps.store.abandon(head, holder).catch(leftOpen(deps, input));
  return { ...turn, said, reply, state: 'FAILED' };
}

/** No answer comes: nothing shows any more that the bot is at work on one. */
async function clear(
  deps: TurnDeps,
  { burst: [head] }: TurnInput,
  { generation }: Pick<Turn, 'generation'>,
): Promise<void> {
  const { conversation, bot } = head;
  const seat = { conversation, bot, replyKey: replyKey(head, generation) };
  try {
    await platformOf(deps, head).clear?.(seat, AbortSignal.timeout(CLEARING_MS));
  } catch (error) {
    deps.log('preview-not-cleared', { ...labelsOf(head), error: errorName(error) });
  }
}

/** A courtesy, for which no other turn waits longer (ms). */
const CLEARING_MS = 5_000;

const LEFT = { state: 'SKIPPED' } as const;

/** Where it cannot be found out, another attempt may; the last one answers. */
async function entered(deps: TurnDeps, { burst: [head], attempts }: TurnInput, work: Work): Promise<Entered> {
  try {
    return await enter(deps, head, work.looking);
  } catch (error) {
    if (!comesBack(error, attempts)) return { isForgotten: false, forgottenAt: 0, isBlocked: false };
    await release(deps, head, work.holder, { isAsked: false });
    throw error;
  }
}

/** A reply that an earlier attempt stored and may have sent goes out now, unless a human has taken over. A turn at its end stays as it is. */
async function resume(
  deps: TurnDeps,
  input: TurnInput,
  { turn, looking, startedAt }: Omit<Work, 'holder'>,
): Promise<Turn> {
  const { burst, attempts } = input;
  const [head] = burst;
  if (turn.state !== 'ANSWERED') return turn;
  const { conversation } = await looking.catch((error: unknown) => {
    if (comesBack(error, attempts)) throw error;
    return UNKNOWN;
  });
  const { reply } = turn;
  const mustBeTold = reply?.handsOver || hasActed(reply?.effects);
  if (!reply || (conversation.owner !== 'bot' && !mustBeTold)) {
    await clear(deps, input, turn);
    await deps.store.finish(head, 'SKIPPED').catch(leftOpen(deps, input));
    return { ...turn, ...LEFT };
  }
  const owner = await alone(deps, input);
  const asked = await askedNow(deps, input, reply);
  const sent = send(deps, input, { turn, reply: asked, startedAt, mayBeOutSince: head.createdAt });
  return { ...turn, ...(await sent.catch(letOthers(deps, head, owner))) };
}

/** A question is asked when it is sent: no yes that was said before this sending counts. */
async function askedNow(deps: TurnDeps, input: TurnInput, reply: Reply): Promise<Reply> {
  if (!reply.pending) return reply;
  const asked = { ...reply, pending: { ...reply.pending, askedAt: deps.now() } };
  await deps.store.replace(input.burst[0], asked).catch(leftOpen(deps, input));
  return asked;
}

/** For an end that cannot be noted: tried again while there are attempts left, and then left. */
function leftOpen({ log }: TurnDeps, { burst: [head], attempts }: TurnInput) {
  return (error: unknown) => {
    if (comesBack(error, attempts)) throw error;
    log('turn-left-open', { ...labelsOf(head), error: errorName(error) });
  };
}
