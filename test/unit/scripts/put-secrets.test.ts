import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { SSMClient } from '@aws-sdk/client-ssm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { settingNames } from '../../../local/settings.ts';
import { type PutSecretsOptions, putSecrets } from '../../../scripts/stage/put-secrets.ts';
import { secretNames } from '../../../scripts/stage/stage.ts';
import { type FakeSsm, startFakeSsm } from '../../harness/fake-ssm.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const PATH = '/claude-chat/test';
const KEY = 'sk-ant-0123456789';
const BOTS = [
  { name: 'default', secrets: [] },
  { name: 'sales', secrets: ['CRM_KEY'] },
  { name: 'help', secrets: ['CRM_KEY', 'DESK_KEY2'] },
];

let ssm: FakeSsm;
let printed: string[];

beforeEach(async () => {
  ssm = await startFakeSsm();
  printed = [];
});

afterEach(() => ssm.close());

const put = (options: Partial<PutSecretsOptions>) =>
  putSecrets(
    { ssm: new SSMClient({ endpoint: ssm.url }), print: (line) => printed.push(line) },
    { path: PATH, names: secretNames(BOTS), env: {}, only: [], remove: [], isDryRun: false, ...options },
  );

const kept = (group: string): unknown => JSON.parse(ssm.parameters.get(`${PATH}/${group}`) ?? 'null');

describe('the secrets of a stage', () => {
  it('are put as one encrypted JSON object per group', async () => {
    const env = { ANTHROPIC_API_KEY: KEY, TALKJS_SECRET_KEY: 'sk_1', TALKJS_APP_ID: 'app', CHAT_ACCESS_KEYS: ' ' };

    await put({ env });

    expect(Object.fromEntries(ssm.parameters)).toEqual({
      [`${PATH}/anthropic`]: `{"ANTHROPIC_API_KEY":"${KEY}"}`,
      [`${PATH}/talkjs`]: '{"TALKJS_SECRET_KEY":"sk_1"}',
    });
    const puts = ssm.calls.filter(({ operation }) => operation === 'PutParameter');
    expect(puts.map(({ input }) => input.Type)).toEqual(['SecureString', 'SecureString']);
  });

  it('are merged with what is there: one can be changed without having the others at hand', async () => {
    ssm.parameters.set(`${PATH}/talkjs`, '{"TALKJS_SECRET_KEY":"sk_1","TALKJS_WEBHOOK_SECRETS":"old"}');

    await put({ env: { TALKJS_WEBHOOK_SECRETS: 'new,old' } });

    expect(kept('talkjs')).toEqual({ TALKJS_SECRET_KEY: 'sk_1', TALKJS_WEBHOOK_SECRETS: 'new,old' });
    expect(printed.map((line) => line.trim().split(/ +/))).toEqual([
      [`${PATH}/talkjs`],
      ['TALKJS_SECRET_KEY', 'kept'],
      ['TALKJS_WEBHOOK_SECRETS', 'changed'],
      expect.arrayContaining(['1', 'parameter', 'written.']),
    ]);
  });

  it('are left alone but for those that are named', async () => {
    const env = { ANTHROPIC_API_KEY: 'of the laptop', TALKJS_SECRET_KEY: 'sk_1' };

    await put({ env, only: ['TALKJS_SECRET_KEY'] });

    expect([...ssm.parameters.keys()]).toEqual([`${PATH}/talkjs`]);
  });

  it('are taken away by name', async () => {
    ssm.parameters.set(`${PATH}/talkjs`, '{"TALKJS_SECRET_KEY":"sk_1","TALKJS_WEBHOOK_SECRETS":"old"}');

    await put({ env: { TALKJS_WEBHOOK_SECRETS: 'old' }, remove: ['TALKJS_WEBHOOK_SECRETS'] });

    expect(kept('talkjs')).toEqual({ TALKJS_SECRET_KEY: 'sk_1' });
  });

  it('that are the same already are not written again', async () => {
    ssm.parameters.set(`${PATH}/anthropic`, JSON.stringify({ ANTHROPIC_API_KEY: KEY }));

    await put({ env: { ANTHROPIC_API_KEY: KEY } });

    expect(ssm.calls.map(({ operation }) => operation)).toEqual(['GetParameters']);
    expect(printed.at(-1)).toBe('Nothing to write.');
  });

  it('are not written by a dry run, which says the same', async () => {
    await put({ env: { ANTHROPIC_API_KEY: KEY }, isDryRun: true });

    expect(ssm.parameters.size).toBe(0);
    expect(printed.join('\n')).toMatch(/ANTHROPIC_API_KEY +new\n1 parameter would be written/);
  });

  it.each([
    ['no secret', { only: ['TALKJS_APP_ID'] }, 'No secret has the name TALKJS_APP_ID'],
    [
      'a value with its name',
      { only: ['ANTHROPIC_API_KEY=sk-1'] },
      'Only names may be given: values come from the file',
    ],
    ['a value to remove', { remove: ['sk-1'] }, 'Only names may be given: values come from the file'],
    ['named but not set', { only: ['ANTHROPIC_API_KEY'] }, 'Not set, neither in the file nor in the shell'],
    ['too large', { env: { ANTHROPIC_API_KEY: 'k'.repeat(4096) } }, '4096 are allowed'],
  ])('that are %s stop it before anything is written', async (_name, options, sentence) => {
    await expect(put(options)).rejects.toThrow(sentence);

    expect(ssm.parameters.size).toBe(0);
  });

  it('that somebody broke by hand are not written over', async () => {
    ssm.parameters.set(`${PATH}/anthropic`, `{"ANTHROPIC_API_KEY": ${KEY}`);

    const failure = await put({ env: { ANTHROPIC_API_KEY: KEY } }).catch((error: Error) => error.message);

    expect(failure).toContain('holds no JSON object');
    expect(failure).not.toContain(KEY);
  });

  it('are all that .env.example marks as secret, each in one group', () => {
    const names = [...secretNames([]).values()].flat();

    expect(names).toEqual(expect.arrayContaining(['ANTHROPIC_API_KEY', 'TALKJS_WEBHOOK_SECRETS', 'CHAT_ACCESS_KEYS']));
    expect(new Set(names).size).toBe(names.length);
    expect([...secretNames([]).keys()].sort()).toEqual([
      'anthropic',
      'botpress',
      'bots',
      'chat',
      'chat-api',
      'events',
      'operator',
      'otlp',
      'reconify',
      'talkjs',
    ]);
  });
});

