/** Stops 4-7 for /chat. One message, one answer that is sent while it grows: the same turn as the webhooks', without a queue. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Later } from '../errors.ts';
import { errorName, labelsOf } from '../log.ts';
import { type RememberDeps, remember } from '../remember.ts';
import { type Taken, type TurnDeps, takeTurn } from '../turn.ts';
import type { Sent, Speaker, Turn } from '../types.ts';
import { ChatFailure } from './failure.ts';
import { openShown, type Piece } from './pieces.ts';
import type { ChatMessage } from './read-message.ts';
import type { Session } from './session.ts';
import type { Sessions } from './sessions.ts';

export interface AnswerDeps extends TurnDeps, RememberDeps {
  sessions: Sessions;
}

export interface Asked {
  session: Session;
  speaker: Speaker;
  message: ChatMessage;
  idempotencyKey: string | undefined;
  /** Until the function is stopped. */
  remainingMs(): number;
}

/** How often (ms) a message that was sent twice looks whether the first one has its answer. */
const LOOK_MS = 300;

/** A repeat that has less time (ms) left than this could not take over from a first one that crashed. */
const SHORTEST_MS = 12_000;

/** The lease of a session outlives the claim of its turn (ms), so that whoever has the session finds the turn free. */
const MARGIN_MS = 1_000;

/**
 * Emits the answer, `done` as its last piece; gives what is left to do when it is out. Throws what `toFailure` knows, and then the
 * message can be sent again.
 */
export async function answer(
  deps: AnswerDeps,
  asked: Asked,
  emit: (piece: Piece) => void,
): Promise<() => Promise<void>> {
  const { sessions, store } = deps;
  const { session, remainingMs } = asked;
  const { sent, isRepeat } = await identify(deps, asked);
  const holder = deps.newId();
  const answered = await enter(deps, asked, { sent, isRepeat, holder });
  if (answered) {
    conclude(answered, sent, emit);
    return async () => {};
  }
  deps.log('message-kept', { ...labelsOf(sent), kind: 'sent' });
  const taken = await take(deps, asked, { sent, isRepeat, emit }).finally(() =>
    // Before the end is told: whoever has heard it may go on at once.
    sessions.vacate(session, holder).catch((error: unknown) => {
      deps.log('session-not-vacated', { error: errorName(error) });
    }),
  );
  conclude(taken.turn, sent, emit);
  return () => {
    const { turn, before } = taken;
    const summarize: typeof store.summarize = async (of, summary) => {
      await store.summarize(of, summary);
      if (!(await store.find(sent))) await sessions.forgetSummary(session);
    };
    return remember(
      { ...deps, store: { ...store, summarize } },
      { head: sent, turn, before, remainingMs: remainingMs() },
    );
  };
}

interface Identified {
  sent: Sent;
  isRepeat: boolean;
}

async function identify(
  { sessions, newId, now }: AnswerDeps,
  { session, speaker, message, idempotencyKey }: Asked,
): Promise<Identified> {
  const { messageId, createdAt, isRepeat } =
    idempotencyKey === undefined
      ? { messageId: newId(), createdAt: now(), isRepeat: false }
      : await sessions.identify(session, idempotencyKey, JSON.stringify(message));
  const { message: text, attachments } = message;
  return { sent: { ...session, event: 'sent', messageId, createdAt, speaker, text, attachments }, isRepeat };
}

/**
 * The session is ours when it returns nothing; a repeat may find the message answered instead. While the first one is at it, a repeat
 * waits; any other message is refused.
 */
async function enter(
  { sessions, store, now }: AnswerDeps,
  { session, remainingMs }: Asked,
  { sent, isRepeat, holder }: Identified & { holder: string },
): Promise<Turn | undefined> {
  const { messageId } = sent;
  const lease = { holder, messageId, until: now() + remainingMs() + MARGIN_MS };
  while (!(await sessions.occupy(session, lease))) {
    if (!isRepeat) throw busy();
    const [turn, busyWith = messageId] = await Promise.all([store.find(sent), sessions.busyWith(session)]);
    if (turn?.state === 'DELIVERED') return turn;
    if (busyWith !== messageId || remainingMs() < SHORTEST_MS) throw busy();
    await sleep(LOOK_MS);
  }
  return undefined;
}

async function take(
  deps: AnswerDeps,
  { remainingMs }: Asked,
  { sent, isRepeat, emit }: Identified & { emit: (piece: Piece) => void },
): Promise<Taken> {
  const shown = openShown(emit);
  const listener = { onText: shown.text, onTool: shown.tool, isRetractable: false };
  const generation = isRepeat ? nextGeneration(await deps.store.find(sent)) : 0;
  try {
    const taken = await takeTurn(deps, { burst: [sent], generation, attempts: 1, remainingMs, listener });
    if (taken.turn.reply?.kind !== 'apology' && taken.turn.reply) shown.rest(taken.turn.reply.text);
    return taken;
  } catch (error) {
    if (error instanceof Later) await deps.sessions.withdraw(sent).catch(() => {});
    throw error;
  }
}

/** What failed, or was left to a human, is tried anew by whoever asks again. */
function nextGeneration(turn: Turn | undefined): number {
  const isAnew = turn?.state === 'FAILED' || turn?.state === 'SKIPPED';
  return (turn?.generation ?? 0) + (isAnew ? 1 : 0);
}

function conclude({ state, reply }: Turn, { messageId }: Sent, emit: (piece: Piece) => void): void {
  if (!reply || state === 'SKIPPED') {
    throw new ChatFailure('handed_over', 'A person has taken this conversation over: Claude does not answer in it.');
  }
  if (reply.kind === 'apology') throw new ChatFailure('failed', reply.text);
  const { usage, usd, stop } = reply;
  emit({ done: true, turn: messageId, ...(usage ? { usage } : {}), ...(usd === undefined ? {} : { usd }), stop });
}

function busy(): ChatFailure {
  return new ChatFailure('busy', 'Another message of this session is being answered. Wait for its end.', {
    retryAfter: 1,
  });
}
