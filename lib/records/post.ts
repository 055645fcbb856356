/** Stop 8. One POST to Reconify. The keys are in its body, so nothing of it or of an error that quotes it is ever logged. */
import * as z from 'zod/mini';
import { Later, Permanent, unreached } from '../errors.ts';
import { retryAfterMs } from '../platforms/kit/retry-after.ts';
import type { JsonObject } from './record.ts';

/** Nobody waits for it, so a slow sink gets its time: a post given up too early would be made, and counted, twice. */
const POST_LIMIT_MS = 10_000;

export interface PostOptions {
  endpoint: string;
  /** Sent as `Idempotency-Key`: Reconify has no field for it, a proxy or another sink may know it. */
  id: string;
  fetch: typeof fetch;
}

/** Resolves when Reconify has the record. Throws `Later` when it may take it afterwards, `Permanent` when it never will. */
export async function postRecord(payload: JsonObject, options: PostOptions): Promise<void> {
  const { response, text } = await exchange(payload, options);
  const { status, ok } = response;
  // A 2xx alone is no success: the body's `status` says whether the record was taken.
  if (ok && isOk(text)) return;
  if (ok) throw new Later('reconify answered, but not ok');
  const isFinal = status >= 400 && status < 500 && !PASSING_STATUSES.includes(status);
  if (isFinal) throw new Permanent(`reconify answered ${status}`);
  throw new Later(`reconify answered ${status}`, { afterMs: retryAfterMs(response.headers, Date.now()) });
}

/** 4xx that speak of the moment and not of the record: timeout, too early, too many. */
const PASSING_STATUSES = [408, 425, 429];

async function exchange(payload: JsonObject, { endpoint, id, fetch }: PostOptions) {
  try {
    const response = await fetch(endpoint, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': id },
      body: JSON.stringify(payload),
      // A redirect would carry the keys to a place that nobody configured.
      redirect: 'manual',
      signal: AbortSignal.timeout(POST_LIMIT_MS),
    });
    return { response, text: await response.text() };
  } catch (error) {
    throw new Later(`reconify was not reached: ${unreached(endpoint, error)}`, { cause: error });
  }
}

const answer = z.looseObject({ status: z.literal('ok') });

function isOk(text: string): boolean {
  try {
    return answer.safeParse(JSON.parse(text)).success;
  } catch {
    return false;
  }
}
