/** Stops 5-7 for one turn: claim, look back, ask, store, deliver, done. Every step can be the last; the next attempt goes on there. */

import { Later, Permanent, Refused, Undeliverable } from '../errors.ts';
import { type Log, labelsOf, referenceOf } from '../log.ts';
import { type Holder, partsOfSk, type Recent, type Store, turnSk } from '../store/store.ts';
import { sentences } from '../text/sentences.ts';
import type { AnswerStream, Outgoing, Platform, PlatformName, Reply, Said, Sent, Summary, Turn } from '../types.ts';
import type { Compose, Composed } from './compose.ts';
import { hear } from './hear.ts';

export interface TurnDeps {
  store: Store;
  platform(name: PlatformName): Platform;
  compose: Compose;
  /** Longest message (characters) that is read; 0 for no limit. */
  maxInputChars: number;
  now(): number;
  newId(): string;
  log: Log;
}

export interface TurnInput {
  /** The message to answer, and those that wait right behind it. */
  burst: readonly [Sent, ...Sent[]];
  generation: number;
  /** How often the queue has delivered the message, this time included. */
  attempts: number;
  remainingMs(): number;
  /** Somebody who reads along. */
  listener?: Listener;
  /** Claims the turn, where that is not all that has to be got for it: the store's own unless given. */
  claim?: Store['claim'];
}

export interface Listener {
  onText(delta: string): void;
  onTool(name: string): void;
  /** False where text that was shown stays shown. */
  isRetractable: boolean;
  /** What was shown counts no more: another try begins anew. */
  onRetract?(): void;
}

/** How a turn ended: the messages that need no further handling, and its reply, if it has one of its own. */
export interface Taken {
  covered: ReadonlySet<string>;
  turn: Turn;
  /** Whether the reply was there before this attempt. */
  isRepeat: boolean;
  /** What was remembered of the conversation when the turn began. */
  before: Summary | undefined;
}

/** Time (ms) that storing, delivering and returning need at the end of an invocation. */
const CLOSING_MS = 8_000;

/** The queue gives up after 10 deliveries: the apology goes out while there is still one left. */
const LAST_ATTEMPT = 9;

/** A look at the conversation's owner is good for so long (ms). */
const LOOK_MS = 2_000;

/** Sees to it that the message is answered once. Throws `Later`, `Superseded` or a bug's error to be tried again. */
export async function takeTurn(deps: TurnDeps, input: TurnInput): Promise<Taken> {
  const { store, now } = deps;
  const [head] = input.burst;
  const startedAt = now();
  const owner = deps.newId();
  const said = input.burst.map((sent) => hear(sent, deps.maxInputChars));
  const { claim = store.claim } = input;
  const [claimed, recent] = await Promise.all([
    claim(head, { said, owner, leaseUntil: startedAt + input.remainingMs(), generation: input.generation }),
    store.recent(head),
  ]);
  const turn = claimed ?? (await standing(deps, head));
  const isDone = turn.state !== 'CLAIMED' && turn.state !== 'ANSWERED';
  if (isDone) return taken(turn, head, recent, true);
  if (turn.state === 'ANSWERED') return resume(deps, input, turn, recent, startedAt);

  const holder = { owner, epoch: turn.epoch };
  const mine = { ...turn, said: await keepUnanswered(deps, head, turn.said) };
  const reply = await answer(deps, input, { turn: mine, holder, recent, startedAt });
  if (!reply) return taken({ ...mine, state: 'SKIPPED' }, head, recent, false);
  if ('mergedInto' in reply) return taken({ ...mine, state: 'MERGED', into: reply.mergedInto }, head, recent, false);
  const state = await send(deps, input, { ...mine, reply }, { startedAt });
  return taken({ ...mine, reply, state }, head, recent, false);
}

interface Work {
  turn: Turn;
  holder: Holder;
  recent: Recent;
  startedAt: number;
}

/** The stored reply; nothing when a human owns the conversation, before the asking or after it. */
async function answer(
  deps: TurnDeps,
  input: TurnInput,
  work: Work,
): Promise<Reply | { mergedInto: string } | undefined> {
  const { store, log, now } = deps;
  const { turn, holder, recent, startedAt } = work;
  const [head] = input.burst;
  if (recent.conversation.owner !== 'bot') return skip(deps, head, holder);
  const composed = await composeOrApologise(deps, input, work);
  if ('mergedInto' in composed) {
    await store.retire(head, holder, composed.mergedInto);
    log('message-merged', { ...labelsOf(head), into: partsOfSk(composed.mergedInto).messageId });
    return composed;
  }
  const reply = { ...composed.reply, ms: now() - startedAt };
  const isLookOld = !reply.handsOver && now() - startedAt > LOOK_MS;
  if (isLookOld && (await store.ownerOf(head)) !== 'bot') return skip(deps, head, holder);
  await store.answer(head, holder, reply, turn.said);
  log('reply-written', { ...labelsOf(head), attempt: input.attempts, ...figures(reply) });
  return reply;
}

/** A reply that an earlier attempt stored and may have sent: it goes out now, unless a human has taken over. */
async function resume(deps: TurnDeps, input: TurnInput, turn: Turn, recent: Recent, startedAt: number): Promise<Taken> {
  const [head] = input.burst;
  if (recent.conversation.owner !== 'bot' && !turn.reply?.handsOver) {
    await deps.store.finish(head, 'SKIPPED');
    return taken({ ...turn, state: 'SKIPPED' }, head, recent, true);
  }
  const state = await send(deps, input, turn, { startedAt, mayBeOutSince: head.createdAt });
  return taken({ ...turn, state }, head, recent, true);
}

