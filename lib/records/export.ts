/** Stop 8. One export of spans over OTLP/HTTP, and what its answer means (opentelemetry.io/docs/specs/otlp, "OTLP/HTTP Response"). */
import * as z from 'zod/mini';
import { Later, Permanent } from '../errors.ts';
import { retryAfterMs } from '../platforms/kit/retry-after.ts';
import { exchange } from './exchange.ts';

export interface ExportOptions {
  /** The base, to which `/v1/traces` is added. */
  endpoint: string;
  headers: Readonly<Record<string, string>>;
  fetch: typeof fetch;
}

/** Resolves when the receiver has the spans. Throws `Later` when it may take them afterwards, `Permanent` when it never will. */
export async function exportSpans(spans: object, { endpoint, headers, fetch }: ExportOptions): Promise<void> {
  const { response, text } = await exchange(spans, { to: 'otlp', endpoint: `${endpoint}/v1/traces`, headers, fetch });
  const { status, ok } = response;
  if (ok && rejectedIn(text) > 0) throw new Permanent('otlp rejected spans');
  if (ok) return;
  if (!PASSING_STATUSES.includes(status)) throw new Permanent(`otlp answered ${status}`);
  throw new Later(`otlp answered ${status}`, { afterMs: retryAfterMs(response.headers, Date.now()) });
}

/** By the specification the only ones after which an export may be made again. */
const PASSING_STATUSES = [429, 502, 503, 504];

const answer = z.looseObject({
  partialSuccess: z.looseObject({ rejectedSpans: z.union([z.string(), z.number()]) }),
});

/** A number of 64 bits, so JSON may have it as text. */
function rejectedIn(text: string): number {
  try {
    const { data } = answer.safeParse(JSON.parse(text));
    return data ? Number(data.partialSuccess.rejectedSpans) : 0;
  } catch {
    return 0;
  }
}
