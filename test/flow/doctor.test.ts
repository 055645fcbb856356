/** `npm run doctor`, as a process of its own, against stand-ins that pass for the real services. */
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { settingNames } from '../../local/settings.ts';
import { createBotpress } from '../../local/stand-ins/botpress.ts';
import { createClaude } from '../../local/stand-ins/claude.ts';
import { sendJson, serve } from '../../local/stand-ins/serve.ts';
import { createTalkjs } from '../../local/stand-ins/talkjs.ts';
import { freePort } from '../harness/running-stack.ts';
import { folderOfBots } from '../harness/two-bots.ts';

const SECRET = 'sk_test_example_do_not_use';
let services: Awaited<ReturnType<typeof serve>>;
let real: Record<string, string>;

beforeAll(async () => {
  const keys = { encryptionKey: 'an encryption key', webhookSecret: 'a webhook secret' };
  services = await serve({
    claude: createClaude().handle,
    talkjs: createTalkjs({ appId: 'app', secretKey: SECRET, botId: 'claude' }).handle,
    botpress: createBotpress({ webhookId: 'hook', ...keys }).handle,
    locked: (_request, response) => sendJson(response, 401, { type: 'error', error: { type: 'authentication_error' } }),
  });
  real = {
    ANTHROPIC_API_KEY: 'sk-ant-not-to-be-seen',
    ANTHROPIC_BASE_URL: `${services.url}/claude`,
    TALKJS_APP_ID: 'app',
    TALKJS_SECRET_KEY: SECRET,
    TALKJS_API_URL: `${services.url}/talkjs`,
    BOTPRESS_API_URL: `${services.url}/botpress/hook`,
    BOTPRESS_WEBHOOK_SECRET: keys.webhookSecret,
    BOTPRESS_ENCRYPTION_KEY: keys.encryptionKey,
  };
});
afterAll(() => services.close());

async function doctor(settings: Record<string, string>, ...args: string[]) {
  const script = path.resolve(import.meta.dirname, '../../scripts/doctor.ts');
  const unset = Object.fromEntries(settingNames().map((name) => [name, '']));
  const env = { ...process.env, ...unset, PORT: String(await freePort()), ...settings };
  return promisify(execFile)(process.execPath, [script, ...args], { env }).then(
    ({ stdout, stderr }) => ({ code: 0, text: stdout + stderr }),
    (error: { code: number; stdout: string; stderr: string }) => ({
      code: error.code,
      text: error.stdout + error.stderr,
    }),
  );
}

