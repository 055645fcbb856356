/** Stops 5-7. Answers a batch of waiting messages: conversations side by side, each in the order the queue gave. */

import { causeOf, Later, Superseded } from '../errors.ts';
import { errorName, type Log, pseudonym } from '../log.ts';
import { partsOfSk } from '../store/store.ts';
import type { Correction, Deleted, Edited, Inbound, Sent } from '../types.ts';
import { isForUs } from './addressed.ts';
import { keepFiles, readText } from './hear.ts';
import { intervene } from './intervene.ts';
import { type RememberDeps, remember } from './remember.ts';
import { type TurnDeps, takeTurn } from './turn.ts';

/** One message as the queue delivered it. */
export interface Delivery {
  id: string;
  receipt: string;
  /** 1 for the first delivery. */
  attempts: number;
  generation: number;
  inbound: Inbound;
}

export interface ReplyDeps extends TurnDeps, RememberDeps {
  hold(holds: readonly { receipt: string; seconds: number }[]): Promise<void>;
  log: Log;
}

/** What the queue shall deliver again: the failed message and, to keep the order, all that follow it in its conversation. */
export type GivenBack = readonly Delivery[];

/** A killed worker's messages come back this long (s) after it would have ended by itself. */
const GRACE_SECONDS = 5;

/** How long a message waits before its next attempt, when nobody named a time: about 40 minutes in all. */
const BACKOFF_SECONDS = [2, 15, 45, 120, 300, 600];

/** Whatever time a provider names: ten such waits still end before the queue forgets the message (12 hours). */
const LONGEST_WAIT_SECONDS = 900;

/** Returns what to give back; never throws, so that one bad message takes no other to the dead letters. */
export async function reply(
  deps: ReplyDeps,
  batch: readonly Delivery[],
  remainingMs: () => number,
): Promise<GivenBack> {
  const seconds = remainingMs() / 1000 + GRACE_SECONDS;
  const held = quietly(deps, deps.hold(batch.map(({ receipt }) => ({ receipt, seconds }))));
  const conversations = Object.values(Object.groupBy(batch, keyOf)).flatMap((waiting) => (waiting ? [waiting] : []));
  const results = await Promise.all(conversations.map((waiting) => answerInOrder(deps, waiting, remainingMs)));
  await held;
  const back = results.flat();
  await quietly(deps, deps.hold(back.map(({ delivery, seconds }) => ({ receipt: delivery.receipt, seconds }))));
  return back.map(({ delivery }) => delivery);
}

/** With less than this (ms) left, a further turn of the same conversation waits for the next invocation. */
const SHORTEST_TURN_MS = 20_000;

interface Back {
  delivery: Delivery;
  seconds: number;
}

async function answerInOrder(
  deps: ReplyDeps,
  waiting: readonly Delivery[],
  remainingMs: () => number,
): Promise<Back[]> {
  let rest = waiting;
  for (let head = rest[0]; head; head = rest[0]) {
    const isFirst = head === waiting[0];
    if (!isFirst && remainingMs() < SHORTEST_TURN_MS) return rest.map((delivery) => ({ delivery, seconds: 0 }));
    try {
      const covered = await handle(deps, head, rest, remainingMs);
      rest = rest.filter((delivery) => delivery !== head && !covered.has(eventOf(delivery)));
    } catch (error) {
      const wait = waitSeconds(error, head.attempts);
      deps.log('message-given-back', {
        ...labels(head),
        error: errorName(error),
        reason: reasonOf(error),
        cause: causeOf(error),
        waitSeconds: wait,
      });
      await noteWaiting(deps, head, { wait, reason: reasonOf(error) ?? causeOf(error) });
      return rest.map((delivery, i) => ({ delivery, seconds: i === 0 ? wait : 0 }));
    }
  }
  return [];
}

/** For `npm run bot -- list --waiting`. Where the table is what is away, the line in the log has to do. */
async function noteWaiting(
  { store, now }: ReplyDeps,
  { inbound, attempts }: Delivery,
  { wait, reason }: { wait: number; reason: string },
): Promise<void> {
  if (inbound.event !== 'sent') return;
  await store.noteWaiting(inbound, { attempts, dueAt: now() + wait * 1000, reason }).catch(() => {});
}

