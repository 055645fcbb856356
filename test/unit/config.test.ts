import { expect, it } from 'vitest';
import { type GroupName, readSettings } from '../../lib/config.ts';
import { BadSettings } from '../../lib/errors.ts';

it('names everything that is missing or wrong in one error', () => {
  const env = { CLAUDE_MAX_TOKENS: 'many', HISTORY_STRATEGY: 'all', TALKJS_APP_ID: 'app', TALKJS_API_URL: 'ftp://x' };

  const read = () => readSettings(env, ['aws', 'claude', 'history', 'talkjs']);

  for (const name of [
    'TABLE_NAME',
    'TURNS_QUEUE_URL',
    'ANTHROPIC_API_KEY',
    'CLAUDE_MAX_TOKENS',
    'HISTORY_STRATEGY',
    'TALKJS_SECRET_KEY',
    'TALKJS_API_URL',
  ]) {
    expect(read).toThrow(name);
  }
});

it('leaves a platform out when none of its settings is there', () => {
  expect(readSettings({}, ['talkjs']).talkjs).toBeUndefined();
});

it('takes the secret key for the webhook secret unless others are named', () => {
  const env = { TALKJS_APP_ID: 'app', TALKJS_SECRET_KEY: 'sk', TALKJS_API_URL: 'https://talk.example/' };

  const { talkjs } = readSettings(env, ['talkjs']);
  const rotating = readSettings({ ...env, TALKJS_WEBHOOK_SECRETS: 'new, old,' }, ['talkjs']).talkjs;

  expect(talkjs).toMatchObject({
    webhookSecrets: ['sk'],
    botId: 'claude',
    typing: 'off',
    apiUrl: 'https://talk.example',
  });
  expect(rotating?.webhookSecrets).toEqual(['new', 'old']);
});

it('never shows a value in its error', () => {
  const env = { TALKJS_SECRET_KEY: 'sk_very_secret', TALKJS_TYPING: 'sk_very_secret' };

  expect(() => readSettings(env, ['talkjs'])).toThrow(/^(?!.*sk_very_secret)/);
});

it('leaves Reconify off without its keys, and takes half of them for a mistake', () => {
  const places = { RECORDS_QUEUE_URL: 'http://queue.example/logs', TABLE_NAME: 'table' };

  const off = readSettings({ RECONIFY_VERSION: '3.1.0' }, ['reconify']).reconify;
  const on = readSettings({ ...places, RECONIFY_APP_KEY: 'a', RECONIFY_API_KEY: 'b' }, ['reconify']).reconify;

  expect(off).toBeUndefined();
  expect(on).toMatchObject({ version: '3.0.0', intakeKeys: [], sendUserDetails: false, redactContacts: false });
  expect(() => readSettings({ ...places, RECONIFY_APP_KEY: 'a' }, ['reconify'])).toThrow('RECONIFY_API_KEY');
  expect(() => readSettings({ ...places, RECONIFY_API_KEY: 'b' }, ['reconify'])).toThrow('RECONIFY_APP_KEY');
  expect(() =>
    readSettings({ ...places, RECONIFY_APP_KEY: 'a', RECONIFY_API_KEY: 'b', RECONIFY_SEND_USER_DETAILS: 'maybe' }, [
      'reconify',
    ]),
  ).toThrow('RECONIFY_SEND_USER_DETAILS');
});

it('says where the prompt and the tools live now to whoever still sets them', () => {
  const read = (env: Record<string, string>) => readSettings({ ANTHROPIC_API_KEY: 'k', ...env }, ['claude']);

  expect(() => read({ SYSTEM_PROMPT: 'You are a parrot.' })).toThrow('bots/default/bot.md');
  expect(() => read({ TOOLS: 'calculator' })).toThrow('bots/default/bot.md');
});

const KEY = 'k'.repeat(32);

/** What is said of one setting, with all that the others need. */
function problemOf(setting: Record<string, string>, names: readonly GroupName[]): string | undefined {
  const base = { ANTHROPIC_API_KEY: 'k', TALKJS_APP_ID: 'app', TALKJS_SECRET_KEY: 'sk', CHAT_API_SECRET: KEY };
  try {
    readSettings({ ...base, CHAT_API_WEBHOOK_ID: 'ours', ...setting }, names);
    return undefined;
  } catch (error) {
    if (error instanceof BadSettings) return error.problems.join(' & ');
    throw error;
  }
}

it.each([
  ['https://app.example.com', undefined],
  ['https://app.example.com:8443, http://localhost:5173,capacitor://localhost', undefined],
  ['https://app.example.com/', 'has https://app.example.com/, which must be https://app.example.com without'],
  ['https://app.example.com/chat', 'must be https://app.example.com without'],
  ['HTTPS://App.example.com', 'must be https://app.example.com without'],
  ['https://app.example.com:443', 'must be https://app.example.com without'],
  ['https://münchen.example', 'must be https://xn--mnchen-3ya.example without'],
  ['app.example.com', 'must be origins like https://app.example.com'],
  ['*', 'must be origins like'],
  ['https://*.example.com', 'must be origins like'],
  ['null', 'must be origins like'],
  ['https://[::1]:3000', undefined],
  ['https://app.example.com:99999', 'origins like https://app.example.com'],
  ['https://me:secret@app.example.com', 'ALLOWED_ORIGINS has an entry, which must be'],
])('ALLOWED_ORIGINS=%s: %s', (value, problem) => {
  const said = problemOf({ ALLOWED_ORIGINS: value }, ['chat', 'chatApi']);

  if (problem === undefined) expect(said).toBeUndefined();
  else expect(said).toContain(problem);
});

