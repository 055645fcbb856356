/** Stops 4-7 for /chat. One message, one answer that is sent while it grows: the same turn as the webhooks', without a queue. */
import { setTimeout as sleep } from 'node:timers/promises';
import { spokenTo } from '../bots/identity.ts';
import { Later } from '../errors.ts';
import { errorName, labelsOf } from '../log.ts';
import type { Sessions } from '../store/sessions.ts';
import { turnSk } from '../store/store.ts';
import { type RememberDeps, remember } from '../turn/remember.ts';
import type { Taken, TurnDeps } from '../turn/shapes.ts';
import { takeTurn } from '../turn/turn.ts';
import type { Sent, Speaker, Turn } from '../types.ts';
import { type Approval, checkApproval } from './approval.ts';
import { ChatFailure } from './failure.ts';
import type { CallerLimits } from './limits.ts';
import { openShown, type Piece } from './pieces.ts';
import type { ChatMessage } from './read-message.ts';
import type { Session } from './session.ts';

export type AnswerDeps = TurnDeps &
  RememberDeps & {
    sessions: Sessions;
    /** The ones that the turn composes its answer under. */
    limits: CallerLimits;
  };

export interface Asked {
  session: Session;
  speaker: Speaker;
  /** The name of the bot that is asked. */
  bot: string;
  /** What it is told besides. */
  told: Pick<Sent, 'context'>;
  message: ChatMessage;
  idempotencyKey: string | undefined;
  /** The open question that it answers; it counts as nothing else. */
  approval?: Approval | undefined;
  /** Another answer is wanted, where there is one. */
  isAnew?: boolean;
  /** Until the function is stopped. */
  remainingMs(): number;
}

type Emit = (piece: Piece) => void;

/** How often (ms) a message that was sent twice looks whether the first one has its answer. */
const LOOK_MS = 300;

/** A repeat that has less time (ms) left than this could not take over from a first one that crashed. */
const SHORTEST_MS = 12_000;

/** The lease of a session outlives the claim of its turn (ms), so that the next request of the session finds the turn free. */
const MARGIN_MS = 1_000;

/**
 * Emits the answer, `ended` as its last piece; gives what is left to do when it is out. Throws what `toFailure` knows, and then the
 * message can be sent again.
 */
export async function answer(deps: AnswerDeps, asked: Asked, emit: Emit): Promise<() => Promise<void>> {
  const { sent, isRepeat } = await identify(deps, asked);
  const earlier = isRepeat ? await whatBecame(deps, asked, sent) : undefined;
  if (earlier?.state === 'DELIVERED') {
    if (asked.isAnew) throw new ChatFailure('bad_request', 'An answer that was given stays: ask again instead.');
    tellStored(earlier, emit);
    return async () => {};
  }
  const { turn, before } = await take(deps, asked, { sent, generation: nextGeneration(earlier), emit });
  conclude(turn, emit);
  return () => remember(deps, { head: sent, turn, before, remainingMs: asked.remainingMs() });
}

async function identify(
  { sessions, newId, now }: AnswerDeps,
  { session, speaker, bot, told, message, idempotencyKey }: Asked,
) {
  const identity =
    idempotencyKey === undefined
      ? { messageId: newId(), createdAt: now(), isRepeat: false }
      : await sessions.identify(session, idempotencyKey, JSON.stringify(message));
  if (!identity) throw new ChatFailure('key_reused', 'This Idempotency-Key came with another message before.');
  const { messageId, createdAt, isRepeat } = identity;
  const { message: text, attachments } = message;
  const said = { messageId, createdAt, speaker, text, attachments };
  const sent: Sent = { ...session, event: 'sent', ...said, ...spokenTo(bot), ...told };
  return { sent, isRepeat };
}

/** The turn of a message that came before, once nobody works on it: answered, failed, or left behind by a crash. */
async function whatBecame({ sessions, store }: AnswerDeps, { session, remainingMs }: Asked, sent: Sent) {
  for (;;) {
    const [turn, busyWith] = await Promise.all([store.find(sent), sessions.busyWith(session)]);
    if (turn?.state === 'DELIVERED' || busyWith === undefined) return turn;
    if (busyWith !== sent.messageId || remainingMs() < SHORTEST_MS) throw busy();
    await sleep(LOOK_MS);
  }
}

/** What failed, or was left to a human, is tried again when the client asks again. */
function nextGeneration(turn: Turn | undefined): number {
  const isAnew = turn?.state === 'FAILED' || turn?.state === 'SKIPPED';
  return (turn?.generation ?? 0) + (isAnew ? 1 : 0);
}

interface Taking {
  sent: Sent;
  generation: number;
  emit: Emit;
}

/** The turn, with the session to itself. Everything that must be asked of the table before Claude is asked at once. */
async function take(
  deps: AnswerDeps,
  { session, approval, remainingMs }: Asked,
  { sent, generation, emit }: Taking,
): Promise<Taken> {
  const { sessions, store, limits, log } = deps;
  const holder = deps.newId();
  const lease = { holder, messageId: sent.messageId, until: deps.now() + remainingMs() + MARGIN_MS };
  let owner = '';
  const claim: typeof store.claim = async (ref, how) => {
    owner = how.owner;
    const [turn, isOurs] = await Promise.all([store.claim(ref, how), sessions.occupy(session, lease)]);
    if (!isOurs) throw busy();
    // With the session to itself, so that no other question is asked in between.
    if (turn && approval) await checkApproval(store, { approval, session, turn });
    if (turn) log('message-kept', { ...labelsOf(sent), kind: 'sent' });
    return turn;
  };
  const asker = { ...session, user: sent.speaker.id, sk: turnSk(sent), bot: sent.bot };
  const shown = openShown(emit);
  const listener = { onText: shown.text, onSource: shown.source, onTool: shown.tool, isRetractable: false };
  limits.begin(asker, Buffer.byteLength(sent.text) / BYTES_PER_TOKEN);
  try {
    const taken = await takeTurn(deps, {
      ...{ burst: [sent], generation, attempts: 1, remainingMs, listener, claim },
      isOnlyAttempt: true,
    } as const);
    const { reply } = taken.turn;
    if (reply && reply.kind !== 'apology') shown.rest(reply);
    return taken;
  } catch (error) {
    const isUnanswered = error instanceof Later || error instanceof ChatFailure;
    if (isUnanswered) await sessions.withdraw(sent, owner).catch(() => {});
    throw error;
  } finally {
    // Before the end is told: a client that has heard it may go on at once.
    const vacated = sessions.vacate(session, holder).catch((error: unknown) => {
      log('session-not-vacated', { error: errorName(error) });
    });
    await Promise.all([vacated, limits.end(asker)]);
  }
}

/** As the window estimates it. */
const BYTES_PER_TOKEN = 2.5;

/** Emits the answer of a turn that has ended. Throws a `ChatFailure` where it has none. */
export function tellStored(turn: Turn, emit: Emit): void {
  if (turn.reply && turn.reply.kind !== 'apology') openShown(emit).rest(turn.reply);
  conclude(turn, emit);
}

function conclude({ state, reply, messageId }: Turn, emit: Emit): void {
  if (!reply || state === 'SKIPPED') {
    throw new ChatFailure('handed_over', 'A person has taken this conversation over: Claude does not answer in it.');
  }
  if (reply.kind === 'apology') throw new ChatFailure('failed', reply.text);
  emit({ ended: { turn: messageId, reply } });
}

function busy(): ChatFailure {
  return new ChatFailure('busy', 'Another message of this session is being answered. Wait for its end.', {
    retryAfter: 1,
  });
}