describe('the doctor', () => {
  it('says how far the clock is off, by that of the first service', async () => {
    const late = await serve({
      late: (_request, response) => {
        response.setHeader('date', new Date(Date.now() - 90_000).toUTCString());
        sendJson(response, 200, { id: 'claude-haiku-5-5' });
      },
    });

    const off = await doctor({ ANTHROPIC_API_KEY: 'sk-ant-not-to-be-seen', ANTHROPIC_BASE_URL: `${late.url}/late` });
    const right = await doctor(real);

    await late.close();
    expect(off.text).toMatch(/✗ the clock is \d+ s ahead of that of 127\.0\.0\.1/);
    expect(off.code).toBe(1);
    expect(right.text).toContain('✓ the clock is right');
  });

  it('finds nothing wrong where nothing is set: there are stand-ins for everything', async () => {
    const { code, text } = await doctor({});

    expect(text).toContain('Nothing is wrong.');
    expect(text).toMatch(/✓ Node \d+[\s\S]*✓ ports \d+ to \d+ are free\n {2}· the stack is not running/);
    expect(text).toContain('· Claude: the offline stand-in, until ANTHROPIC_API_KEY is set');
    expect(code).toBe(0);
  });

  it('tells what a model lacks of the settings, and that it will end', async () => {
    const { code, text } = await doctor({
      ...real,
      CLAUDE_FALLBACK_MODEL: 'claude-sonnet-4-5',
      CLAUDE_EFFORT: 'xhigh',
      CLAUDE_MAX_TOKENS: '100000',
    });

    expect(text).toContain('claude-sonnet-4-5 is deprecated and ends 2026-11-30');
    expect(text).toContain('claude-sonnet-4-5 writes 64000 tokens at most');
    expect(text).toContain('claude-sonnet-4-5 has no effort "xhigh"');
    expect(code).toBe(0);
  });

  it('asks each service that is set up whether it takes the key, and knows the model and the bot', async () => {
    const { code, text } = await doctor(real);

    expect(text).toContain('✓ Claude takes the key and knows claude-haiku-5-5');
    expect(text).toContain('✓ TalkJS takes the key of the app app');
    expect(text).toContain('✓ the bot claude is a user there');
    expect(text).toContain('✓ Botpress takes the key; the user claude will be made with the first answer');
    expect(code).toBe(0);
  });

  it('asks for the models of each bot, too', async () => {
    const BOTS_DIR = folderOfBots({ default: 'You help.', sales: '---\nmodel: claude-nobody\n---\nYou sell.' });

    const { code, text } = await doctor({ ...real, BOTS_DIR });

    expect(text).toContain('✓ Claude takes the key and knows claude-haiku-5-5');
    expect(text).toContain('✗ Claude knows no model claude-nobody');
    expect(code).toBe(1);
  });

  it.each([
    ['a model that does not exist', { CLAUDE_MODEL: 'claude-nobody' }, '✗ Claude knows no model claude-nobody'],
    ['a key that Claude refuses', { ANTHROPIC_BASE_URL: '/locked' }, '✗ Claude does not take the key'],
    ['a Claude that is not there', { ANTHROPIC_BASE_URL: 'http://127.0.0.1:9' }, 'http://127.0.0.1:9 does not answer'],
    ['a bot that does not exist', { TALKJS_BOT_ID: 'nobody' }, '✗ TalkJS knows no user nobody'],
    [
      'a key that TalkJS refuses',
      { TALKJS_SECRET_KEY: 'sk_test_of_another_app' },
      '✗ TalkJS does not take the key of the app app (talkjs: 401 UNAUTHORIZED)',
    ],
    ['a TalkJS that is not there', { TALKJS_API_URL: 'http://127.0.0.1:9' }, '✗ TalkJS cannot be reached'],
    ['a key that Botpress refuses', { BOTPRESS_ENCRYPTION_KEY: 'another encryption key' }, '✗ Botpress does not take'],
  ])('tells %s, and what to do', async (_name, change: Record<string, string>, expected) => {
    const settings = { ...real, ...change };
    if (change.ANTHROPIC_BASE_URL?.startsWith('/')) settings.ANTHROPIC_BASE_URL = `${services.url}/locked`;

    const { code, text } = await doctor(settings);

    expect(text).toContain(expected);
    expect(text).toMatch(/✗ [^\n]+\n {6}→ \S/);
    expect(text).toContain('1 thing is wrong.');
    expect(code).toBe(1);
  });

  it('names every setting that is wrong, with its meaning, and what is misspelt', async () => {
    const settings = {
      CLAUDE_MAX_TOKENS: 'many',
      CLAUDE_MODLE: 'claude-haiku-5-5',
      TOOLS: 'calculator',
      RECONIFY_APP_KEY: 'only one of two',
    };

    const { code, text } = await doctor(settings);

    expect(text).toMatch(/✗ CLAUDE_MAX_TOKENS must be[^\n]+\n +→ [^\n]*the longest answer, in tokens/);
    expect(text).toMatch(/✗ CLAUDE_MODLE is no setting\n +→ did you mean CLAUDE_MODEL\?/);
    expect(text).toMatch(/✗ TOOLS [^\n]*bots\/default\/bot.md/);
    expect(text).toMatch(/✗ Reconify is half configured/);
    expect(code).toBe(1);
  });

  it('never prints a secret, not even one that an error quotes', async () => {
    const secret = 'a-secret-that-is-no-url';
    const { text } = await doctor({
      ...real,
      TALKJS_WEBHOOK_SECRETS: `${secret}, second-secret`,
      TALKJS_BOT_ID: secret,
    });

    for (const hidden of [secret, 'second-secret', SECRET, 'sk-ant-not-to-be-seen', 'an encryption key'])
      expect(text).not.toContain(hidden);
    expect(text).toContain('TalkJS knows no user •••');
  });

  it('tells that nobody is named who may take over', async () => {
    const { code, text } = await doctor({ ...real, HANDOFF_ON_HUMAN_REPLY: 'on' });

    expect(text).toMatch(/✗ HUMAN_ROLES is missing[^\n]+\n +→ [^\n]*TalkJS roles of your team/);
    expect(code).toBe(1);
  });

  it('gives the same to scripts', async () => {
    const { code, text } = await doctor({ ...real, CLAUDE_MODEL: 'claude-nobody' }, '--json');

    expect(JSON.parse(text).Services).toContainEqual({
      mark: 'wrong',
      what: 'Claude knows no model claude-nobody',
      todo: expect.stringContaining('CLAUDE_MODEL'),
    });
    expect(code).toBe(1);
  });

  it('says of a stage what it cannot see, and why', async () => {
    const away = { AWS_ENDPOINT_URL: 'http://127.0.0.1:9', AWS_MAX_ATTEMPTS: '1' };

    const { code, text } = await doctor(away, '--stage', 'dev');

    expect(text).toMatch(/Stage dev\n {2}✗ [^\n]+\n {6}→ /);
    expect(code).toBe(1);
  });
});
