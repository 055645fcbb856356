/** `npm run doctor` and `npm run bot` against a stack that runs. */
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { settingNames } from '../../local/settings.ts';
import { type RunningStack, startStack } from '../harness/running-stack.ts';

let stack: RunningStack;
beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack.end());

async function run(script: string, args: string[], settings: Record<string, string> = {}) {
  const file = path.resolve(import.meta.dirname, '../../scripts', script);
  const unset = Object.fromEntries(settingNames().map((name) => [name, '']));
  const env = { ...process.env, ...unset, PORT: String(stack.port), ...settings };
  return promisify(execFile)(process.execPath, [file, ...args], { env }).then(
    ({ stdout }) => ({ code: 0, text: stdout }),
    (error: { code: number; stdout: string }) => ({ code: error.code, text: error.stdout }),
  );
}

test('each door takes a signed webhook and refuses a forged one', async () => {
  const { code, text } = await run('doctor.ts', []);

  expect(text).toMatch(/✓ TalkJS: http:\/\/localhost:\d+\/talkjs took a signed webhook in \d+ ms/);
  expect(text).toMatch(/✓ Botpress: http:\/\/localhost:\d+\/botpress took a signed webhook in \d+ ms/);
  expect(text.match(/a forged webhook is refused/g)).toHaveLength(2);
  expect(text).toContain('✓ Claude takes the key and knows claude-haiku-5-5');
  expect(code).toBe(0);
});

test('a stack that was started with other settings is found out', async () => {
  const talkjs = {
    TALKJS_APP_ID: 'app',
    TALKJS_SECRET_KEY: 'another secret',
    TALKJS_API_URL: `http://localhost:${stack.port + 3}/talkjs`,
  };

  const { code, text } = await run('doctor.ts', [], talkjs);

  expect(text).toContain('✗ the running stack was started with other settings than are set now');
  expect(code).toBe(1);
});

test('the tool shows, pauses and forgets a conversation of the running stack', async () => {
  await stack.say('looked-after', 'Hello, my name is Ada.');
  await stack.answers('looked-after', 1);

  const shown = await run('bot.ts', ['show', 'looked-after', '--json']);
  await run('bot.ts', ['pause', 'looked-after']);
  const paused = await run('bot.ts', ['show', 'looked-after']);
  const forgotten = await run('bot.ts', ['forget', 'looked-after']);
  await stack.say('looked-after', 'What is my name?');
  const [, answer] = await stack.answers('looked-after', 2);

  expect(JSON.parse(shown.text).turns).toMatchObject([{ state: 'DELIVERED', attempts: 1 }]);
  expect(paused.text).toContain('answered by: paused');
  expect(forgotten).toMatchObject({ code: 0, text: expect.stringMatching(/^Forgotten: 1 turns/) });
  expect(answer).not.toContain('Ada');
});
