/** Stop 8. One POST to Reconify, and what its answer means. The keys are in the body. */
import * as z from 'zod/mini';
import { Later, Permanent } from '../errors.ts';
import { retryAfterMs } from '../platforms/kit/retry-after.ts';
import { exchange } from './exchange.ts';
import type { JsonObject } from './record.ts';

export interface PostOptions {
  endpoint: string;
  /** Sent as `Idempotency-Key`: Reconify has no field for it, a proxy or another receiver may know it. */
  id: string;
  fetch: typeof fetch;
}

/** Resolves when Reconify has the record. Throws `Later` when it may take it afterwards, `Permanent` when it never will. */
export async function postRecord(payload: JsonObject, { endpoint, id, fetch }: PostOptions): Promise<void> {
  const headers = { 'idempotency-key': id };
  const { response, text } = await exchange(payload, { to: 'reconify', endpoint, headers, fetch });
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

const answer = z.looseObject({ status: z.literal('ok') });

function isOk(text: string): boolean {
  try {
    return answer.safeParse(JSON.parse(text)).success;
  } catch {
    return false;
  }
}
