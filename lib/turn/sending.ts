/** Stop 7, where the platform knows no idempotency key: one worker at a time sends a stored reply. */
import { Later } from '../errors.ts';
import { errorName, labelsOf } from '../log.ts';
import type { Sent } from '../types.ts';
import { afterLease } from './claim.ts';
import { comesBack, platformOf } from './ending.ts';
import type { TurnDeps, TurnInput } from './shapes.ts';

type SendingDeps = Pick<TurnDeps, 'store' | 'platform' | 'log'>;

/**
 * Keeps other workers from sending while this one does, and gives its name for `letOthers`. The worker that stored the reply need not
 * ask: its lease goes on. Throws `Later` while another one is at it.
 */
export async function alone(deps: TurnDeps, { burst: [head], attempts, remainingMs }: TurnInput): Promise<string> {
  const { store, newId, now, log } = deps;
  const owner = newId();
  if (!isKeyless(deps, head)) return owner;
  const lease = { owner, leaseUntil: now() + remainingMs() };
  const isAlone = await store.sendAlone(head, lease).catch((error: unknown) => {
    if (comesBack(error, attempts)) throw error;
    log('lease-not-taken', { ...labelsOf(head), error: errorName(error) });
    return true;
  });
  if (isAlone) return owner;
  throw new Later('another worker is sending it', { afterMs: afterLease(await store.find(head), now()) });
}

/** For a reply that could not be sent: the next attempt need not wait for our lease. Throws the error again. */
export function letOthers(deps: SendingDeps, head: Sent, owner: string) {
  return async (error: unknown): Promise<never> => {
    if (isKeyless(deps, head))
      await deps.store.sendAlone(head, { owner, leaseUntil: 0 }).catch((failure: unknown) => {
        deps.log('lease-not-released', { ...labelsOf(head), error: errorName(failure) });
      });
    throw error;
  };
}

/** False as well for a platform whose settings are missing, which sends nothing. */
function isKeyless(deps: SendingDeps, head: Sent): boolean {
  try {
    return platformOf(deps, head).sendsAlone === true;
  } catch {
    return false;
  }
}
