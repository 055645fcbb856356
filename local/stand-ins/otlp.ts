/**
 * Stand-in: a receiver of traces over OTLP/HTTP in JSON, as strict as the strictest: one wrong span, and nothing of its request is taken.
 * What comes again under the same ids replaces what was there.
 *
 * `POST /v1/traces` takes spans. Beside it: `GET /` lists them, newest last, their attributes as one object; `DELETE /` forgets them,
 * `POST /faults` with `{"kind":"busy","times":3}` makes it misbehave (without `times` until `DELETE /faults`).
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { jsonOf, openFault } from './kit/receiver.ts';
import { type ReceivedSpan, readExport } from './otlp/shape.ts';
import { type Handler, sendJson } from './serve.ts';

const faultShape = z.strictObject({
  /**
   * down: hangs up at once. hang: takes nothing and never answers. slow: takes it after two seconds. busy: 429. away: 503. broken: 500.
   * refuse: 400. reject: 200, and says that it took none. cut: hangs up without having taken it, cut-after: having taken it.
   */
  kind: z.enum(['down', 'hang', 'slow', 'busy', 'away', 'broken', 'refuse', 'reject', 'cut', 'cut-after']),
  times: z.int().positive().optional(),
  retryAfterSeconds: z.int().optional(),
});
export type OtlpFault = z.infer<typeof faultShape>;

export interface OtlpStandIn {
  handle: Handler;
  /** In the order of their first arrival. */
  spans(): ReceivedSpan[];
  /** Every export, as it came, taken or not. */
  exports: readonly unknown[];
  /** Their headers. */
  headers: readonly IncomingMessage['headers'][];
  fail(fault: OtlpFault): void;
  heal(): void;
}

const SLOW_MS = 2_000;
/** Enough for a long test; the oldest are forgotten. */
const MAX_KEPT = 5000;
const STATUS = { busy: 429, away: 503, broken: 500, refuse: 400 };

/** A receiver to be mounted with `serve`; its endpoint is then `<url>/otlp`. */
export function createOtlp(): OtlpStandIn {
  const spans = new Map<string, ReceivedSpan>();
  const exports: unknown[] = [];
  const headers: IncomingMessage['headers'][] = [];
  const { fail, heal, next, take } = openFault(faultShape);

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const what = `${request.method} ${new URL(request.url ?? '/', 'http://stand-in').pathname}`;
    if (what === 'POST /v1/traces') return receive(request, response);
    if (what === 'GET /') return sendJson(response, 200, [...spans.values()]);
    if (what === 'POST /faults') return take(request, response);
    if (what === 'DELETE /') spans.clear();
    else if (what === 'DELETE /faults') heal();
    else return sendJson(response, 404, { message: 'not found' });
    sendJson(response, 200, {});
  }

  async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { kind, retryAfterSeconds } = next() ?? {};
    keep(headers, request.headers);
    if (kind === 'down') return void response.destroy();
    if (kind === 'hang') return;
    const body = await jsonOf(request);
    keep(exports, body);
    if (kind === 'cut') return void response.destroy();
    if (kind === 'slow') await sleep(SLOW_MS);
    if (kind === 'reject')
      return sendJson(response, 200, { partialSuccess: { rejectedSpans: '1', errorMessage: 'not taken' } });
    if (kind === 'busy' || kind === 'away' || kind === 'broken' || kind === 'refuse') {
      const later = retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) };
      return sendJson(response, STATUS[kind], { message: kind }, later);
    }
    if (!request.headers['content-type']?.startsWith('application/json'))
      return sendJson(response, 415, { message: 'only application/json' });
    const read = readExport(body);
    if ('wrong' in read) return sendJson(response, 400, { code: 3, message: read.wrong });
    for (const span of read.spans) spans.set(`${span.traceId}-${span.spanId}`, span);
    for (const id of [...spans.keys()].slice(0, Math.max(0, spans.size - MAX_KEPT))) spans.delete(id);
    if (kind === 'cut-after') return void response.destroy();
    sendJson(response, 200, {});
  }

  return { handle, spans: () => [...spans.values()], exports, headers, fail, heal };
}

function keep<T>(kept: T[], item: T): void {
  kept.push(item);
  if (kept.length > MAX_KEPT) kept.shift();
}
