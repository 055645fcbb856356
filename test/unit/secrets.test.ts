import { createHmac } from 'node:crypto';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { readSettings } from '../../lib/config.ts';
import { openSecrets } from '../../lib/secrets.ts';
import { type FakeSsm, startFakeSsm } from '../harness/fake-ssm.ts';

const PATH = '/claude-chat/test';
const MINUTE = 60_000;

let ssm: FakeSsm;
let clock: number;

beforeEach(async () => {
  ssm = await startFakeSsm({
    [`${PATH}/talkjs`]: { TALKJS_SECRET_KEY: 'first' },
    [`${PATH}/anthropic`]: { ANTHROPIC_API_KEY: 'key' },
  });
  process.env.AWS_ENDPOINT_URL_SSM = ssm.url;
  clock = 0;
});

afterEach(async () => {
  delete process.env.AWS_ENDPOINT_URL_SSM;
  await ssm.close();
});

const open = (names: string[], env = {}) =>
  openSecrets({ ...process.env, SECRETS_PATH: PATH, ...env }, names, () => clock);

describe('the secrets of a deployed function', () => {
  it('are read once, all together, and lie over its environment', async () => {
    const secrets = open(['talkjs', 'anthropic'], { TALKJS_APP_ID: 'app', TALKJS_SECRET_KEY: 'of the environment' });

    const [env] = await Promise.all([secrets(), secrets(), secrets()]);
    clock = 5 * MINUTE - 1;
    await secrets();

    expect(env).toMatchObject({ TALKJS_APP_ID: 'app', TALKJS_SECRET_KEY: 'first', ANTHROPIC_API_KEY: 'key' });
    expect(ssm.calls).toEqual([
      {
        operation: 'GetParameters',
        input: { Names: [`${PATH}/talkjs`, `${PATH}/anthropic`], WithDecryption: true },
      },
    ]);
  });

  it('of bots are each bot’s own', async () => {
    ssm.parameters.set(`${PATH}/bots`, '{"sales":{"CRM_KEY":"of sales"},"help":{"CRM_KEY":"of help"}}');

    const { botSecrets } = readSettings(await open(['bots'], { CRM_KEY: 'of nobody' })(), ['botSecrets']);

    expect(botSecrets('sales', ['CRM_KEY'])).toEqual({ CRM_KEY: 'of sales' });
    expect(botSecrets('help', ['CRM_KEY', 'OTHER_KEY'])).toEqual({ CRM_KEY: 'of help' });
    expect(botSecrets('default', ['CRM_KEY'])).toEqual({});
  });

  it('are the new ones at most five minutes after a rotation', async () => {
    const secrets = open(['talkjs']);
    await secrets();
    ssm.parameters.set(`${PATH}/talkjs`, '{"TALKJS_SECRET_KEY":"second"}');

    clock = 5 * MINUTE;
    const env = await secrets();

    expect(env).toMatchObject({ TALKJS_SECRET_KEY: 'second' });
  });

  it.each(['down', 'denied', 'silent'] as const)(
    'stay in use while SSM is %s, which is asked twice a minute',
    async (mood) => {
      const secrets = open(['talkjs']);
      await secrets();
      ssm.mood = mood;

      clock = 5 * MINUTE;
      const stale = await secrets();
      const asked = ssm.calls.length;
      clock += MINUTE / 2 - 1;
      await secrets();
      const askedSoonAfter = ssm.calls.length;
      ssm.parameters.set(`${PATH}/talkjs`, '{"TALKJS_SECRET_KEY":"second"}');
      ssm.mood = 'well';
      clock += 1;
      const fresh = await secrets();

      expect(stale).toMatchObject({ TALKJS_SECRET_KEY: 'first' });
      expect(askedSoonAfter).toBe(asked);
      expect(fresh).toMatchObject({ TALKJS_SECRET_KEY: 'second' });
    },
  );

  it.each(['down', 'denied', 'silent'] as const)(
    'are not made up when SSM is %s at the start, and read when it is back',
    async (mood) => {
      ssm.mood = mood;
      const secrets = open(['talkjs']);

      await expect(secrets()).rejects.toThrow();
      ssm.mood = 'well';
      const env = await secrets();

      expect(env).toMatchObject({ TALKJS_SECRET_KEY: 'first' });
    },
  );

  it('that are no JSON object stop the function, without a word of what they are', async () => {
    const secrets = open(['talkjs']);
    await secrets();
    ssm.parameters.set(`${PATH}/talkjs`, '{"TALKJS_SECRET_KEY": hunter2}');

    clock = 5 * MINUTE;
    const failure = await secrets().catch((error: Error) => error.message);

    expect(failure).toBe(`Wrong settings: the parameter ${PATH}/talkjs must hold a JSON object.`);
  });

  it('are gone when they were taken away', async () => {
    const secrets = open(['talkjs']);
    await secrets();
    ssm.parameters.delete(`${PATH}/talkjs`);

    clock = 5 * MINUTE;
    const env = await secrets();

    expect(env).not.toHaveProperty('TALKJS_SECRET_KEY');
  });
});

