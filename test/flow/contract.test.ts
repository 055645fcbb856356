/** `npm run contract`, as a process of its own, against the stand-ins: they keep what the code takes for granted, and one that does not is told. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { settingNames } from '../../local/settings.ts';
import { createBotpress } from '../../local/stand-ins/botpress.ts';
import { createClaude } from '../../local/stand-ins/claude.ts';
import { createReconify } from '../../local/stand-ins/reconify.ts';
import { type Handler, readBody, sendJson, serve } from '../../local/stand-ins/serve.ts';
import { createTalkjs } from '../../local/stand-ins/talkjs.ts';

const root = path.resolve(import.meta.dirname, '../..');
const SECRET = 'sk_test_example_do_not_use';
const KEY = 'sk-ant-contract-0123456789';

const talkjs = createTalkjs({
  appId: 'app',
  secretKey: SECRET,
  botId: 'claude',
  rateLimit: 'off',
  sendWebhook: async () => 200,
});
const botpress = createBotpress({ webhookId: 'hook', encryptionKey: 'the encryption key of this bot' });
let folder: string;
let standIns: Awaited<ReturnType<typeof serve>>;

/** TalkJS, if it did not know idempotency keys. */
const forgetful: Handler = async (request, response) => {
  const { method = '', url = '', headers } = request;
  const body = (await readBody(request, 1024 * 1024)).toString().replace(/,"idempotencyKey":"[^"]*"/, '');
  const passedOn = {
    method,
    headers: { authorization: `${headers.authorization}`, 'content-type': 'application/json' },
  };
  const answer = await fetch(`${standIns.url}/talkjs${url}`, { ...passedOn, ...(body === '' ? {} : { body }) });
  sendJson(response, answer.status, await answer.json());
};

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'contract-'));
  standIns = await serve({
    claude: createClaude({ keys: [KEY] }).handle,
    talkjs: talkjs.handle,
    forgetful,
    botpress: botpress.handle,
    reconify: createReconify({ appKey: 'app-key-0123', apiKey: 'api-key-4567' }).handle,
  });
});
afterAll(async () => {
  await standIns.close();
  await rm(folder, { recursive: true, force: true });
});

async function contract(settings: Record<string, string>, args = ['--yes']) {
  const file = path.join(folder, 'report.json');
  // What somebody has in .env is not for a test: the shell beats it.
  const unset = Object.fromEntries(settingNames().map((name) => [name, '']));
  const env = { PATH: process.env.PATH ?? '', ...unset, ...settings };
  const script = path.join(root, 'scripts/contract.ts');
  const run = promisify(execFile)(process.execPath, [script, ...args, '--file', file], { cwd: root, env });
  const { code, text } = await run.then(
    ({ stdout }) => ({ code: 0, text: stdout }),
    (error: { code: number; stdout: string; stderr: string }) => ({
      code: error.code,
      text: error.stdout + error.stderr,
    }),
  );
  const report = await readFile(file, 'utf8').catch(() => '');
  return { code, text, report };
}

const talkjsSettings = () => ({
  TALKJS_APP_ID: 'app',
  TALKJS_SECRET_KEY: SECRET,
  TALKJS_API_URL: `${standIns.url}/talkjs`,
});

const allSettings = () => ({
  ...talkjsSettings(),
  ANTHROPIC_API_KEY: KEY,
  ANTHROPIC_BASE_URL: `${standIns.url}/claude`,
  BOTPRESS_API_URL: `${standIns.url}/botpress/hook`,
  BOTPRESS_WEBHOOK_SECRET: 'the secret of the webhook',
  BOTPRESS_ENCRYPTION_KEY: 'the encryption key of this bot',
  RECONIFY_APP_KEY: 'app-key-0123',
  RECONIFY_API_KEY: 'api-key-4567',
  RECONIFY_ENDPOINT: `${standIns.url}/reconify/track`,
});

it('finds everything of the stand-ins as the code takes it, and removes what it made', async () => {
  const { code, text, report } = await contract(allSettings());

  const results = JSON.parse(report).results as { service: string; mark: string; claim: string; found?: string }[];
  expect(results.filter(({ mark }) => mark !== 'held')).toEqual([]);
  expect(new Set(results.map(({ service }) => service))).toEqual(new Set(['Claude', 'TalkJS', 'Botpress', 'Reconify']));
  expect(code).toBe(0);
  expect(text).toMatch(/Claude: a bill for short calls of claude-haiku-5-5, at most 0\.\d US cents/);
  for (const secret of [SECRET, KEY, 'app-key-0123', 'api-key-4567', 'the encryption key'])
    expect(text + report).not.toContain(secret);
});

it('tells an assumption that does not hold as broken, with what came instead and what it means', async () => {
  const { code, text, report } = await contract({
    ...talkjsSettings(),
    TALKJS_API_URL: `${standIns.url}/forgetful`,
  });

  const results = JSON.parse(report).results as { mark: string; claim: string }[];
  expect(results.filter(({ mark }) => mark === 'broken').map(({ claim }) => claim)).toContain(
    'the same `idempotencyKey` makes no second message',
  );
  expect(text).toContain('✗ the same `idempotencyKey` makes no second message');
  expect(text).toContain('came instead: 2 messages');
  expect(text).toContain('the promise of exactly one does not hold');
  expect(code).toBe(1);
});

it('asks nobody without being told to, and says what is missing', async () => {
  const unasked = await contract(talkjsSettings(), []);
  const unset = await contract({});
  const gone = await serve({});
  await gone.close();
  const away = await contract({ ...talkjsSettings(), TALKJS_API_URL: gone.url });

  expect(unasked).toMatchObject({ code: 2, text: expect.stringContaining('--yes begins without') });
  expect(unset).toMatchObject({ code: 2, text: expect.stringContaining('No keys are in .env') });
  expect(away.text).toContain(`not tried: ${new URL(gone.url).host}: ECONNREFUSED`);
  expect(away.text).toContain('0 held, 0 broken');
});
