/** Stop 8. Brings waiting records to whoever gets them: each once, however often the queue delivers it, and however long one of them is away. */
import { Later, Permanent } from '../errors.ts';
import { errorName, type Log } from '../log.ts';
import type { Died } from '../types.ts';
import { parkedNote, type ReceiverName, type RecordEnvelope, readEnvelope, unpacked, written } from './envelope.ts';
import type { CallRecord } from './record.ts';
import type { Shelf } from './shelf.ts';

/** One message of the records queue. */
export interface LogDelivery {
  messageId: string;
  receipt: string;
  /** 1 for the first delivery. */
  attempts: number;
  body: string;
}

export interface Receiver {
  name: ReceiverName;
  /** Throws `Later` or `Permanent`. */
  post(record: CallRecord, id: string): Promise<void>;
}

export interface DeliverDeps {
  shelf: Shelf;
  /** Whether the conversation or the user that it is about was forgotten since. */
  isForgotten(record: CallRecord): Promise<boolean>;
  receivers: readonly Receiver[];
  /** Until when (ms) those rest who kept us waiting: everybody's records would wait behind theirs. */
  rests: Map<ReceiverName, number>;
  put(body: string): Promise<void>;
  /** Puts a body among the dead letters, as it is. */
  bury(body: string, died: Died): Promise<void>;
  hold(holds: readonly { receipt: string; seconds: number }[]): Promise<void>;
  now(): number;
  log: Log;
}

/** Waits (s) before the next attempt: at most 20 while the first minute lasts, then up to a quarter of an hour. */
const WAIT_SECONDS = [5, 10, 15, 20, 30, 60, 120, 300, 600, 900];

/** The most a receiver's own `retry-after` may ask for. */
const MAX_WAIT_SECONDS = 900;

/** About a day of attempts; what is not taken by then waits among the dead letters for somebody to look at it. */
const LAST_ATTEMPT = 100;

/** Longer than one post may take: a worker that finds a record held can be sure that it is being posted, or that its poster died. */
const LEASE_MS = 15_000;

/** A failure that took so long (ms) is a receiver that does not answer, and for how long (ms) it is then not asked. */
const IN_VAIN_MS = 5_000;
const REST_MS = 30_000;

/** Where others get records, too, who took so long (ms) for one is not asked for as long again: half of the time is theirs. */
const SLOW_MS = 1_000;

/** Stranded records that one invocation puts back on the queue. */
const RESCUED_AT_ONCE = 10;

/** Gives the message ids to be delivered again; never throws. */
export async function deliver(deps: DeliverDeps, batch: readonly LogDelivery[]): Promise<string[]> {
  const [waits] = await Promise.all([Promise.all(batch.map((delivery) => settle(deps, delivery))), rescue(deps)]);
  const back = batch.flatMap(({ messageId, receipt }, i) => {
    const seconds = waits[i];
    return seconds === undefined ? [] : [{ messageId, receipt, seconds }];
  });
  // When it cannot be set, the queue's own timeout brings the message back, later.
  await deps.hold(back).catch((error: unknown) => deps.log('visibility-not-set', { error: errorName(error) }));
  return back.map(({ messageId }) => messageId);
}

const ENDS = { sent: 'record-sent', repeated: 'record-repeated', forgotten: 'record-forgotten' } as const;

/** Seconds until the next attempt, or `undefined` when the message is done with. */
async function settle(deps: DeliverDeps, { messageId, attempts, body }: LogDelivery): Promise<number | undefined> {
  const envelope = readEnvelope(body);
  const log = envelope?.id ?? messageId;
  const [to, ...others] = envelope ? addresseesOf(envelope, deps.receivers) : [];
  const known = { log, to, ...(envelope && 'record' in envelope ? aboutOf(envelope.record) : {}) };
  const startedAt = deps.now();
  try {
    if (!envelope || !to) throw new Permanent('unreadable');
    if (others.length > 0) {
      // From here on each has a message of its own, with its own attempts and its own end.
      await Promise.all([to, ...others].map((name) => deps.put(written(envelope, name))));
      return undefined;
    }
    const { end, record } = await bring(deps, envelope, to);
    const about = { log, to, ...aboutOf(record) };
    deps.log(ENDS[end], { ...about, attempt: attempts, ms: deps.now() - startedAt });
    return undefined;
  } catch (error) {
    const reason = error instanceof Later || error instanceof Permanent ? error.message : errorName(error);
    const isOver = error instanceof Permanent || attempts >= LAST_ATTEMPT;
    if (isOver && (await isBuried(deps, body, { to, reason }))) {
      deps.log('record-buried', { ...known, attempt: attempts, reason });
      return undefined;
    }
    const waitSeconds = waitOf(error, attempts);
    deps.log('record-given-back', { ...known, attempt: attempts, reason, waitSeconds });
    return waitSeconds;
  }
}

