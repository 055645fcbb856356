/** Stop 8. One POST of JSON to a receiver. Its keys may be in the body, so nothing of it or of an error that quotes it is ever logged. */
import { Later, unreached } from '../errors.ts';
import { readBounded } from '../platforms/kit/http.ts';

/** Nobody waits for it, so a slow receiver gets its time: a post given up too early would be made, and counted, twice. */
const POST_LIMIT_MS = 10_000;

export interface Posting {
  /** As our log calls the receiver. */
  to: string;
  endpoint: string;
  headers: Readonly<Record<string, string>>;
  fetch: typeof fetch;
}

/** The answer; of one that is too long to be any of theirs, its status alone. Throws `Later` when there was none in time. */
export async function exchange(body: object, { to, endpoint, headers, fetch }: Posting) {
  try {
    const response = await fetch(endpoint, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify(body),
      // A redirect would carry the keys to a place that nobody configured.
      redirect: 'manual',
      signal: AbortSignal.timeout(POST_LIMIT_MS),
    });
    return { response, text: await readBounded(response).catch(nothingIfTooLong) };
  } catch (error) {
    throw new Later(`${to} was not reached: ${unreached(endpoint, error)}`, { cause: error });
  }
}

function nothingIfTooLong(error: unknown): string {
  if (error instanceof RangeError) return '';
  throw error;
}
