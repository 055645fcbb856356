/** Room of events: brings them to their receivers. A slow or broken receiver keeps nobody waiting but its own conversation. */
import { errorName, type Log, pseudonym } from '../log.ts';
import type { Died } from '../types.ts';
import type { Letter, ReceiverName } from './event.ts';

/** One letter as the queue delivered it. */
export interface Delivery {
  receipt: string;
  /** 1 for the first delivery. */
  attempts: number;
  /** When the queue took it (ms). */
  takenAt: number;
  /** What keeps its order. */
  group: string;
  letter: Letter;
}

export interface Receiver {
  /** Why it is not delivered, if it is not. Never throws, and never takes longer than `PATIENCE_MS`. */
  post(letter: Letter): Promise<string | undefined>;
  /** What it has had is noted, and not sent again. */
  isNoted: boolean;
}

/** What is known of a letter before it goes out. */
export interface Marks {
  /** `sent` before, or conversation or user were forgotten since the queue took the letter. */
  look(letter: Letter, takenAt: number): Promise<'sent' | 'forgotten' | undefined>;
  note(letter: Letter): Promise<void>;
}

export interface DeliverDeps {
  receivers: Partial<Readonly<Record<ReceiverName, Receiver>>>;
  marks: Marks;
  /** Until when (ms) those rest who kept us waiting: everybody's letters would wait behind theirs. */
  rests: Map<ReceiverName, number>;
  /** Sets how long (s) each receipt stays invisible. */
  hold(holds: readonly { receipt: string; seconds: number }[]): Promise<void>;
  /** Puts a letter among the dead. */
  bury(letter: Letter, died: Died): Promise<void>;
  now(): number;
  log: Log;
}

/** A receiver that has not answered by then (ms) gets it again. */
export const PATIENCE_MS = 8_000;

/** When an attempt is due, in seconds since the queue took the letter. What none of them brought is a dead letter. */
const DUE_SECONDS = [0, 2, 22, 112, 412, 1_012, 2_212, 3_600];
/** A queue counts whole seconds: an attempt that comes a little early is the one that was due. */
const EARLY_SECONDS = 1;

/** A failure that took so long (ms) is a receiver that does not answer, and for how long (ms) it is then not asked. */
const IN_VAIN_MS = 5_000;
const REST_MS = 10_000;
/** Where others are told, too, who took so long (ms) for one is not asked for as long again: half of the time is theirs. */
const SLOW_MS = 1_000;

/** After this (ms) no further letter is begun, so that the letters of other receivers find a free worker. */
const SHIFT_MS = 10_000;
/** A killed worker's letters come back so long (s) after it would have ended by itself. */
const GRACE_SECONDS = 5;
/** Wait (s) before it is tried again to bury a letter. */
const BURY_SECONDS = 60;

/** Conversations and receivers side by side, each in its order. Gives back what the queue shall deliver again. */
export async function deliver(
  deps: DeliverDeps,
  batch: readonly Delivery[],
  remainingMs: () => number,
): Promise<Delivery[]> {
  const seconds = remainingMs() / 1000 + GRACE_SECONDS;
  const held = quietly(deps, deps.hold(batch.map(({ receipt }) => ({ receipt, seconds }))));
  const endsAt = deps.now() + Math.min(SHIFT_MS, remainingMs() - 2 * PATIENCE_MS);
  const groups = Object.values(Object.groupBy(batch, ({ group }) => group));
  const back = (await Promise.all(groups.map((waiting = []) => inOrder(deps, waiting, endsAt)))).flat();
  await held;
  await quietly(deps, deps.hold(back.map(({ delivery, seconds }) => ({ receipt: delivery.receipt, seconds }))));
  return back.map(({ delivery }) => delivery);
}

interface Back {
  delivery: Delivery;
  seconds: number;
}

async function inOrder(deps: DeliverDeps, waiting: readonly Delivery[], endsAt: number): Promise<Back[]> {
  for (const [i, delivery] of waiting.entries()) {
    const wait = deps.now() < endsAt ? await settle(deps, delivery) : 0;
    // The others of the conversation wait behind it, however soon the queue offers them again.
    if (wait !== undefined) return waiting.slice(i).map((one, at) => ({ delivery: one, seconds: at === 0 ? wait : 0 }));
  }
  return [];
}

/** Seconds until the next attempt, or `undefined` when it is done with. */
async function settle(deps: DeliverDeps, delivery: Delivery): Promise<number | undefined> {
  const { letter, takenAt, attempts } = delivery;
  const { receivers, marks, now, log } = deps;
  const { to, type, id, messageId } = letter;
  const about = { conversation: pseudonym(letter.platform, letter.conversation), inbound: messageId, to, type };
  const startedAt = now();
  const restsMs = (deps.rests.get(to) ?? 0) - startedAt;
  if (restsMs > 0) return Math.max(restsMs / 1000, 1);
  const receiver = receivers[to];
  // Where the table is away the receiver is told all the same: it knows a repeat by its id.
  const known = receiver ? await marks.look(letter, takenAt).catch(() => undefined) : undefined;
  if (known) {
    log(known === 'sent' ? 'event-repeated' : 'event-forgotten', { ...about, told: id });
    return undefined;
  }
  const problem = receiver ? await post(deps, receiver, letter) : 'its settings are missing';
  if (problem === undefined) {
    if (!receiver?.isNoted) return undefined;
    log('event-sent', { ...about, told: id, attempt: attempts, ms: now() - startedAt, waitedMs: now() - takenAt });
    await marks.note(letter).catch((error: unknown) => log('event-not-noted', { told: id, error: errorName(error) }));
    return undefined;
  }
  const age = (startedAt - takenAt) / 1000;
  const due = DUE_SECONDS.find((seconds) => seconds > age + EARLY_SECONDS);
  const waitSeconds = due === undefined ? undefined : Math.max(due - (now() - takenAt) / 1000, 1);
  const isBuried = waitSeconds === undefined && (await isBuriedNow(deps, letter, { to, reason: problem }));
  const event = isBuried ? 'event-buried' : 'event-given-back';
  log(event, { ...about, told: id, reason: problem, attempt: attempts, waitSeconds });
  return isBuried ? undefined : (waitSeconds ?? BURY_SECONDS);
}

async function post({ receivers, rests, now }: DeliverDeps, receiver: Receiver, letter: Letter) {
  const startedAt = now();
  const problem = await receiver.post(letter);
  const tookMs = now() - startedAt;
  const slowMs = Object.keys(receivers).length > 1 && tookMs >= SLOW_MS ? tookMs : 0;
  const restMs = problem !== undefined && tookMs >= IN_VAIN_MS ? REST_MS : slowMs;
  rests.set(letter.to, Math.max(rests.get(letter.to) ?? 0, now() + restMs));
  return problem;
}

function isBuriedNow({ bury }: DeliverDeps, letter: Letter, died: Died): Promise<boolean> {
  return bury(letter, died).then(
    () => true,
    () => false,
  );
}

/** When visibility cannot be set, the queue's own timeout brings the letter back, later. */
async function quietly({ log }: DeliverDeps, held: Promise<void>): Promise<void> {
  await held.catch((error: unknown) => log('visibility-not-set', { error: errorName(error) }));
}
