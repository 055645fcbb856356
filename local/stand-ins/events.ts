/**
 * Stand-in: who is told of events. Checks the signature as the library of Standard Webhooks does, and shows what came.
 *
 * `POST /hook` takes an event. Beside it: `GET /` lists what was received, newest last, `DELETE /` forgets it, `POST /faults` with
 * `{"kind":"broken","times":3}` makes it misbehave (without `times` until `DELETE /faults`).
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Webhook } from 'standardwebhooks';
import { z } from 'zod';
import { openFault } from './kit/receiver.ts';
import { BodyTooLarge, type Handler, readBody, sendJson } from './serve.ts';

export interface ReceivedEvent {
  /** ISO 8601 */
  receivedAt: string;
  /** `webhook-id`: what happened. */
  id: string;
  /** Why it is not, where it is not valid. */
  signature: string;
  event: unknown;
}

const faultShape = z.strictObject({
  /** down: hangs up. hang: never answers. broken: 500. gone: 410. away: 307. cut-after: takes it and hangs up. */
  kind: z.enum(['down', 'hang', 'broken', 'gone', 'away', 'cut-after']),
  times: z.int().positive().optional(),
});
export type EventsFault = z.infer<typeof faultShape>;

export interface EventsStandIn {
  handle: Handler;
  received: readonly ReceivedEvent[];
  fail(fault: EventsFault): void;
  heal(): void;
}

const STATUS = { broken: 500, gone: 410, away: 307 } as const;
/** A little more than an event may have. */
const MAX_BODY_BYTES = 64 * 1024;
/** Enough for a long test; the oldest are forgotten. */
const MAX_EVENTS = 1000;

/** A receiver to be mounted with `serve`; its address is then `<url>/events/hook`. */
export function createEvents(secret: string): EventsStandIn {
  const received: ReceivedEvent[] = [];
  const verifier = new Webhook(secret);
  const { fail, heal, next, take: takeFault } = openFault(faultShape);

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const what = `${request.method} ${new URL(request.url ?? '/', 'http://stand-in').pathname}`;
    if (what === 'POST /hook') return take(request, response);
    if (what === 'GET /') return void response.end(JSON.stringify(received, null, 2));
    if (what === 'POST /faults') return takeFault(request, response);
    if (what === 'DELETE /') received.length = 0;
    else if (what === 'DELETE /faults') heal();
    else return sendJson(response, 404, { error: 'not found' });
    sendJson(response, 200, {});
  }

  async function take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { kind } = next() ?? {};
    if (kind === 'down') return void response.destroy();
    if (kind === 'hang') return;
    if (kind && kind !== 'cut-after') return void response.writeHead(STATUS[kind], { location: '/elsewhere' }).end();
    const body = await textOf(request);
    if (body === undefined) return sendJson(response, 413, { error: 'too large' });
    const signature = check(body, request);
    const id = String(request.headers['webhook-id'] ?? '');
    received.push({ receivedAt: new Date().toISOString(), id, signature, event: parsed(body) });
    if (received.length > MAX_EVENTS) received.shift();
    if (kind === 'cut-after') return void response.destroy();
    sendJson(response, signature === 'valid' ? 200 : 401, { signature });
  }

  function check(body: string, { headers }: IncomingMessage): string {
    const names = ['webhook-id', 'webhook-timestamp', 'webhook-signature'];
    try {
      verifier.verify(body, Object.fromEntries(names.map((name) => [name, String(headers[name] ?? '')])));
      return 'valid';
    } catch (error) {
      return error instanceof Error ? error.message : 'not valid';
    }
  }

  return { handle, received, fail, heal };
}

async function textOf(request: IncomingMessage): Promise<string | undefined> {
  try {
    return (await readBody(request, MAX_BODY_BYTES)).toString();
  } catch (error) {
    if (error instanceof BodyTooLarge) return undefined;
    throw error;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
