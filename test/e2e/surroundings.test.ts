/** The embedded stack in a shell that is set up for AWS, for a proxy and for IPv6, and with callers that are not from this machine. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { networkInterfaces, tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type RunningStack, startStack } from '../harness/running-stack.ts';

const home = mkdtempSync(path.join(tmpdir(), 'home-'));
const NOWHERE = 'http://127.0.0.1:9';
const SHELL = {
  HOME: home,
  AWS_USE_FIPS_ENDPOINT: 'true',
  AWS_USE_DUALSTACK_ENDPOINT: 'true',
  AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true',
  AWS_ENDPOINT_URL: NOWHERE,
  AWS_ENDPOINT_URL_SQS: NOWHERE,
  AWS_ENDPOINT_URL_SSM: NOWHERE,
  AWS_PROFILE: 'nobody',
  AWS_REGION: 'cn-north-1',
  AWS_MAX_ATTEMPTS: '1',
  AWS_STS_REGIONAL_ENDPOINTS: 'legacy',
  HTTP_PROXY: NOWHERE,
  HTTPS_PROXY: NOWHERE,
  http_proxy: NOWHERE,
  https_proxy: NOWHERE,
  NODE_USE_ENV_PROXY: '1',
  NODE_OPTIONS: '--dns-result-order=ipv6first',
};

let stack: RunningStack;

beforeAll(async () => {
  mkdirSync(path.join(home, '.aws'));
  const config = ['use_fips_endpoint = true', 'ignore_configured_endpoint_urls = true', 'services = none'];
  writeFileSync(path.join(home, '.aws/config'), ['[default]', ...config, '[profile nobody]', ...config, ''].join('\n'));
  stack = await startStack(SHELL);
}, 0);

afterAll(async () => {
  await stack.end();
  rmSync(home, { recursive: true });
}, 0);

/** The status that a server of the stack answers with. */
function ask(
  offset: number,
  options: { host?: string; path?: string; headers?: Record<string, string>; body?: string },
) {
  const { host = '127.0.0.1', path: to = '/', headers = {}, body } = options;
  return new Promise<number | undefined>((resolve, reject) => {
    const asking = request({ host, port: stack.port + offset, path: to, method: body ? 'POST' : 'GET', headers });
    asking.on('error', reject).on('response', (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    asking.end(body);
  });
}

it('answers, whatever the shell says of AWS and of proxies', async () => {
  await stack.say('shell', 'Hello, my name is Ada.');

  expect(await stack.answers('shell', 1)).toHaveLength(1);
}, 0);

const hasIpv6 = Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === '::1'));

it.runIf(hasIpv6)(
  'listens on both loopback addresses at every port',
  async () => {
    for (const offset of [0, 1, 2, 3, 4]) {
      const statuses = [await ask(offset, {}), await ask(offset, { host: '::1' })];

      expect(statuses[0]).toBeTypeOf('number');
      expect(statuses[1]).toBe(statuses[0]);
    }
  },
  0,
);

const FORM = { 'content-type': 'text/plain', origin: 'http://localhost:5173' };
const evil = { host: 'evil.test' };
const say = JSON.stringify({ conversationId: 'foreign', userId: 'eve', text: 'Hello' });
/** The reconciler does nothing where nothing is amiss. */
const INVOKE = '/2015-03-31/functions/claude-chat-dev-reconcile/invocations';
const json = { 'content-type': 'application/json' };

it.each([
  ['a stand-in under a foreign name', 3, { path: '/talkjs/say/shell', headers: evil }, 421],
  [
    'a stand-in from a foreign page',
    3,
    { path: '/talkjs/say', body: say, headers: { ...json, origin: 'http://evil.test' } },
    403,
  ],
  ['a stand-in with a form of a page', 3, { path: '/talkjs/say', body: say, headers: FORM }, 415],
  [
    'a stand-in from a sandboxed page',
    3,
    { path: '/talkjs/say', body: say, headers: { ...json, origin: 'null' } },
    403,
  ],
  ['the playground under a foreign name', 4, { headers: evil }, 421],
  ['/chat without keys under a foreign name', 1, { path: '/chat/demo', headers: evil }, 421],
  ['our Chat API under a foreign name', 1, { path: '/chat-api/local/hello', headers: evil }, 421],
  [
    'our Chat API from a foreign page',
    1,
    { path: '/chat-api/local/hello', headers: { origin: 'http://evil.test' } },
    403,
  ],
  [
    'a user of our Chat API made by a foreign page',
    1,
    {
      path: '/chat-api/local/users',
      body: '{}',
      headers: { 'content-type': 'text/plain', origin: 'http://evil.test' },
    },
    403,
  ],
  ['a function by its name from a foreign page', 2, { path: INVOKE, body: '{}', headers: FORM }, 404],
  ['a function by its name', 2, { path: INVOKE, body: '{}', headers: json }, 200],
  ['a webhook through a tunnel', 0, { path: '/talkjs', body: say, headers: { ...json, host: 'x.ngrok.app' } }, 401],
  ['/chat by localhost', 1, { path: '/chat/demo', headers: { host: 'localhost:3001' } }, 200],
])(
  '%s',
  async (_, offset, options, status) => {
    expect(await ask(offset, options)).toBe(status);
  },
  0,
);

it('takes nothing of what was refused for said', async () => {
  expect(await stack.transcript('foreign')).toEqual([]);
}, 0);
