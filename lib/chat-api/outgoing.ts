/** The Chat API server: its outgoing webhook. A slow or broken receiver keeps nobody waiting but its own queue. */
import { unreached } from '../errors.ts';
import { errorName, type Log } from '../log.ts';

export interface SignalDelivery {
  id: string;
  receipt: string;
  /** 1 for the first delivery. */
  attempts: number;
  conversation: string;
  /** `{ id, body }`: the signal as the streams carry it, and what names it in every attempt. */
  body: string;
}

export interface OutgoingDeps {
  url: string;
  secret: string | undefined;
  fetch: typeof fetch;
  hold(holds: readonly { receipt: string; seconds: number }[]): Promise<void>;
  log: Log;
}

/** A receiver that has not answered by then (ms) gets it again. */
const PATIENCE_MS = 8_000;

/** Seconds to the next attempt; after the eighth delivery the queue puts it to the dead letters. */
const BACKOFF_SECONDS = [2, 10, 30, 60, 120, 300, 600];

/** Conversations side by side, each in its order. Gives back what the queue shall deliver again. */
export async function deliverSignals(
  deps: OutgoingDeps,
  deliveries: readonly SignalDelivery[],
  remainingMs: () => number,
): Promise<SignalDelivery[]> {
  const conversations = Object.values(Object.groupBy(deliveries, ({ conversation }) => conversation));
  const results = await Promise.all(conversations.map((waiting = []) => deliverInOrder(deps, waiting, remainingMs)));
  return results.flat();
}

async function deliverInOrder(
  deps: OutgoingDeps,
  waiting: readonly SignalDelivery[],
  remainingMs: () => number,
): Promise<readonly SignalDelivery[]> {
  for (const [i, delivery] of waiting.entries()) {
    const hasTime = remainingMs() > 2 * PATIENCE_MS;
    const problem = hasTime ? await post(deps, delivery.body) : undefined;
    if (hasTime && problem === undefined) continue;
    const rest = waiting.slice(i);
    const seconds = hasTime ? (BACKOFF_SECONDS[Math.min(delivery.attempts, BACKOFF_SECONDS.length) - 1] ?? 0) : 0;
    deps.log('signal-given-back', {
      // The group is the whole hash of which a conversation's pseudonym is the beginning.
      conversation: delivery.conversation.slice(0, 16),
      reason: problem ?? 'no time left',
      attempt: delivery.attempts,
      waitSeconds: seconds,
    });
    const holds = rest.map(({ receipt }, at) => ({ receipt, seconds: at === 0 ? seconds : 0 }));
    await deps.hold(holds).catch((error: unknown) => deps.log('visibility-not-set', { error: errorName(error) }));
    return rest;
  }
  return [];
}

/** Why it is not delivered, if it is not. A redirect would hand the secret to somebody else: it counts as a failure. */
async function post({ url, secret, fetch }: OutgoingDeps, body: string): Promise<string | undefined> {
  try {
    const { id, body: signal } = JSON.parse(body) as { id: string; body: string };
    const response = await fetch(withSlash(url), {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-signal-id': encodeURIComponent(id),
        ...(secret === undefined ? {} : { 'x-secret-key': secret }),
      },
      body: signal,
      redirect: 'manual',
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    await response.body?.cancel();
    return response.ok ? undefined : `status ${response.status}`;
  } catch (error) {
    return unreached(url, error);
  }
}

/** Receivers made for the Botpress cloud expect the slash that it appends. */
function withSlash(url: string): string {
  const full = new URL(url);
  full.pathname = `${full.pathname.replace(/\/+$/, '')}/`;
  return full.href;
}
