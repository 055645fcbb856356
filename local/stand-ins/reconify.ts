/**
 * Stand-in: Reconify, as its REST page for Anthropic describes it. Checks keys and shape, keeps what it takes, and does not know
 * a repeat: what is posted twice is there twice.
 *
 * `POST /track` takes a record. Beside it: `GET /records` lists them, newest last and without keys, `DELETE /records` forgets them,
 * `POST /faults` with `{"kind":"busy","times":3}` makes it misbehave (without `times` until `DELETE /faults`).
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import { jsonOf, openFault } from './kit/receiver.ts';
import { checkPayload } from './reconify/shape.ts';
import { type Handler, sendJson } from './serve.ts';

export interface ReconifyOptions {
  appKey: string;
  apiKey: string;
}

export interface ReceivedRecord {
  /** The log id that came along as `Idempotency-Key`. */
  id: string | undefined;
  /** As it came, without the keys. */
  payload: Record<string, unknown>;
}

const faultShape = z.strictObject({
  /**
   * down: hangs up at once. hang: takes nothing and never answers. busy: 429. broken: 500. not-ok: 200 with another status.
   * refuse: 400. cut: hangs up in mid-exchange without having taken it, cut-after: having taken it.
   */
  kind: z.enum(['down', 'hang', 'busy', 'broken', 'not-ok', 'refuse', 'cut', 'cut-after']),
  times: z.int().positive().optional(),
  retryAfterSeconds: z.int().optional(),
});
export type ReconifyFault = z.infer<typeof faultShape>;

export interface ReconifyStandIn {
  handle: Handler;
  records: readonly ReceivedRecord[];
  /** Every post, taken or not. */
  posts(): number;
  fail(fault: ReconifyFault): void;
  heal(): void;
}

/** Enough for a long test; the oldest are forgotten. */
const MAX_RECORDS = 5000;

/** A Reconify to be mounted with `serve`; its endpoint is then `<url>/reconify/track`. */
export function createReconify({ appKey, apiKey }: ReconifyOptions): ReconifyStandIn {
  const records: ReceivedRecord[] = [];
  const { fail, heal, next, take } = openFault(faultShape);
  let posts = 0;

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const what = `${request.method} ${new URL(request.url ?? '/', 'http://stand-in').pathname}`;
    if (what === 'POST /track') return track(request, response);
    if (what === 'GET /records') return sendJson(response, 200, records);
    if (what === 'POST /faults') return take(request, response);
    if (what === 'DELETE /records') records.length = 0;
    else if (what === 'DELETE /faults') heal();
    else return sendJson(response, 404, { error: 'not found' });
    sendJson(response, 200, {});
  }

  async function track(request: IncomingMessage, response: ServerResponse): Promise<void> {
    posts += 1;
    const { kind, retryAfterSeconds } = next() ?? {};
    if (kind === 'down') return void response.destroy();
    if (kind === 'hang') return;
    const body = await jsonOf(request);
    if (kind === 'cut') return void response.destroy();
    if (kind === 'busy') {
      const headers = retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) };
      return sendJson(response, 429, { status: 'error' }, headers);
    }
    if (kind === 'broken') return sendJson(response, 500, { status: 'error' });
    if (kind === 'not-ok') return sendJson(response, 200, { status: 'error', message: 'not taken' });
    if (kind === 'refuse') return sendJson(response, 400, { status: 'error', message: 'refused' });
    const { status, message, payload } = checkPayload(body, { appKey, apiKey });
    if (!payload) return sendJson(response, status, { status: 'error', message });
    records.push({ id: headerOf(request, 'idempotency-key'), payload });
    if (records.length > MAX_RECORDS) records.shift();
    if (kind === 'cut-after') return void response.destroy();
    sendJson(response, 200, { status: 'ok' });
  }

  return {
    handle,
    records,
    posts: () => posts,
    fail,
    heal,
  };
}

function headerOf({ headers }: IncomingMessage, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' ? value : undefined;
}