describe('the secrets of bots', () => {
  it('are put into one object, a bot each, from the names that .env has', async () => {
    await put({ env: { CRM_KEY: 'of the crm', DESK_KEY2: 'of the desk', OTHER_KEY: 'of nobody' } });

    expect(kept('bots')).toEqual({
      sales: { CRM_KEY: 'of the crm' },
      help: { CRM_KEY: 'of the crm', DESK_KEY2: 'of the desk' },
    });
    expect(printed.slice(0, 4).map((line) => line.trim().split(/ +/))).toEqual([
      [`${PATH}/bots`],
      ['sales.CRM_KEY', 'new'],
      ['help.CRM_KEY', 'new'],
      ['help.DESK_KEY2', 'new'],
    ]);
  });

  it('are changed by name, for every bot that names it', async () => {
    ssm.parameters.set(`${PATH}/bots`, '{"sales":{"CRM_KEY":"old"},"help":{"CRM_KEY":"old","DESK_KEY2":"old"}}');

    await put({ env: { CRM_KEY: 'new', DESK_KEY2: 'new' }, only: ['CRM_KEY'] });

    expect(kept('bots')).toEqual({ sales: { CRM_KEY: 'new' }, help: { CRM_KEY: 'new', DESK_KEY2: 'old' } });
  });

  it('are taken away by name, also when no bot names it any more', async () => {
    ssm.parameters.set(`${PATH}/bots`, '{"gone":{"OLD_KEY":"old"},"help":{"DESK_KEY2":"stays"}}');

    await put({ remove: ['OLD_KEY'] });

    expect(kept('bots')).toEqual({ help: { DESK_KEY2: 'stays' } });
  });
});

describe('npm run secrets', () => {
  const script = (args: string[], env: Record<string, string> = {}) => {
    const unset = Object.fromEntries(settingNames().map((name) => [name, '']));
    const options = { cwd: root, env: { ...process.env, ...unset, AWS_ENDPOINT_URL_SSM: ssm.url, ...env } };
    return promisify(execFile)(process.execPath, ['scripts/secrets.ts', ...args], options);
  };

  it('writes nothing where a running function could not use it, and says why', async () => {
    const env = { ANTHROPIC_API_KEY: KEY, CHAT_API_SECRET: 'short', TALKJS_SECRET_KEY: 'sk_\u200b1' };

    const failure = await script(['--stage', 'test'], env).catch(({ stderr }: { stderr: string }) => stderr);

    expect(failure).toMatch(/^Nothing was written: .*CHAT_API_SECRET must have at least 32 characters/);
    expect(failure).toContain('TALKJS_SECRET_KEY holds U+200B');
    expect(failure).not.toContain('short;');
    expect(ssm.parameters.size).toBe(0);
  });

  it('never prints a value', async () => {
    const env = { ANTHROPIC_API_KEY: KEY, TALKJS_WEBHOOK_SECRETS: 'hunter2' };

    const runs = [await script(['--stage', 'test', '--dry-run'], env), await script(['--stage', 'test'], env)];

    const all = runs.map(({ stdout, stderr }) => stdout + stderr).join('\n');
    expect(all).toContain('TALKJS_WEBHOOK_SECRETS');
    expect(all).not.toMatch(/sk-ant|hunter2/);
    expect(kept('talkjs')).toEqual({ TALKJS_WEBHOOK_SECRETS: 'hunter2' });
  });

  it('knows those of the bots that BOTS_DIR names', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'bots-'));
    await mkdir(path.join(folder, 'default'));
    await writeFile(path.join(folder, 'default/bot.md'), '---\nsecrets: [CRM_KEY]\n---\nYou help.\n');

    const { stdout } = await script(['--stage', 'test', 'CRM_KEY'], { BOTS_DIR: folder, CRM_KEY: 'hunter2' });

    expect(stdout).toMatch(/default\.CRM_KEY +new/);
    expect(stdout).not.toContain('hunter2');
    expect(kept('bots')).toEqual({ default: { CRM_KEY: 'hunter2' } });
    await rm(folder, { recursive: true });
  });

  it('wants a stage, and none is the default', async () => {
    const failure = await script([]).catch(({ code, stderr }) => ({ code, stderr }));

    expect(failure).toMatchObject({ code: 1, stderr: expect.stringContaining('--stage <name>') });
  });
});
