/** A proxy in front of an AWS emulator whose calls fail by chance: before their effect, after it, slowly, or without an answer. */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Chance } from './chance.ts';

export interface UnreliableOptions {
  /** The share of calls that fail (0 to 1); read at each call. */
  rate(): number;
  chance: Chance;
  /** The error by which this service asks for patience. */
  throttled: string;
  /** What it is asked instead of `body`. */
  rewrite?(operation: string, body: string): string;
  /** Told of each call that took effect, also when its answer is then lost. */
  onEffect?(operation: string, body: string, answer: string): void;
}

const FAULTS = ['error before', 'error after', 'cut before', 'cut after', 'throttled', 'slow'] as const;

/** Slower (ms) than everything else here, and far from any timeout. */
const SLOW_MS = 200;

export async function unreliableAws(target: string, options: UnreliableOptions) {
  const { rate, chance, rewrite, onEffect } = options;
  const faults: Record<string, number> = {};
  const server = createServer(async (request, response) => {
    const operation = String(request.headers['x-amz-target']).split('.').at(-1) ?? '';
    const asked = await text(request);
    // The event source's own calls are not the worker's.
    const isOurs = !/^(Receive|Delete|GetQueue|Create|Describe|Scan)/.test(operation);
    const fault = isOurs && chance.happens(rate()) ? chance.oneOf(FAULTS) : undefined;
    if (fault) faults[fault] = (faults[fault] ?? 0) + 1;
    if (fault === 'slow') await sleep(SLOW_MS);
    if (fault === 'cut before') return response.destroy();
    if (fault === 'throttled') return sendError(response, 400, options.throttled);
    if (fault === 'error before') return sendError(response, 500, 'InternalServerError');

    const headers = new Headers(request.headers as Record<string, string>);
    for (const name of ['host', 'content-length', 'connection', 'expect']) headers.delete(name);
    const body = rewrite?.(operation, asked) ?? asked;
    const answer = await fetch(target, { method: 'POST', headers, body });
    const answered = await answer.text();
    if (answer.ok) onEffect?.(operation, asked, answered);
    if (fault === 'cut after') return response.destroy();
    if (fault === 'error after') return sendError(response, 500, 'InternalServerError');
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? 'application/json' });
    return response.end(answered);
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    faults: faults as Readonly<Record<string, number>>,
    close: async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

function sendError(response: ServerResponse, status: number, type: string): void {
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0', 'x-amzn-errortype': type });
  response.end(JSON.stringify({ __type: type, message: 'out of order' }));
}