it.each([
  ['ANTHROPIC_BASE_URL', 'https://gateway.example/anthropic/', undefined],
  ['ANTHROPIC_BASE_URL', 'HTTP://LOCALHOST:4000', undefined],
  ['ANTHROPIC_BASE_URL', 'localhost:4000', 'must be a URL with https:// (or http://) in front'],
  ['ANTHROPIC_BASE_URL', 'api.anthropic.com', 'must be a URL with https://'],
  ['ANTHROPIC_BASE_URL', 'https:api.anthropic.com', 'must be a URL with https://'],
  ['ANTHROPIC_BASE_URL', 'https://', 'must be a URL with https://'],
  ['ANTHROPIC_BASE_URL', 'https://api.anthropic.com/v1/', 'must end before /v1'],
  ['ANTHROPIC_BASE_URL', 'https://api.anthropic.com/v1/messages', 'must end before /v1'],
  ['ANTHROPIC_BASE_URL', 'https://gateway.example/v1/account/anthropic', undefined],
  ['ANTHROPIC_BASE_URL', 'https://gateway.example?key=1', 'must end before ? and #'],
  ['ANTHROPIC_BASE_URL', 'https://api.anthropic.com\u200b', 'holds U+200B, which cannot be seen'],
  ['TALKJS_API_URL', 'https://api.talkjs.com/v1', 'must end before /v1'],
  ['CHAT_API_WEBHOOK_URL', 'https://hooks.example/x?token=1', undefined],
  ['CHAT_API_WEBHOOK_URL', 'hooks.example', 'must be a URL with https://'],
  ['ANTHROPIC_API_KEY', 'sk-ant-\u200babc', 'holds U+200B, which no key has'],
  ['ANTHROPIC_API_KEY', '“sk-ant-abc”', 'holds U+201C, which no key has'],
  ['TALKJS_SECRET_KEY', 'sk_test_ab\u00a0c', 'holds U+00A0, which no key has'],
  ['TALKJS_SECRET_KEY', 'sk_test_ab–c', 'holds U+2013, which no key has'],
  ['TALKJS_WEBHOOK_SECRETS', 'one,tw\u2060o', 'holds U+2060, which no key has'],
  ['TALKJS_BOT_ID', 'cla\u200dude', 'holds U+200D, which cannot be seen'],
  ['TALKJS_BOT_ID', 'größe', undefined],
  ['CLAUDE_MODEL', 'claude-haiku-5-5\ufeff', undefined],
])('%s=%j: %s', (name, value, problem) => {
  const env = { EVENTS_QUEUE_URL: 'http://queue.example/events', [name]: value };

  const said = problemOf(env, ['claude', 'talkjs', 'chatApi']);

  if (problem === undefined) expect(said).toBeUndefined();
  else expect(said).toContain(`${name} ${problem}`);
});

it.each(['CHAT_ACCESS_KEYS', 'CHAT_API_SECRET', 'CHAT_API_ENCRYPTION_KEY', 'OPERATOR_KEYS', 'RECONIFY_INTAKE_KEYS'])(
  '%s is long enough on a deployed stage, and what one likes on a laptop',
  (name) => {
    const reconify = { RECONIFY_APP_KEY: 'a', RECONIFY_API_KEY: 'b', RECORDS_QUEUE_URL: 'http://q', TABLE_NAME: 't' };
    const letters = ['TURNS', 'EVENTS', 'RECORDS'].map((queue) => [`${queue}_DEAD_LETTERS_URL`, 'http://q']);
    const groups = ['chat', 'chatApi', 'reconify', 'operator'] as const;
    const all = { ...reconify, ...Object.fromEntries(letters) };
    const say = (value: string, more = {}) => problemOf({ ...all, ...more, [name]: value }, groups);
    const deployed = { SECRETS_PATH: '/claude-chat/prod' };

    expect(say('short')).toBeUndefined();
    expect(say('short', deployed)).toBe(
      `${name} must have at least 32 characters on a deployed stage: \`openssl rand -hex 32\` makes such a key`,
    );
    expect(say(KEY, deployed)).toBeUndefined();
  },
);

it('keeps the keys of vendors as they are on a deployed stage, too', () => {
  const said = problemOf({ SECRETS_PATH: '/claude-chat/prod', TALKJS_WEBHOOK_SECRETS: 'short' }, ['claude', 'talkjs']);

  expect(said).toBeUndefined();
});

it('tells the name in front of an access key from a key', () => {
  const CHAT_ACCESS_KEYS = `shop=${KEY},${KEY}==,short==,Shop=${KEY}`;

  const { chat } = readSettings({ CHAT_ACCESS_KEYS }, ['chat']);

  expect(chat?.accessKeys).toEqual([
    { key: KEY, name: 'shop' },
    { key: `${KEY}==` },
    { key: 'short==' },
    { key: `Shop=${KEY}` },
  ]);
});

it.each(['CHAT_ACCESS_KEYS', 'OPERATOR_KEYS'])(
  '%s takes no name in front of a key that is too short for one',
  (name) => {
    const queues = ['TURNS', 'EVENTS', 'RECORDS'].map((queue) => [`${queue}_DEAD_LETTERS_URL`, 'http://q']);
    const say = (value: string) => problemOf({ ...Object.fromEntries(queues), [name]: value }, ['chat', 'operator']);

    expect(say(`${KEY},shop=abc`)).toBe(
      `${name} has a name in front of a key of fewer than 16 characters: make the key longer, or leave the name out`,
    );
    expect(say(`shop=${'a'.repeat(16)},abc`)).toBeUndefined();
  },
);

it('counts the key without its name', () => {
  const named = `${'n'.repeat(20)}=${'k'.repeat(20)}`;

  expect(problemOf({ SECRETS_PATH: '/claude-chat/prod', CHAT_ACCESS_KEYS: named }, ['chat'])).toContain('at least 32');
});
