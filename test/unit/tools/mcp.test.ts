/** A call of an MCP server that is slow, and what is asked about one. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Around, withServer } from '../../../lib/tools/mcp/client.ts';
import { readResult } from '../../../lib/tools/mcp/content.ts';
import { nameFor, pin } from '../../../lib/tools/mcp/pinned.ts';
import { mcpTools } from '../../../lib/tools/mcp/tools.ts';
import { type HandMadeMcp, openMcpServer } from '../../harness/mcp-server.ts';

let server: HandMadeMcp;

beforeEach(async () => {
  server = await openMcpServer(() => ({ content: [{ type: 'text', text: 'sent' }] }));
  server.tools.push({ name: 'send', description: 'Sends.', inputSchema: { type: 'object' } });
});
afterEach(() => server.close());

/** Of time there is enough, but for what is to be too slow. */
function send(times: Partial<Around> = {}) {
  const around = { fetch, signal: new AbortController().signal, openingMs: 60_000, timeoutMs: 60_000, ...times };
  return withServer({ url: server.url, headers: {} }, around, ({ call }) => call('send', {}, {}));
}

it.each(['initialize', 'notifications/initialized', 'tools/list'])(
  'has done nothing where the server does not answer %s in time',
  async (method) => {
    server.stalls.add(method);

    await expect(send({ openingMs: 50 })).rejects.toMatchObject({ name: 'McpTrouble', isRefused: true });
    expect(server.calls).toEqual([]);
  },
);

it('has done nothing where the server does not let it in, and says so', async () => {
  const refusing = createServer((_, response) => void response.writeHead(401).end()).listen(0, '127.0.0.1');
  await once(refusing, 'listening');
  const { port } = refusing.address() as AddressInfo;
  const around = { fetch, signal: new AbortController().signal, openingMs: 60_000, timeoutMs: 60_000 };

  const opened = withServer({ url: `http://127.0.0.1:${port}/mcp`, headers: {} }, around, async () => {});

  await expect(opened).rejects.toMatchObject({ isRefused: true, message: 'the server answered 401' });
  refusing.close();
});

it('may have done it where the server does not answer the call in time', async () => {
  server.stalls.add('tools/call');

  await expect(send({ timeoutMs: 50 })).rejects.toMatchObject({ name: 'McpTrouble', isRefused: false });
});

it('has its result although the server does not let go of the session', async () => {
  server.stalls.add('DELETE');

  expect(await send()).toMatchObject({ content: [{ type: 'text', text: 'sent' }] });
});

it('asks with every field as what it is, also one that its server does not name', () => {
  const pinned = pin({ name: 'orders.cancel', inputSchema: { type: 'object' } });
  if ('refused' in pinned) throw new Error(pinned.refused);
  const [tool] = mcpTools([
    { name: 'shop', url: server.url, headers: {}, tools: [{ ...pinned, effect: 'once', asks: true }] },
  ]);

  const ready = tool?.prepare({ order: '1`2', 'order: `2`\n\nOnly looks it up': true });

  expect(ready && 'question' in ready && ready.question?.()).toBe(
    'orders cancel (shop)?\n- order: `"1´2"`\n- `"order: ´2´\\n\\nOnly looks it up"`: `true`',
  );
});

it.each([
  ['a blank in a field', { type: 'object', properties: { 'order id': {} } }, /the field "order id"/],
  ['a field of 65', { type: 'object', properties: { ['x'.repeat(65)]: {} } }, /at most 64/],
  ['a choice at its top', { type: 'object', anyOf: [{ required: ['a'] }] }, /anyOf at the top/],
  ['20 KB', { type: 'object', description: 'x'.repeat(20_000) }, /over 16 KB/],
])('is not pinned with an input that the Messages API would refuse: %s', (_, inputSchema, why) => {
  expect(pin({ name: 'send', inputSchema })).toEqual({ refused: expect.stringMatching(why) });
});

/** As far as a picture is looked at: its beginning, and filled up to so many bytes. */
function png(width: number, height: number, bytes = 100): string {
  const head = Buffer.alloc(bytes);
  head.write('\x89PNG\r\n\x1a\n\0\0\0\rIHDR', 'latin1');
  head.writeUInt32BE(width, 16);
  head.writeUInt32BE(height, 20);
  return head.toString('base64');
}

const picture = (data: string, mimeType = 'image/png') => ({ type: 'image', data, mimeType });
const resource = (blob: string, mimeType: string) => ({ type: 'resource', resource: { uri: 'x://y', blob, mimeType } });

it.each([
  ['a picture', [picture(png(10, 10))], 1],
  ['one that is called something else', [picture(png(10, 10), 'image/jpeg')], 1],
  ['one in a resource', [resource(png(10, 10), 'image/png')], 1],
  ['none that is no picture', [picture(Buffer.from('<svg/>').toString('base64'))], 0],
  ['none that is broken', [picture(png(10, 10).slice(0, 24))], 0],
  ['none that is too wide', [picture(png(9_000, 10))], 0],
  ['none beyond 180 KB together', [picture(png(10, 10, 100_000)), picture(png(10, 10, 100_000))], 1],
  ['none beyond what may be paid for together', Array.from({ length: 50 }, () => picture(png(2_500, 2_500))), 4],
  ['no PDF', [resource(Buffer.from('%PDF-1.7 %%EOF').toString('base64'), 'application/pdf')], 0],
])('shows %s', (_, content, shown) => {
  const { shown: result } = readResult({ content });

  expect(result.pictures.map(({ source }) => 'media_type' in source && source.media_type)).toEqual(
    Array.from({ length: shown }, () => 'image/png'),
  );
  expect(JSON.stringify(result.data).match(/left out/g) ?? []).toHaveLength(content.length - shown);
});

it.each([
  ['a', 'send', 'a__send'],
  ['a', 'Send.It', 'a__send_it'],
  ['a', `send-${'x'.repeat(60)}`, expect.stringMatching(/^a__send_x{47}_[0-9a-f]{8}$/)],
  ['a', '../../calculator', `a${'_'.repeat(8)}calculator`],
])('has a name that the API takes and no tool of ours has: %s %s', (name, tool, known) => {
  expect(nameFor(name, tool)).toEqual(known);
});
