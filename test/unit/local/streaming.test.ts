/** Room: the embedded stack's streaming port, with a real process and a bundle like those of the streaming functions. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { matchRoute, toRoute } from '../../../local/streaming/routes.ts';
import { type Streams, startStreams } from '../../../local/streaming/server.ts';
import { patience } from '../../harness/patience.ts';

const bundle = `
export const handler = awslambda.streamifyResponse(async (event, stream, context) => {
  const { mode } = event.queryStringParameters ?? {};
  if (mode === 'throw') throw new Error('on purpose');
  const out = awslambda.HttpResponseStream.from(stream, {
    statusCode: 201,
    headers: { 'Content-Type': 'application/x-ndjson', 'x-left': String(context.getRemainingTimeInMillis() > 0) },
    cookies: ['a=1', 'b=2'],
  });
  if (mode === 'forget') return out.end('no write');
  out.write(JSON.stringify(event) + '\\n');
  if (mode === 'break') return setTimeout(() => process.exit(1), 50);
  if (mode === 'hang') return;
  await new Promise((resolve) => setTimeout(resolve, 50));
  out.write('second');
  out.end();
});
`;
/** As some write them, with a callback in mind. */
const notAsync = `
export const handler = awslambda.streamifyResponse((event, stream) => {
  setTimeout(() => stream.end('late'), 10);
});
`;
const printed: string[] = [];
let root: string;
let streams: Streams;

beforeAll(async () => {
  root = mkdtempSync(path.join(tmpdir(), 'streaming-'));
  mkdirSync(path.join(root, 'dist'));
  writeFileSync(path.join(root, 'dist/chat.mjs'), bundle);
  writeFileSync(path.join(root, 'dist/sync.mjs'), notAsync);
  streams = await startStreams({
    functions: ['chat', 'sync'].map((name) => ({
      name,
      handler: `dist/${name}.handler`,
      root,
      env: {},
      timeoutSeconds: 2,
    })),
    routes: [
      toRoute('chat', { method: 'any', path: 'chat/{sessionId}' }),
      toRoute('sync', { method: 'any', path: 'sync' }),
    ],
    port: 0,
    turnsAway: () => undefined,
    print: (line) => printed.push(line),
  });
});

afterAll(async () => {
  await streams.stop();
  rmSync(root, { recursive: true });
});

test('a request arrives as a REST event and its answer comes in pieces', async () => {
  const response = await fetch(`${streams.url}/chat/a%20b?x=1&x=2`, {
    method: 'POST',
    body: '{"text":"grüße"}',
    headers: { 'X-Trace': 't' },
  });

  const pieces: string[] = [];
  const decoder = new TextDecoder();
  for await (const piece of response.body ?? []) pieces.push(decoder.decode(piece));
  expect([response.status, response.headers.get('content-type')]).toEqual([201, 'application/x-ndjson']);
  expect([response.headers.get('x-left'), response.headers.getSetCookie()]).toEqual(['true', ['a=1', 'b=2']]);
  expect(pieces).toHaveLength(2);
  expect(JSON.parse(pieces[0] ?? '')).toMatchObject({
    httpMethod: 'POST',
    path: '/chat/a%20b',
    resource: '/chat/{sessionId}',
    pathParameters: { sessionId: 'a b' },
    queryStringParameters: { x: '2' },
    multiValueQueryStringParameters: { x: ['1', '2'] },
    headers: { 'X-Trace': 't' },
    body: '{"text":"grüße"}',
    isBase64Encoded: false,
    requestContext: { identity: { sourceIp: '127.0.0.1' } },
  });
});

test('bytes that are no text arrive in base64', async () => {
  const response = await fetch(`${streams.url}/chat/1`, { method: 'POST', body: new Uint8Array([0xff, 0xfe]) });

  const [line = ''] = (await response.text()).split('\n');
  expect(JSON.parse(line)).toMatchObject({ body: '//4=', isBase64Encoded: true });
});

test('an answer that ends without a write has lost its status, as on AWS', async () => {
  const response = await fetch(`${streams.url}/chat/1?mode=forget`);

  expect(response.status).toBe(502);
  await vi.waitFor(() => expect(printed.join('\n')).toContain('write() once'), patience);
});

test('a handler that throws before its first byte is a 502 without a stack', async () => {
  const response = await fetch(`${streams.url}/chat/1?mode=throw`);

  expect([response.status, await response.json()]).toEqual([502, { message: 'Internal server error' }]);
});

test('a handler that gives no promise is refused, as by the runtime on AWS', async () => {
  const response = await fetch(`${streams.url}/sync`);

  expect(response.status).toBe(502);
  await vi.waitFor(() => expect(printed.join('\n')).toContain('does not support non-async handlers'), patience);
});

test('a handler that never ends its stream is cut off at its timeout', async () => {
  const response = await fetch(`${streams.url}/chat/1?mode=hang`);

  await expect(response.text()).rejects.toThrow();
  expect(printed).toContain('chat │ timed out after 2 s');
});

test('a process that dies in mid-answer breaks the stream off, and the next request finds a new one', async () => {
  const before = streams.processes().map(({ pid }) => pid);
  const response = await fetch(`${streams.url}/chat/1?mode=break`);

  await expect(response.text()).rejects.toThrow();

  const next = await fetch(`${streams.url}/chat/1`);
  expect(await next.text()).toContain('second');
  expect(streams.processes().map(({ pid }) => pid)).not.toEqual(before);
});

test('an unknown path is refused as a REST API does', async () => {
  const response = await fetch(`${streams.url}/else`);

  expect([response.status, await response.json()]).toEqual([403, { message: 'Missing Authentication Token' }]);
});

test.each([
  ['GET', '/a/x', '/a/{id}', { id: 'x' }],
  ['GET', '/a/b', '/a/b', null],
  ['GET', '/a/x/y/z', '/a/{proxy+}', { proxy: 'x/y/z' }],
  ['POST', '/a/x', '/a/{proxy+}', { proxy: 'x' }],
  ['GET', '/a/x/', '/a/{id}', { id: 'x' }],
])('%s %s takes the most exact route, %s', (method, pathname, resource, pathParameters) => {
  const routes = [
    toRoute('greedy', { method: 'any', path: '/a/{proxy+}' }),
    toRoute('one', { method: 'get', path: '/a/{id}' }),
    toRoute('plain', { method: 'get', path: '/a/b' }),
  ];

  const match = matchRoute(routes, method, pathname);

  expect([match?.route.resource, match?.pathParameters]).toEqual([resource, pathParameters]);
});