/** What others hand in is for Reconify, whose record it is. */
function addresseesOf(envelope: RecordEnvelope, receivers: readonly Receiver[]): ReceiverName[] {
  if (envelope.to) return [envelope.to];
  if ('record' in envelope && !envelope.record.call) return ['reconify'];
  return receivers.map(({ name }) => name);
}

/** How it ended: it was there already, or it was forgotten while it waited. Of a parked one nothing may be known then. */
async function bring(
  deps: DeliverDeps,
  envelope: RecordEnvelope,
  to: ReceiverName,
): Promise<{ end: keyof typeof ENDS; record: CallRecord | undefined }> {
  const { shelf } = deps;
  const receiver = deps.receivers.find(({ name }) => name === to);
  if (!receiver) throw new Later(`${to} is not configured`);
  const { id } = envelope;
  const isParked = 'parked' in envelope;
  let record = isParked ? undefined : envelope.record;
  if ((deps.rests.get(to) ?? 0) > deps.now()) throw new Later(`${to} does not answer`);
  const claim = await shelf.claim(id, to, LEASE_MS);
  let end: keyof typeof ENDS = 'repeated';
  if (claim === 'held') throw new Later('another delivery is at it');
  if (claim === 'mine') {
    try {
      record ??= await fetchParked(shelf, id);
      end = !record || (await deps.isForgotten(record)) ? 'forgotten' : 'sent';
      if (record && end === 'sent') await post(deps, receiver, record, id);
    } catch (error) {
      await shelf.release(id, to);
      throw error;
    }
    await shelf.finish(id, to);
  }
  if (isParked) await clear(deps, id);
  return { end, record };
}

async function post(deps: DeliverDeps, { name, post }: Receiver, record: CallRecord, id: string) {
  const { rests, receivers, now } = deps;
  const startedAt = now();
  let isInVain = false;
  try {
    await post(record, id);
  } catch (error) {
    isInVain = error instanceof Later;
    throw error;
  } finally {
    const tookMs = now() - startedAt;
    const slowMs = receivers.length > 1 && tookMs >= SLOW_MS ? tookMs : 0;
    const restMs = isInVain && tookMs >= IN_VAIN_MS ? REST_MS : slowMs;
    rests.set(name, Math.max(rests.get(name) ?? 0, now() + restMs));
  }
}

/** Removes what was parked when the last of them has it. */
async function clear({ shelf, receivers }: DeliverDeps, id: string): Promise<void> {
  const finished = receivers.length > 1 ? await shelf.finished(id) : receivers.map(({ name }) => name);
  if (receivers.every(({ name }) => finished.includes(name))) await shelf.clear(id);
}

/** Nothing of what others hand in: their sessions may be anything. */
function aboutOf(record: CallRecord | undefined): { conversation?: string; inbound?: string } {
  if (record?.inbound === undefined) return {};
  return { inbound: record.inbound, ...(record.session === undefined ? {} : { conversation: record.session }) };
}

/** `undefined` where it was removed: nobody but a forgetting does so before it is out. */
async function fetchParked(shelf: Shelf, id: string): Promise<CallRecord | undefined> {
  const bytes = await shelf.fetch(id);
  return bytes && unpacked(bytes);
}

async function isBuried(deps: DeliverDeps, body: string, died: Died): Promise<boolean> {
  return deps.bury(body, died).then(
    () => true,
    () => false,
  );
}

/** A little less than planned, differently for each, so that what failed together does not return together. */
function waitOf(error: unknown, attempts: number): number {
  const planned = WAIT_SECONDS[Math.min(attempts, WAIT_SECONDS.length) - 1] ?? MAX_WAIT_SECONDS;
  const named = error instanceof Later && error.afterMs !== undefined ? error.afterMs / 1000 : 0;
  return Math.max(planned * (1 - Math.random() / 4), Math.min(named, MAX_WAIT_SECONDS));
}

/** Puts on the queue what it did not take when it was made. */
async function rescue({ shelf, put, log }: DeliverDeps): Promise<void> {
  try {
    for (const id of await shelf.stranded(RESCUED_AT_ONCE)) {
      await put(parkedNote(id));
      await shelf.unstrand(id);
      log('record-rescued', { log: id });
    }
  } catch (error) {
    log('record-not-rescued', { error: errorName(error) });
  }
}
