/** Stop 7 for one turn: the stored reply goes out, or one plain apology where it never can, and the turn is over. */
import { Later, Superseded, Undeliverable } from '../errors.ts';
import { errorName, labelsOf } from '../log.ts';
import { withNumbers } from '../text/choices.ts';
import type { Speech } from '../text/sentences.ts';
import type { Outgoing, Platform, Reply, Sent, Turn } from '../types.ts';
import { telling } from './effects.ts';
import {
  apologise,
  apologyKey,
  comesBack,
  isGivenUp,
  isPassing,
  LAST_ATTEMPT,
  platformOf,
  reasonOf,
  replyKey,
} from './ending.ts';
import type { TurnDeps, TurnInput } from './shapes.ts';
import { tellFailed } from './tell.ts';

export interface Sending {
  turn: Turn;
  reply: Reply;
  /** Of the attempt (ms). */
  startedAt: number;
  /** Set when an earlier attempt may have sent it: not before this time (ms). */
  mayBeOutSince?: number;
}

/** How the turn ended, with which reply. Throws `Later` while the platform or the table is away. */
export async function send(
  deps: TurnDeps,
  input: TurnInput,
  sending: Sending,
): Promise<{ state: 'DELIVERED' | 'FAILED'; reply: Reply }> {
  const { burst, attempts } = input;
  const [head] = burst;
  const { reply } = sending;
  let ids: string[];
  try {
    ids = await deliver(deps, input, sending);
  } catch (error) {
    const isOver = error instanceof Undeliverable || isGivenUp(head, attempts, deps.now());
    if (isPassing(error) && !isOver) throw error;
    // Who asked for nothing is not apologised to.
    const mayApologise = !reply.isReplacement && reply.to === undefined;
    if (!isOver && mayApologise) return send(deps, input, await replaced(deps, input, sending, error));
    if (!isOver && attempts <= LAST_ATTEMPT) throw new Later('nobody could be told', { cause: error });
    const reason = error instanceof Undeliverable ? error.message : errorName(error);
    await tellFailed(deps, input, { ...reply, reason: reply.reason ?? reason });
    await finish(deps, input, 'FAILED', []);
    deps.log('reply-undeliverable', { ...fieldsOf(deps, input, sending), reason });
    return { state: 'FAILED', reply };
  }
  const state = reply.kind === 'apology' ? 'FAILED' : 'DELIVERED';
  if (state === 'FAILED') await tellFailed(deps, input, reply);
  await finish(deps, input, state, ids);
  deps.log('reply-delivered', fieldsOf(deps, input, sending));
  return { state, reply };
}

function fieldsOf({ now }: TurnDeps, { burst: [head], attempts }: TurnInput, { reply, startedAt }: Sending) {
  return { ...labelsOf(head), attempt: attempts, ms: now() - startedAt, kind: reply.kind };
}

async function deliver(
  deps: TurnDeps,
  { burst: [head], remainingMs }: TurnInput,
  { turn, reply, mayBeOutSince }: Sending,
): Promise<string[]> {
  const key = (reply.isReplacement ? apologyKey : replyKey)(head, turn.generation);
  const platform = platformOf(deps, head);
  return platform.deliver(
    {
      ...outgoing(platform, head, { reply, key, mayBeOutSince, speech: deps.speech(head) }),
      placeKey: replyKey(head, turn.generation),
      isRepeat: turn.epoch > 1 || mayBeOutSince !== undefined,
    },
    untilEnd(remainingMs),
  );
}

/** A second is left for returning. */
function untilEnd(remainingMs: () => number): AbortSignal {
  return AbortSignal.timeout(Math.max(remainingMs() - 1_000, 1_000));
}

/** The apology is stored before it is sent, so that no later attempt sends the reply after all. */
async function replaced(
  deps: TurnDeps,
  { burst: [head], attempts }: TurnInput,
  { turn, reply: { effects }, startedAt }: Sending,
  error: unknown,
): Promise<Sending> {
  const reply = { ...telling(apologise(deps, head, reasonOf(error)), effects, deps.speech(head)), isReplacement: true };
  const isOurs = await deps.store.replace(head, reply).catch((failure: unknown) => {
    if (comesBack(failure, attempts)) throw failure;
    return true;
  });
  if (!isOurs) throw new Superseded('the turn has ended');
  return { turn, reply, startedAt };
}

/** A reply that is out stays out: where even the last attempt cannot note it, nothing is repeated for it. */
async function finish(
  { store, log }: TurnDeps,
  { burst: [head], attempts }: TurnInput,
  state: 'DELIVERED' | 'FAILED',
  ids: readonly string[],
): Promise<void> {
  await store.finish(head, state, ids).catch((error: unknown) => {
    if (comesBack(error, attempts)) throw error;
    log('turn-left-open', { ...labelsOf(head), error: errorName(error) });
  });
}

/**
 * The last resort, where the table takes nothing: an apology that is not stored. Its key keeps it one. Throws while nobody can be told:
 * `Later` while the platform is away, and any other error until the queue's last delivery, as a deployment may mend it.
 */
export async function sendUnstored(
  deps: Pick<TurnDeps, 'platform' | 'speech' | 'log' | 'now' | 'tell'>,
  input: Omit<TurnInput, 'listener' | 'claim'>,
  reply: Reply,
): Promise<void> {
  const { burst, generation, attempts, remainingMs } = input;
  const [head] = burst;
  await tellFailed(deps, input, reply);
  try {
    const platform = platformOf(deps, head);
    const key = apologyKey(head, generation);
    const message = outgoing(platform, head, { reply, key, mayBeOutSince: head.createdAt, speech: deps.speech(head) });
    const placeKey = replyKey(head, generation);
    await platform.deliver({ ...message, placeKey, isRepeat: true }, untilEnd(remainingMs));
  } catch (error) {
    const isOver = error instanceof Undeliverable || isGivenUp(head, attempts, deps.now());
    if (!isOver && (isPassing(error) || attempts <= LAST_ATTEMPT)) throw error;
    deps.log('reply-undeliverable', {
      ...labelsOf(head),
      attempt: attempts,
      reason: errorName(error),
    });
  }
}

function outgoing(
  { hasButtons }: Platform,
  head: Sent,
  {
    reply,
    key,
    mayBeOutSince,
    speech,
  }: { reply: Reply; key: string; mayBeOutSince: number | undefined; speech: Speech },
): Outgoing {
  const { choices } = reply;
  const isAsked = reply.to === undefined;
  return {
    conversation: head.conversation,
    bot: head.bot,
    text: hasButtons ? reply.text : withNumbers(reply.text, choices),
    whenEmpty: speech.empty,
    ...(reply.sources?.length ? { sources: reply.sources } : {}),
    ...(hasButtons && choices ? { choices } : {}),
    replyKey: key,
    to: head.speaker.id,
    ...(isAsked ? { messageId: head.messageId } : {}),
    isStreamed: isAsked && reply.kind === 'answer',
    ...(mayBeOutSince === undefined ? {} : { mayBeOutSince }),
  };
}