/** What the turn that was not to be had has come to. Throws `Later` while another worker holds it. */
async function standing({ store, now, log }: TurnDeps, head: Sent): Promise<Turn> {
  const turn = await store.find(head);
  if (!turn || turn.state === undefined || turn.state === 'CLAIMED') {
    const afterMs = Math.max((turn?.leaseUntil ?? 0) - now(), 0) + 1_000;
    throw new Later('another worker is at it', { afterMs });
  }
  log('message-repeated', { ...labelsOf(head), state: turn.state });
  return turn;
}

/** The messages that are answered here: marked so, before Claude is asked; one that went its own way before stays out. */
async function keepUnanswered(
  { store, log }: TurnDeps,
  head: Sent,
  [first, ...others]: readonly Said[],
): Promise<Said[]> {
  const { platform, conversation } = head;
  const into = turnSk(head);
  const merged = await Promise.all(
    others.map(({ messageId, createdAt }) => store.merge({ platform, conversation, messageId, createdAt }, into)),
  );
  const here = others.filter((_, i) => merged[i]);
  for (const { messageId } of here)
    log('message-merged', { ...labelsOf({ ...head, messageId }), into: head.messageId });
  return [...(first ? [first] : []), ...here];
}

async function composeOrApologise(deps: TurnDeps, input: TurnInput, { turn, holder, recent }: Work): Promise<Composed> {
  const { burst, attempts, remainingMs, listener } = input;
  const [head] = burst;
  const key = replyKey(head, turn.generation);
  const platform = deps.platform(head.platform);
  const typing = platform.typing?.(head.conversation, key, AbortSignal.timeout(5_000));
  const preview = listener ? undefined : platform.stream?.(head.conversation, key, turn.epoch > 1);
  try {
    const signal = AbortSignal.timeout(Math.max(remainingMs() - CLOSING_MS, 0));
    const reader = listener ?? (preview && readerOf(preview));
    return await deps.compose({ head, turn, recent, signal, listener: reader });
  } catch (error) {
    await preview?.abort();
    if (error instanceof Refused) {
      return { reply: { kind: 'notice', text: error.sentence, stop: error.message } };
    }
    if (error instanceof Permanent || attempts >= LAST_ATTEMPT) {
      deps.log('turn-failed', {
        ...labelsOf(head),
        reference: referenceOf(head),
        reason: error instanceof Permanent ? error.message : 'last attempt',
      });
      return { reply: apologyFor(head) };
    }
    await deps.store.release(head, holder);
    throw error;
  } finally {
    await Promise.all([typing, preview?.end()]);
  }
}

function readerOf(preview: AnswerStream): Listener {
  return {
    onText: preview.delta,
    onTool: () => {},
    isRetractable: true,
    onRetract: () => void preview.abort(),
  };
}

async function send(
  deps: TurnDeps,
  { burst: [head], attempts, remainingMs }: TurnInput,
  { reply, generation }: Turn,
  { startedAt, mayBeOutSince }: { startedAt: number; mayBeOutSince?: number },
): Promise<'DELIVERED' | 'FAILED'> {
  if (!reply) throw new Error('there is nothing to send');
  const outgoing: Outgoing = {
    conversation: head.conversation,
    text: reply.text,
    replyKey: replyKey(head, generation),
    to: head.speaker.id,
    messageId: head.messageId,
    isStreamed: reply.kind === 'answer',
    ...(mayBeOutSince === undefined ? {} : { mayBeOutSince }),
  };
  let undeliverable: string | undefined;
  let ids: string[] = [];
  try {
    ids = await deps
      .platform(head.platform)
      .deliver(outgoing, AbortSignal.timeout(Math.max(remainingMs() - 1_000, 1_000)));
  } catch (error) {
    if (!(error instanceof Undeliverable)) throw error;
    undeliverable = error.message;
  }
  const isFailed = reply.kind === 'apology' || undeliverable !== undefined;
  const state = isFailed ? 'FAILED' : 'DELIVERED';
  await deps.store.finish(head, state, ids);
  const fields = { ...labelsOf(head), attempt: attempts, ms: deps.now() - startedAt, kind: reply.kind };
  if (undeliverable === undefined) deps.log('reply-delivered', fields);
  else deps.log('reply-undeliverable', { ...fields, reason: undeliverable });
  return state;
}

async function skip({ store, log }: TurnDeps, head: Sent, holder: Holder): Promise<undefined> {
  await store.skip(head, holder);
  log('turn-skipped', labelsOf(head));
}

/** The same for every attempt, another one after a redrive: the platform's idempotency key. */
function replyKey({ messageId }: Sent, generation: number): string {
  return `reply:${messageId}:${generation}`;
}

function apologyFor(head: Sent): Reply {
  return { kind: 'apology', text: sentences.apology(referenceOf(head)), stop: 'failed' };
}

function taken(turn: Turn, head: Sent, { conversation }: Recent, isRepeat: boolean): Taken {
  const covered = new Set([head.messageId, ...turn.said.map(({ messageId }) => messageId)]);
  return { covered, turn, isRepeat, before: conversation.summary };
}

function figures({ stop, model, usd, cost, usage, ms }: Reply) {
  return { ms, stop, model, usd, cost, inputTokens: usage?.inputTokens, outputTokens: usage?.outputTokens };
}
