import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { Later, Undeliverable } from '../../../../lib/errors.ts';
import { type Answer, type HttpRequest, openHttp, refused } from '../../../../lib/platforms/kit/http.ts';

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

interface Reply {
  status?: number;
  headers?: Record<string, string>;
  body?: string;
}

/** An API that gives `replies` one after the other, the last one from then on; `break` ends the connection. */
async function api(...replies: (Reply | 'break')[]) {
  const seen: { url: string; key: string | undefined; body: string }[] = [];
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    seen.push({ url: request.url ?? '', key: request.headers['x-key']?.toString(), body });
    const reply = replies[Math.min(seen.length, replies.length) - 1] ?? {};
    if (reply === 'break') request.socket.destroy();
    else response.writeHead(reply.status ?? 200, reply.headers).end(reply.body ?? '{}');
  };
  const server = createServer((request, response) => void answer(request, response)).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  closing.push(() => server.close().closeAllConnections());
  const apiUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const pauses: number[] = [];
  const sleep = async (ms: number) => void pauses.push(ms);
  const http = openHttp({ name: 'toy', apiUrl, maxBytes: 1_000 }, { fetch, now: Date.now, sleep });
  let keys = 0;
  const send = (more: Partial<HttpRequest> = {}): Promise<Answer> =>
    http({
      method: 'POST',
      path: ['rooms', 'a/b ü'],
      body: { text: 'Hello' },
      headers: () => ({ 'x-key': `key-${++keys}` }),
      signal: new AbortController().signal,
      ...more,
    });
  return { send, seen, pauses };
}

describe('a request to a platform', () => {
  it('is sent once, with its ids encoded, and its answer read', async () => {
    const { send, seen } = await api({ body: '{"id":"m1"}' });

    expect(await send()).toEqual({ ok: true, body: { id: 'm1' } });
    expect(seen).toEqual([{ url: '/rooms/a%2Fb%20%C3%BC', key: 'key-1', body: '{"text":"Hello"}' }]);
  });

  it.each([
    ['429 with a time to wait', { status: 429, headers: { 'retry-after': '2' } }, 2_000],
    ['429', { status: 429 }, 1_000],
    ['503', { status: 503 }, 250],
    ['408', { status: 408 }, 250],
    ['no answer', 'break' as const, 250],
    ['an answer that is too large', { body: `"${'x'.repeat(2_000)}"` }, 250],
  ])('is sent again quickly after %s, with headers of its own', async (_, first, pause) => {
    const { send, seen, pauses } = await api(first, {});

    expect(await send()).toMatchObject({ ok: true });
    expect(pauses).toEqual([pause]);
    expect(seen.map(({ key }) => key)).toEqual(['key-1', 'key-2']);
  });

  it('goes back to the queue after a second failure, with the time that was asked for', async () => {
    const { send, seen } = await api({ status: 503, headers: { 'retry-after': '3' } });

    await expect(send()).rejects.toMatchObject({ name: 'Later', message: 'toy: 503', afterMs: 3_000 });
    expect(seen).toHaveLength(2);
  });

  it('does not wait for long: that belongs in the queue', async () => {
    const { send, seen } = await api({ status: 429, headers: { 'retry-after': '60' } });

    await expect(send()).rejects.toMatchObject({ name: 'Later', afterMs: 60_000 });
    expect(seen).toHaveLength(1);
  });

  it('follows no redirect, which would carry the key to somebody else', async () => {
    const elsewhere = await api({});
    const { send } = await api({ status: 307, headers: { location: 'http://127.0.0.1:1/' } });

    await expect(send()).rejects.toBeInstanceOf(Later);
    expect(elsewhere.seen).toEqual([]);
  });

  it('is not repeated where the first attempt was carried out although no answer came', async () => {
    const { send, seen } = await api('break', {});

    const answer = await send({ findDone: async () => ({ ok: true, body: 'found' }) });

    expect(answer).toEqual({ ok: true, body: 'found' });
    expect(seen).toHaveLength(1);
  });

  it('that is refused gives the status, and is not sent again', async () => {
    const { send, seen } = await api({ status: 404, body: '<html>' });

    expect(await send()).toEqual({ ok: false, status: 404, code: '', body: undefined });
    expect(seen).toHaveLength(1);
  });

  it('with a token that is over on arrival says how far the clocks are apart', async () => {
    const ahead = new Date(Date.now() + 62_000).toUTCString();
    const { send } = await api({ status: 401, headers: { date: ahead } });

    await expect(send()).rejects.toThrow(/^toy: 401, and our clock is 6[0-2] s behind$/);
  });

  it.each(['', '.', '..', '\ud800'])('is not made for the impossible id %j', async (id) => {
    const { send, seen } = await api({});

    await expect(send({ path: ['rooms', id] })).rejects.toBeInstanceOf(Undeliverable);
    expect(seen).toEqual([]);
  });
});

it('a refusal nobody knows better about: gone is gone, the rest is tried again', () => {
  const errors = [404, 410, 400, 401, 403, 422].map((status) =>
    refused('toy', { ok: false, status, code: 'no_room', body: undefined }),
  );

  expect(errors.map(({ name }) => name)).toEqual([
    'Undeliverable',
    'Undeliverable',
    'Later',
    'Later',
    'Later',
    'Later',
  ]);
  expect(errors[0]?.message).toBe('toy: 404 no_room');
});
