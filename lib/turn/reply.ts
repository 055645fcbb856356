/** Stops 5-7. Answers a batch of waiting messages: conversations side by side, each in the order the queue gave. */

import { causeOf, Later } from '../errors.ts';
import { errorName, labelsOf, pseudonym } from '../log.ts';
import type { Store } from '../store/store.ts';
import type { Intervened, Sent } from '../types.ts';
import { type AddressedDeps, meantFor } from './addressed.ts';
import { burstOf } from './burst.ts';
import { type CorrectDeps, correct, notePlaces } from './correct.ts';
import { due } from './due.ts';
import { PATIENCE_MS } from './earlier.ts';
import { apologise, isPassing, LAST_ATTEMPT, platformOf, reasonOf } from './ending.ts';
import { type InterveneDeps, intervene } from './intervene.ts';
import { type RememberDeps, remember } from './remember.ts';
import { say } from './say.ts';
import { sendUnstored } from './send.ts';
import type { Delivery, TurnDeps } from './shapes.ts';
import { takeTurn } from './turn.ts';

export type ReplyDeps = TurnDeps &
  RememberDeps &
  CorrectDeps &
  InterveneDeps & {
    store: Pick<Store, 'conversationOf' | 'keepRoles' | 'noteWaiting'>;
    /** Sets how long (s) each receipt stays invisible. */
    hold(holds: readonly { receipt: string; seconds: number }[]): Promise<void>;
  };

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
      const covered = await handle(deps, head, rest, remainingMs).catch((error: unknown) =>
        endAnyhow(deps, head, remainingMs, error),
      );
      rest = rest.filter((delivery) => delivery !== head && !covered.has(eventOf(delivery)));
    } catch (error) {
      const wait = waitSeconds(error, head.attempts);
      deps.log('message-given-back', {
        ...labels(head),
        error: errorName(error),
        reason: isPassing(error) ? error.message : undefined,
        cause: causeOf(error),
        waitSeconds: wait,
      });
      await noteWaiting(deps, head, { wait, reason: isPassing(error) ? error.message : causeOf(error) });
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
  if (inbound.event !== 'sent' && inbound.event !== 'say') return;
  await store.noteWaiting(inbound, { attempts, dueAt: now() + wait * 1000, reason }).catch(() => {});
}

/** The events that need no further handling, the head among them. */
async function handle(
  deps: ReplyDeps,
  head: Delivery,
  rest: readonly Delivery[],
  remainingMs: () => number,
): Promise<ReadonlySet<string>> {
  const { inbound } = head;
  if (inbound.event === 'intervened') {
    await intervene(deps, inbound);
    return NOTHING_ELSE;
  }
  if (inbound.event === 'due') {
    await due(deps, inbound, { attempts: head.attempts, remainingMs });
    return NOTHING_ELSE;
  }
  if (inbound.event === 'say') {
    await say(deps, inbound, { generation: head.generation, attempts: head.attempts, remainingMs });
    return NOTHING_ELSE;
  }
  if (inbound.event !== 'sent') {
    await correct(deps, inbound);
    return NOTHING_ELSE;
  }
  const whose = await meantFor(askingOf(deps, inbound), inbound);
  if (whose === 'team') {
    await intervene(deps, asIntervened(inbound));
    return NOTHING_ELSE;
  }
  if (whose === 'nobody') {
    deps.log('message-not-for-us', { ...labels(head), reason: 'group without mention' });
    return NOTHING_ELSE;
  }
  const burst = burstOf(rest);
  await notePlaces(deps, burst);
  const { generation, attempts } = head;
  const isMember = (one: Delivery) => one.inbound.event === 'sent' && burst.includes(one.inbound);
  const times = rest.filter(isMember).flatMap(({ takenAt }) => takenAt ?? []);
  const { covered, turn, before } = await takeTurn(deps, {
    ...{ burst, generation, attempts, remainingMs },
    takenAt: times.length > 0 ? Math.min(...times) : undefined,
    behind: rest.filter((one) => !isMember(one)).map((one) => one.inbound),
  });
  await remember(deps, { head: inbound, turn, before, remainingMs: remainingMs() });
  return new Set([...covered].map((messageId) => `sent:${messageId}`));
}

function asIntervened(sent: Sent): Intervened {
  const { platform, conversation, messageId, createdAt, speaker, text, attachments, leftOut } = sent;
  const ref = { platform, conversation, messageId, createdAt };
  return { event: 'intervened', ...ref, speaker, text, attachments, ...(leftOut ? { leftOut } : {}) };
}

/** Who is in a group, the platform is asked; on one that tells nothing, nobody is of the team. */
function askingOf(deps: ReplyDeps, inbound: Sent): AddressedDeps {
  const team = () => platformOf(deps, inbound).team;
  return {
    store: deps.store,
    isTeam: (role) => team()?.has(role) ?? false,
    roleOf: async (id) => (await team()?.roleOf(id, AbortSignal.timeout(PATIENCE_MS))) ?? '',
  };
}

const NOTHING_ELSE: ReadonlySet<string> = new Set();

/**
 * What no attempt can mend, such as a fault of ours, ends here: a question in an apology that needs no table, anything else in a log
 * line. Throws what is to be tried again: an outage, and whatever keeps the user from being told.
 */
async function endAnyhow(
  deps: ReplyDeps,
  { inbound, generation, attempts }: Delivery,
  remainingMs: () => number,
  error: unknown,
): Promise<ReadonlySet<string>> {
  if (isPassing(error)) throw error;
  if (inbound.event !== 'sent' || inbound.ofTeam === 'aside' || (inbound.ofTeam === 'perhaps' && inbound.among)) {
    deps.log('message-dropped', { ...labelsOf(inbound), kind: inbound.event, error: errorName(error) });
    return NOTHING_ELSE;
  }
  const apology = apologise(deps, inbound, reasonOf(error));
  await sendUnstored(deps, { burst: [inbound], generation, attempts, remainingMs }, apology);
  return NOTHING_ELSE;
}

/** Somebody may have named a short time again and again: from the last attempt on, the longest wait holds. */
function waitSeconds(error: unknown, attempts: number): number {
  const usual = BACKOFF_SECONDS[Math.min(attempts, BACKOFF_SECONDS.length) - 1] ?? 0;
  const named = error instanceof Later ? error.afterMs : undefined;
  if (named === undefined) return usual;
  const seconds = Math.min((named + Math.random() * (named / 4)) / 1000, LONGEST_WAIT_SECONDS);
  return attempts > LAST_ATTEMPT ? Math.max(seconds, usual) : seconds;
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

/** Visibility is a courtesy to speed: when it cannot be set, the queue's own timeout still brings the message back. */
async function quietly(deps: ReplyDeps, held: Promise<void>): Promise<void> {
  await held.catch((error: unknown) => deps.log('visibility-not-set', { error: errorName(error) }));
}
