import { describe, expect, it } from 'vitest';
import { readSettings } from '../../../../lib/config.ts';
import { signUserKey } from '../../../../lib/platforms/botpress/keys.ts';

const whole = {
  BOTPRESS_WEBHOOK_SECRET: 'secret',
  BOTPRESS_API_URL: 'https://chat.botpress.cloud/3f1c-wh/',
  BOTPRESS_ENCRYPTION_KEY: 'key',
};
const read = (env: Record<string, string>) => readSettings(env, ['botpress']).botpress;
const userKey = await signUserKey('user_01', 'somebody else’s key', Date.now());

describe('the settings of Botpress', () => {
  it('are off where none is set', () => {
    const settings = read({});

    expect(settings).toBeUndefined();
  });

  it('speak as claude, with keys signed by the encryption key', () => {
    const settings = read(whole);

    expect(settings).toEqual({
      webhookSecret: 'secret',
      apiUrl: 'https://chat.botpress.cloud/3f1c-wh',
      botUserId: 'claude',
      credential: { encryptionKey: 'key' },
    });
  });

  it('take the user from a ready key, so that its own messages are known', () => {
    const settings = read({ ...whole, BOTPRESS_ENCRYPTION_KEY: '', BOTPRESS_USER_KEY: userKey });

    expect(settings).toMatchObject({ botUserId: 'user_01', credential: { userKey } });
  });

  it.each([
    ['the secret is missing', { ...whole, BOTPRESS_WEBHOOK_SECRET: '' }, /BOTPRESS_WEBHOOK_SECRET is missing/],
    ['the URL is missing', { ...whole, BOTPRESS_API_URL: '' }, /BOTPRESS_API_URL is missing/],
    [
      'the URL lacks the webhook id',
      { ...whole, BOTPRESS_API_URL: 'https://chat.botpress.cloud/' },
      /must end with the webhook id/,
    ],
    ['both keys are missing', { ...whole, BOTPRESS_ENCRYPTION_KEY: '' }, /BOTPRESS_ENCRYPTION_KEY.*is missing/],
    ['both keys are set', { ...whole, BOTPRESS_USER_KEY: userKey }, /not both/],
    [
      'the user key is no JWT',
      { ...whole, BOTPRESS_ENCRYPTION_KEY: '', BOTPRESS_USER_KEY: 'nonsense' },
      /JWT with an id/,
    ],
    [
      'key and name are two users',
      { ...whole, BOTPRESS_ENCRYPTION_KEY: '', BOTPRESS_USER_KEY: userKey, BOTPRESS_BOT_USER_ID: 'claude' },
      /must be the id in BOTPRESS_USER_KEY/,
    ],
    [
      'the name is none Botpress takes',
      { ...whole, BOTPRESS_BOT_USER_ID: 'Claude AI' },
      /BOTPRESS_BOT_USER_ID must be/,
    ],
  ])('are refused where %s', (_, env, reason) => {
    const act = () => read(env);

    expect(act).toThrow(reason);
  });
});
