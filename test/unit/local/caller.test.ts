/** Room: the embedded stack, whose requests its servers take. */
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { foreign, guardPorts, unwelcome } from '../../../local/caller.ts';

const OURS = ['https://app.example.com', 'capacitor://shop'];

it.each([
  ['this machine by its name', { host: 'localhost:3001' }, undefined],
  ['this machine by its address', { host: '[::1]:3001' }, undefined],
  ['a host that an allowed origin names', { host: 'app.example.com' }, undefined],
  ['a page of this machine', { host: 'localhost', origin: 'http://localhost:5173' }, undefined],
  ['an allowed page', { host: 'localhost', origin: 'https://app.example.com' }, undefined],
  ['an allowed app', { host: 'localhost', origin: 'capacitor://shop' }, undefined],
  ['no host', {}, 421],
  ['a name that points here', { host: '127.0.0.1.nip.io:3001' }, 421],
  ['a name that begins as ours', { host: 'localhost.evil.test' }, 421],
  ['a foreign page', { host: 'localhost', origin: 'http://evil.test' }, 403],
  ['an allowed page by another scheme', { host: 'localhost', origin: 'http://app.example.com' }, 403],
  ['a page that hides who it is', { host: 'localhost', origin: 'null' }, 403],
  ['a page with an empty origin', { host: 'localhost', origin: '' }, 403],
])('%s', (_, headers, status) => {
  expect(foreign({ headers }, OURS)?.status).toBe(status);
});

it('takes from a page of this machine only what a browser asks about before a foreign page may send it', () => {
  const headers = { host: 'localhost', 'sec-fetch-site': 'same-site', 'content-type': 'text/plain' };

  expect(unwelcome({ method: 'POST', headers })?.status).toBe(415);
  expect(unwelcome({ method: 'POST', headers: { ...headers, 'content-type': 'application/json' } })).toBeUndefined();
  expect(unwelcome({ method: 'GET', headers })).toBeUndefined();
});

it('shows a guarded server nothing of what a foreign page sends, and all of what a program does', async () => {
  const seen: unknown[] = [];
  const server = createServer(({ method, url, headers }, response) => {
    seen.push([method, url, headers['x-amz-target']]);
    response.end();
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  onTestFinished(guardPorts([port]));
  const send = (headers: Record<string, string>) =>
    new Promise((resolve, reject) => {
      const sending = request({ port, host: '127.0.0.1', method: 'POST', path: '/invoke', headers });
      sending.on('error', reject).on('response', (response) => resolve(response.resume()));
      sending.end('{}');
    });
  const target = { 'x-amz-target': 'Scan' };

  await send({ ...target, origin: 'http://evil.test' });
  await send({ ...target, host: 'evil.test' });
  await send({ 'sec-fetch-site': 'cross-site', 'content-type': 'text/plain' });
  await send(target);

  expect(seen).toEqual([
    ['GET', '/', undefined],
    ['GET', '/', undefined],
    ['GET', '/', undefined],
    ['POST', '/invoke', 'Scan'],
  ]);
});