describe('a door of a deployed stage', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['Date'] });
    Object.assign(process.env, {
      SECRETS_PATH: PATH,
      TALKJS_APP_ID: 'app',
      TURNS_QUEUE_URL: 'http://127.0.0.1:9/turns.fifo',
    });
  });

  afterEach(() => {
    vi.useRealTimers();
    for (const name of ['SECRETS_PATH', 'TALKJS_APP_ID', 'TURNS_QUEUE_URL']) delete process.env[name];
  });

  it('takes webhooks signed with the old and the new secret while one is rotated, and only the new one after that', async () => {
    const call = await openDoor();
    const before = [await call('first'), await call('second')];
    ssm.parameters.set(`${PATH}/talkjs`, '{"TALKJS_SECRET_KEY":"k","TALKJS_WEBHOOK_SECRETS":"second,first"}');
    vi.setSystemTime(Date.now() + 5 * MINUTE);
    const during = [await call('first'), await call('second')];
    ssm.parameters.set(`${PATH}/talkjs`, '{"TALKJS_SECRET_KEY":"k","TALKJS_WEBHOOK_SECRETS":"second"}');
    vi.setSystemTime(Date.now() + 5 * MINUTE);

    const after = [await call('first'), await call('second')];

    expect([before, during, after]).toEqual([
      [200, 401],
      [200, 200],
      [401, 200],
    ]);
  });

  it('answers 503 while its secrets cannot be read, and works as soon as they can', async () => {
    ssm.mood = 'down';
    const call = await openDoor();

    const closed = await call('first');
    ssm.mood = 'well';
    const open = await call('first');

    expect([closed, open]).toEqual([503, 200]);
  });

  it('answers 503 when a secret is missing', async () => {
    ssm.parameters.set(`${PATH}/talkjs`, '{"TALKJS_WEBHOOK_SECRETS":"first"}');
    const call = await openDoor();

    const status = await call('first');

    expect(status).toBe(503);
  });
});

/** Gives the status of an event that wants no queue, signed with a secret. */
async function openDoor(): Promise<(secret: string) => Promise<number | undefined>> {
  vi.resetModules();
  const { handler } = await import('../../functions/talkjs.ts');
  return async (secret) => {
    const body = JSON.stringify({ createdAt: Date.now(), data: {}, id: 'evt', type: 'user.created', appId: 'app' });
    const timestamp = String(Date.now());
    const signature = createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex').toUpperCase();
    const headers = { 'x-talkjs-signature': signature, 'x-talkjs-timestamp': timestamp };
    const requestContext = { http: { method: 'POST' } };
    const event = { requestContext, headers, body, isBase64Encoded: false } as unknown as APIGatewayProxyEventV2;
    return (await handler(event)).statusCode;
  };
}
