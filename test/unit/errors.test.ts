import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it, vi } from 'vitest';
import { causeOf, Later, unreached } from '../../lib/errors.ts';
import { talkjsDialect } from '../../lib/platforms/talkjs/dialect.ts';
import { receive } from '../../lib/turn/receive.ts';
import { createTalkjs } from '../../local/stand-ins/talkjs.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

it('says which host was not reached, and why, in words that quote nothing', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  const url = `http://127.0.0.1:${port}/secret?key=1`;

  const error: unknown = await fetch(url).catch((reason: unknown) => reason);

  expect(unreached(url, error)).toBe(`127.0.0.1:${port}: ECONNREFUSED`);
});

it.each([
  [new Later('the table did not answer', { cause: named('ProvisionedThroughputExceededException') }), 'Provisioned'],
  [new TypeError('fetch failed', { cause: Object.assign(new Error('x'), { code: 'ENOTFOUND' }) }), 'ENOTFOUND'],
  [
    new Later('x', { cause: new AggregateError([Object.assign(new Error('y'), { code: 'ECONNRESET' })]) }),
    'ECONNRESET',
  ],
  [named('TimeoutError'), 'TimeoutError'],
  [new TypeError('words of somebody'), 'TypeError'],
  ['a string', 'unknown'],
  [Object.assign(new Error('x'), { code: 'words of somebody' }), 'Error'],
])('finds the innermost cause of %s', (error, expected) => {
  expect(causeOf(error)).toMatch(new RegExp(`^${expected}\\w*$`));
});

it('a loop of causes ends', () => {
  const error = new Error('x');
  error.cause = error;

  expect(causeOf(error)).toBe('Error');
});

it.each([
  ['another secret', 'sk_other', 0, 'signed with another secret'],
  ['a clock that is behind', 'sk_ours', 400_000, 'rightly signed, 400 s ago'],
  ['a clock that is ahead', 'sk_ours', -400_000, 'rightly signed, 400 s ahead of our clock'],
])('the log tells %s from the others, the sender is not told', async (_, secretKey, lateMs, reason) => {
  const sent: { headers: Record<string, string>; body: string }[] = [];
  const sentAt = 1_790_000_000_000;
  const talkjs = createTalkjs({
    appId: 'app',
    secretKey,
    botId: 'claude',
    now: () => sentAt,
    sendWebhook: async (webhook) => {
      sent.push(webhook);
      return 200;
    },
  });
  talkjs.say({ conversationId: 'c', userId: 'ada', text: 'Hello' });
  const [webhook] = sent;
  const { groups } = await import('../../lib/config.ts');
  const settings = groups.talkjs({ TALKJS_APP_ID: 'app', TALKJS_SECRET_KEY: 'sk_ours' }, []);
  if (!settings || !webhook) throw new Error('nothing to verify');
  const log = vi.fn();

  const answer = await receive(
    { dialect: talkjsDialect(settings), put: async () => {}, now: () => sentAt + lateMs, log },
    { headers: webhook.headers, body: Buffer.from(webhook.body) },
  );

  expect(answer).toEqual({ status: 401, body: { error: 'unauthorized' } });
  expect(log.mock.calls).toEqual([['webhook-rejected', { status: 401, reason }]]);
});

function named(name: string): Error {
  return Object.assign(new Error('words of somebody'), { name });
}
