/** Offline Claude: faults that leave no room for an answer. */
import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { ApiError } from './errors.ts';
import type { FullFault } from './faults.ts';
import { untilGone } from './stream.ts';
import type { Wire } from './wire.ts';

export interface Victim {
  response: ServerResponse;
  requestId: string;
  /** Aborts when the client hangs up. */
  signal: AbortSignal;
  wire: Wire;
}

/** Says whether the request is done with; a fault that only delays or bends the answer leaves it to the caller. */
export async function sendFault({ response, requestId, signal, wire }: Victim, fault: FullFault): Promise<boolean> {
  if (fault.headers === 'never') {
    await untilGone(signal);
    return true;
  }
  if (fault.headers === 'cut') {
    response.destroy();
    return true;
  }
  if (fault.headers !== undefined) await sleep(fault.headers, undefined, { signal });
  if (fault.status !== undefined) {
    sendStatus({ response, requestId, wire }, fault, fault.status);
    return true;
  }
  if (fault.brokenBody) await sendBroken(response, signal, fault);
  return fault.brokenBody === true;
}

function sendStatus({ response, requestId, wire }: Omit<Victim, 'signal'>, fault: FullFault, status: number): void {
  const headers = {
    ...(fault.retryAfter === undefined ? {} : { 'retry-after': String(fault.retryAfter) }),
    ...(fault.retryAfterMs === undefined ? {} : { 'retry-after-ms': String(fault.retryAfterMs) }),
    ...(fault.shouldRetry === undefined ? {} : { 'x-should-retry': String(fault.shouldRetry) }),
  };
  const message = fault.errorMessage ?? reasons[status] ?? `Status ${status}`;
  if (fault.html) {
    response.writeHead(status, { ...headers, 'content-type': 'text/html' });
    response.end(`<html><head><title>${status}</title></head><body><h1>${message}</h1></body></html>`);
    return;
  }
  const error = new ApiError(status, message, { type: fault.errorType, code: fault.errorCode });
  wire.sendError(response, error, requestId, headers);
}

const reasons: Record<number, string> = {
  401: 'invalid x-api-key',
  429: 'This request would exceed your rate limit.',
  500: 'Internal server error',
  529: 'Overloaded',
};

async function sendBroken(response: ServerResponse, signal: AbortSignal, { breaks }: FullFault): Promise<void> {
  const half = '{"id":"msg_offline","type":"message","role":"assistant","content":[{"type":"text","te';
  response.writeHead(200, { 'content-type': 'application/json' });
  if (breaks?.how !== 'stall' && breaks?.how !== 'cut') return void response.end(half);
  await new Promise<void>((resolve) => response.write(half, () => resolve()));
  if (breaks.how === 'cut') response.destroy();
  else await untilGone(signal);
}
