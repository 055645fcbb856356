/** Stops 5-7 for one turn: claim, look back, ask, store, deliver, done. Every step can be the last; the next attempt goes on there. */
import type { Ask } from './claude/ask.ts';
import { buildWindow, type WindowLimits } from './claude/window.ts';
import { Later, Permanent, Refused, sentences, Undeliverable } from './errors.ts';
import { type Log, pseudonym } from './log.ts';
import type { Holder, Recent, Store } from './store.ts';
import { turnSk } from './store.ts';
import type { Outgoing, Platform, PlatformName, Reply, Said, Sent, Turn } from './types.ts';

export interface TurnDeps {
  store: Store;
  ask: Ask;
  platform(name: PlatformName): Platform;
  window: WindowLimits;
  /** The dead letters' way: what is not answered by now gets the apology. */
  isLastResort: boolean;
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
}

/** Time (ms) that storing, delivering and returning need at the end of an invocation. */
const CLOSING_MS = 8_000;

/** The queue gives up after 10 deliveries: the apology goes out while there is still one left. */
const LAST_ATTEMPT = 9;

/** Sees to it that the message is answered once, and gives the ids of the messages that this covers. Throws to be tried again. */
export async function takeTurn(deps: TurnDeps, input: TurnInput): Promise<ReadonlySet<string>> {
  const { store, now } = deps;
  const [head] = input.burst;
  const startedAt = now();
  const owner = deps.newId();
  const leaseUntil = startedAt + input.remainingMs();
  const said = input.burst.map(toSaid);
  const [claimed, recent] = await Promise.all([
    store.claim(head, { said, owner, leaseUntil, generation: input.generation }),
    store.recent(head),
  ]);
  const turn = claimed ?? (await standing(deps, head));
  if (!turn) return new Set([head.messageId]);

  let reply = turn.state === 'ANSWERED' ? turn.reply : undefined;
  const mayBeOut = reply !== undefined;
  if (!reply) {
    const holder = { owner, epoch: turn.epoch };
    const mine = { ...turn, said: await keepUnanswered(store, head, turn.said) };
    if (recent.conversation.owner !== 'bot') {
      await store.skip(head, holder);
      deps.log('turn-skipped', { ...labels(head), owner: recent.conversation.owner });
      return idsOf(mine);
    }
    reply = await compose(deps, input, { turn: mine, holder, recent });
    await store.answer(head, holder, reply);
    deps.log('reply-written', { ...labels(head), attempt: input.attempts, ms: now() - startedAt, ...figures(reply) });
  }
  const outgoing: Outgoing = {
    conversation: head.conversation,
    text: reply.text,
    replyKey: replyKey(head, turn.generation),
    to: head.speaker.id,
    ...(mayBeOut ? { mayBeOutSince: head.createdAt } : {}),
  };
  await send(deps, head, reply, outgoing, AbortSignal.timeout(Math.max(input.remainingMs() - 1_000, 1_000)));
  deps.log('reply-delivered', { ...labels(head), attempt: input.attempts, ms: now() - startedAt, kind: reply.kind });
  return idsOf(turn);
}

/** The turn was not to be had. Done long ago: nothing. Reply stored but not known as sent: goes on there. Held: later. */
async function standing({ store, now, log }: TurnDeps, head: Sent): Promise<Turn | undefined> {
  const turn = await store.find(head);
  if (turn?.state === 'ANSWERED' && turn.reply) return turn;
  if (turn?.state === 'CLAIMED' || !turn) {
    const afterMs = Math.max((turn?.leaseUntil ?? 0) - now(), 0) + 1_000;
    throw new Later('another worker is at it', { afterMs });
  }
  log('message-repeated', { ...labels(head), state: turn.state });
  return undefined;
}

/** The messages that are answered here: marked so, before Claude is asked; one that went its own way before stays out. */
async function keepUnanswered(store: Store, head: Sent, [first, ...others]: readonly Said[]): Promise<Said[]> {
  const { platform, conversation } = head;
  const into = turnSk(head);
  const merged = await Promise.all(
    others.map(({ messageId, createdAt }) => store.merge({ platform, conversation, messageId, createdAt }, into)),
  );
  return [...(first ? [first] : []), ...others.filter((_, i) => merged[i])];
}

async function compose(
  deps: TurnDeps,
  { burst: [head], attempts, remainingMs }: TurnInput,
  { turn, holder, recent }: { turn: Turn; holder: Holder; recent: Recent },
): Promise<Reply> {
  if (deps.isLastResort) return apologyFor(head);
  const typing = deps
    .platform(head.platform)
    .typing?.(head.conversation, replyKey(head, turn.generation), AbortSignal.timeout(5_000));
  try {
    const { messages, from } = buildWindow(recent.turns, turn, deps.window);
    const answer = await deps.ask({
      messages,
      about: head,
      userId: pseudonym(head.platform, head.speaker.id),
      signal: AbortSignal.timeout(Math.max(remainingMs() - CLOSING_MS, 0)),
    });
    return from === undefined ? answer : { ...answer, windowFrom: from };
  } catch (error) {
    if (error instanceof Refused) return { kind: 'notice', text: error.sentence, stop: error.message };
    const isHopeless = error instanceof Permanent || attempts >= LAST_ATTEMPT;
    if (isHopeless) {
      deps.log('turn-failed', { ...labels(head), reason: error instanceof Error ? error.name : 'unknown' });
      return apologyFor(head);
    }
    await deps.store.release(head, holder);
    throw error;
  } finally {
    await typing;
  }
}

async function send(deps: TurnDeps, head: Sent, reply: Reply, outgoing: Outgoing, signal: AbortSignal): Promise<void> {
  try {
    await deps.platform(head.platform).deliver(outgoing, signal);
  } catch (error) {
    if (!(error instanceof Undeliverable)) throw error;
    deps.log('reply-undeliverable', { ...labels(head), reason: error.message });
    return deps.store.finish(head, 'FAILED');
  }
  await deps.store.finish(head, reply.kind === 'apology' ? 'FAILED' : 'DELIVERED');
}

/** The same for every attempt, another one after a redrive: the platform's idempotency key. */
function replyKey({ messageId }: Sent, generation: number): string {
  return `reply:${messageId}:${generation}`;
}

function apologyFor(head: Sent): Reply {
  const reference = pseudonym(head.platform, head.conversation, head.messageId).slice(0, 8);
  return { kind: 'apology', text: sentences.apology(reference), stop: 'failed' };
}

function toSaid({ messageId, createdAt, speaker: { id, name }, text, attachments }: Sent): Said {
  return { messageId, createdAt, speaker: { id, ...(name ? { name } : {}) }, text, attachments };
}

function idsOf({ said }: Turn): ReadonlySet<string> {
  return new Set(said.map(({ messageId }) => messageId));
}

function labels({ platform, conversation, messageId }: Sent) {
  return { conversation: pseudonym(platform, conversation), inbound: messageId };
}

function figures({ stop, model, usd, usage }: Reply) {
  return { stop, model, usd, inputTokens: usage?.inputTokens, outputTokens: usage?.outputTokens };
}
