/** Promise: the official client's own suite passes against `npm start`, worker and streams in processes of their own. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runBotpressSuite } from '../harness/botpress-suite.ts';
import { type RunningStack, startStack } from '../harness/running-stack.ts';

const SECRET = 'a throwaway secret';
let stack: RunningStack;

beforeAll(async () => {
  stack = await startStack({ CHAT_API_BOT: 'echo', CHAT_API_SECRET: SECRET });
});

afterAll(() => stack.end());

it("passes the official client's own suite", async () => {
  const { urls } = await stack.status();

  const result = await runBotpressSuite(String(urls['chat-api']).replace(/\{.*$/, 'local'), SECRET);

  expect(result).toEqual({ passed: 23, total: 23, failures: [] });
});
