/** Room of events: one POST to a receiver. Its address may be a secret and its answer anything: neither gets into a log. */
import { unreached } from '../errors.ts';
import { PATIENCE_MS } from './deliver.ts';

export interface Posting {
  url: string;
  headers: Readonly<Record<string, string>>;
  body: string;
  fetch: typeof fetch;
}

/** Why it is not delivered, if it is not. A redirect would hand secrets to somebody else: it counts as a failure. */
export async function post({ url, headers, body, fetch }: Posting): Promise<string | undefined> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
      redirect: 'manual',
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    await response.body?.cancel();
    return response.ok ? undefined : `status ${response.status}`;
  } catch (error) {
    return unreached(url, error);
  }
}
