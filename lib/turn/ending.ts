/** Stops 5-7, where they fail: how a turn ends that cannot be answered: one plain apology, and nothing that comes back for ever. */
import { BadSettings, Later, Permanent, Superseded } from '../errors.ts';
import { errorName, labelsOf, referenceOf } from '../log.ts';
import type { Platform, Reply, Sent } from '../types.ts';
import type { TurnDeps } from './shapes.ts';

/** The queue gives up after 10 deliveries: the apology goes out while there is still one left. */
export const LAST_ATTEMPT = 9;

/** While a platform is away, nobody can be told; what is older (ms) than this is left to an operator, who finds it among the failed. */
const GIVE_UP_MS = 3 * 24 * 3_600_000;

/** Whether the message goes back to the queue. What is neither an outage nor another worker's would only fail again. */
export function isPassing(error: unknown): error is Later | Superseded {
  return error instanceof Later || error instanceof Superseded;
}

/** Whether this failure is to be tried again at a later attempt. */
export function comesBack(error: unknown, attempts: number): boolean {
  return isPassing(error) && attempts < LAST_ATTEMPT;
}

/** Whether a platform that does not answer has been tried for long enough. */
export function isGivenUp({ createdAt }: Sent, attempts: number, now: number): boolean {
  return attempts >= LAST_ATTEMPT && now - createdAt > GIVE_UP_MS;
}

/** For the log: why the user gets the apology. Never a message of an error that may quote one of a user. */
export function reasonOf(error: unknown): string {
  if (error instanceof Permanent) return error.message;
  return error instanceof Later ? 'last attempt' : errorName(error);
}

/** The apology, and a log line that an operator finds by its reference. */
export function apologise({ log, speech }: Pick<TurnDeps, 'log' | 'speech'>, head: Sent, reason: string): Reply {
  const reference = referenceOf(head);
  log('turn-failed', { ...labelsOf(head), reference, reason });
  const asBot = head.bot ? { bot: head.bot } : {};
  return { kind: 'apology', text: speech(head).apology(reference), stop: 'failed', reason, ...asBot };
}

/** The platform's idempotency key: the same for every attempt, another one after a redrive. */
export function replyKey({ messageId }: Sent, generation: number): string {
  return `reply:${messageId}:${generation}`;
}

/** The key of an apology in the place of a reply that may be out in part. */
export function apologyKey({ messageId }: Sent, generation: number): string {
  return `apology:${messageId}:${generation}`;
}

/** Throws `Later` while the platform's settings are missing: a deployment can mend that. */
export function platformOf({ platform }: Pick<TurnDeps, 'platform'>, { platform: name }: Sent): Platform {
  try {
    return platform(name);
  } catch (error) {
    if (error instanceof BadSettings) throw new Later(error.message, { cause: error });
    throw error;
  }
}