/** The events that need no further handling, the head among them. */
async function handle(deps: ReplyDeps, head: Delivery, rest: readonly Delivery[], remainingMs: () => number) {
  const { inbound } = head;
  if (inbound.event === 'intervened') {
    await intervene(deps, inbound);
    return new Set<string>();
  }
  if (inbound.event !== 'sent') {
    await correct(deps, inbound);
    return new Set<string>();
  }
  if (!(await isForUs(deps.store, inbound))) {
    deps.log('message-not-for-us', labels(head));
    return new Set<string>();
  }
  const burst = burstOf(rest);
  await Promise.all(burst.map((sent) => (sent.isNamedById ? notePlace(deps, sent) : undefined)));
  const { generation, attempts } = head;
  const { covered, turn, before } = await takeTurn(deps, { burst, generation, attempts, remainingMs });
  await remember(deps, { head: inbound, turn, before, remainingMs: remainingMs() });
  return new Set([...covered].map((messageId) => `sent:${messageId}`));
}

/** The user's messages waiting at the head of the line: they are answered in one turn. A redriven one stands alone. */
function burstOf(waiting: readonly Delivery[]): [Sent, ...Sent[]] {
  const end = waiting.findIndex(
    ({ inbound, generation }) => inbound.event !== 'sent' || inbound.among !== undefined || generation > 0,
  );
  const length = end === -1 ? waiting.length : Math.max(end, 1);
  // A message that the queue took twice, five minutes apart, is in line twice.
  const once = new Map(waiting.slice(0, length).map(({ inbound }) => [inbound.messageId, inbound]));
  return [...once.values()] as [Sent, ...Sent[]];
}

async function correct({ store, maxInputChars, log }: ReplyDeps, inbound: Edited | Deleted): Promise<void> {
  if (inbound.event === 'edited') {
    const heard = readText(inbound.text, { maxChars: maxInputChars, hasFiles: true });
    const text = 'text' in heard ? heard.text : '';
    return store.correct(inbound, { at: inbound.editedAt, text, ...keepFiles(inbound.attachments) });
  }
  const { createdAt, platform, conversation, messageId } = inbound;
  if (createdAt !== undefined) return store.correct({ ...inbound, createdAt }, DELETED);
  const { turns } = await store.recent(inbound);
  const known = turns.map(({ sk }) => partsOfSk(sk)).find((parts) => parts.messageId === messageId);
  const place = known ? { ...inbound, ...known } : await store.noteDeletion(inbound);
  if (place) return store.correct(place, DELETED);
  log('deletion-of-unknown', { conversation: pseudonym(platform, conversation), inbound: messageId });
}

/** Without this the deletion of a message could not be told which conversation's history it corrects. */
async function notePlace({ store }: ReplyDeps, sent: Sent): Promise<void> {
  if (await store.notePlace(sent)) await store.correct(sent, DELETED);
}

/** Nothing may bring a deleted message back, whichever event comes last. */
const DELETED: Correction = { at: Number.MAX_SAFE_INTEGER, deleted: true };

function waitSeconds(error: unknown, attempts: number): number {
  if (error instanceof Superseded) return BACKOFF_SECONDS[0] ?? 0;
  const named = error instanceof Later ? error.afterMs : undefined;
  if (named !== undefined) return Math.min((named + Math.random() * (named / 4)) / 1000, LONGEST_WAIT_SECONDS);
  return BACKOFF_SECONDS[Math.min(attempts, BACKOFF_SECONDS.length) - 1] ?? 0;
}

/** What the team says waits for nothing: it must not come behind the turn that it is to stop. */
function keyOf({ inbound: { platform, conversation, event } }: Delivery): string {
  return `${platform}\u0000${conversation}\u0000${event === 'intervened'}`;
}

function eventOf({ inbound: { event, messageId } }: Delivery): string {
  return `${event}:${messageId}`;
}

function labels({ inbound: { platform, conversation, messageId }, attempts }: Delivery) {
  return { conversation: pseudonym(platform, conversation), inbound: messageId, attempt: attempts };
}

function reasonOf(error: unknown): string | undefined {
  return error instanceof Later || error instanceof Superseded ? error.message : undefined;
}

/** Visibility is a courtesy to speed: when it cannot be set, the queue's own timeout still brings the message back. */
async function quietly(deps: ReplyDeps, held: Promise<void>): Promise<void> {
  await held.catch((error: unknown) => deps.log('visibility-not-set', { error: errorName(error) }));
}
