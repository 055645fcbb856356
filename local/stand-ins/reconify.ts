/**
 * Stand-in: Reconify, as its REST page for Anthropic describes it. Checks keys and shape, keeps what it takes, and does not know
 * a repeat: what is posted twice is there twice.
 *
 * `POST /track` takes a record. Beside it: `GET /records` lists them, newest last and without keys, `DELETE /records` forgets them,
 * `POST /faults` with `{"kind":"busy","times":3}` makes it misbehave (without `times` until `DELETE /faults`).
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import { checkPayload } from './reconify/shape.ts';
import { BodyTooLarge, type Handler, readBody, sendJson } from './serve.ts';

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

/** Above what an interaction with files can have. */
const MAX_BODY_BYTES = 32 * 1024 * 1024;
/** Enough for a long test; the oldest are forgotten. */
const MAX_RECORDS = 5000;

/** A Reconify to be mounted with `serve`; its endpoint is then `<url>/reconify/track`. */
export function createReconify({ appKey, apiKey }: ReconifyOptions): ReconifyStandIn {
  const records: ReceivedRecord[] = [];
  let fault: ReconifyFault | undefined;
  let posts = 0;

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const what = `${request.method} ${new URL(request.url ?? '/', 'http://stand-in').pathname}`;
    if (what === 'POST /track') return track(request, response);
    if (what === 'GET /records') return sendJson(response, 200, records);
    if (what === 'POST /faults') return takeFault(request, response);
    if (what === 'DELETE /records') records.length = 0;
    else if (what === 'DELETE /faults') fault = undefined;
    else return sendJson(response, 404, { error: 'not found' });
    sendJson(response, 200, {});
  }

  async function track(request: IncomingMessage, response: ServerResponse): Promise<void> {
    posts += 1;
    const { kind, retryAfterSeconds } = next() ?? {};
    if (kind === 'down') return void response.destroy();
    if (kind === 'hang') return;
    const body = await bodyOf(request);
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

  function next(): ReconifyFault | undefined {
    const current = fault;
    if (current?.times !== undefined) fault = current.times > 1 ? { ...current, times: current.times - 1 } : undefined;
    return current;
  }

  async function takeFault(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { data, error } = faultShape.safeParse(await bodyOf(request));
    if (!data) return sendJson(response, 400, { error: error?.message });
    fault = data;
    sendJson(response, 200, {});
  }

  return {
    handle,
    records,
    posts: () => posts,
    fail(wanted) {
      fault = wanted;
    },
    heal() {
      fault = undefined;
    },
  };
}

/** `undefined` for what is no JSON. */
async function bodyOf(request: IncomingMessage): Promise<unknown> {
  try {
    return JSON.parse((await readBody(request, MAX_BODY_BYTES)).toString());
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof BodyTooLarge) return undefined;
    throw error;
  }
}

function headerOf({ headers }: IncomingMessage, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' ? value : undefined;
}
