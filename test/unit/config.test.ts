import { expect, it } from 'vitest';
import { readSettings } from '../../lib/config.ts';

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
  const places = { LOGS_QUEUE_URL: 'http://queue.example/logs', TABLE_NAME: 'table' };

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

it('takes the system prompt out of a file when the setting names one', () => {
  const read = (value: string) =>
    readSettings({ ANTHROPIC_API_KEY: 'k', SYSTEM_PROMPT: value }, ['claude']).claude.systemPrompt;

  expect(read('You are a parrot.')).toBe('You are a parrot.');
  expect(read('file:LICENSE')).toContain('Apache License');
  expect(() => read('file:no-such-file')).toThrow('SYSTEM_PROMPT names a file that cannot be read');
});
