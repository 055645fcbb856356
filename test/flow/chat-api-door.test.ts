/** Who may come in at all: browsers, settings, and how many new users. */
import { afterEach, describe, expect, it } from 'vitest';
import { openAllowance } from '../../lib/chat-api/allowance.ts';
import { readSettings } from '../../lib/config.ts';
import { openCounters } from '../../lib/store/counters.ts';
import { openDynamo } from '../../lib/store/store.ts';
import { caller, openStream } from '../harness/chat-api-client.ts';
import { type ChatApiWorld, openChatApiWorld } from '../harness/chat-api-world.ts';
import { makeTable } from '../harness/tables.ts';

let world: ChatApiWorld | undefined;

afterEach(async () => {
  await world?.close();
  world = undefined;
});

describe('a browser', () => {
  it('may call from an allowed origin with its credentials, also when it is refused, and open a stream', async () => {
    world = await openChatApiWorld({ settings: { ALLOWED_ORIGINS: 'https://a.test,https://b.test' } });
    const call = caller(world.apiUrl);
    const headers = { origin: 'https://b.test' };
    const { key } = (await call('POST', '/users', { body: {} })).body;
    const { id } = (await call('POST', '/conversations', { key, body: {} })).body.conversation;

    const preflight = await call('OPTIONS', '/messages', {
      headers: { ...headers, 'access-control-request-method': 'POST' },
    });
    const refused = await call('GET', '/users/me', { headers });
    const stream = await openStream(`${world.apiUrl}/conversations/${id}/listen`, key, headers);

    stream.leave();
    expect(preflight.status).toBe(200);
    expect(refused.status).toBe(401);
    for (const answer of [preflight, refused, stream]) {
      expect(answer.headers.get('access-control-allow-origin')).toBe('https://b.test');
      expect(answer.headers.get('access-control-allow-credentials')).toBe('true');
    }
    expect(preflight.headers.get('access-control-allow-headers')).toContain('x-user-key');
    expect(preflight.headers.get('access-control-allow-methods')).toBe('GET, POST, PUT, DELETE');
  });

  it('gets no leave from another origin', async () => {
    world = await openChatApiWorld({ settings: { ALLOWED_ORIGINS: 'https://a.test' } });

    const { headers, status } = await caller(world.apiUrl)('OPTIONS', '/users', {
      headers: { origin: 'https://evil.test' },
    });

    expect(status).toBe(200);
    expect(headers.get('access-control-allow-origin')).toBeNull();
  });
});

describe('a server without its settings', () => {
  it('answers 404 to everything', async () => {
    world = await openChatApiWorld({ settings: { CHAT_API_SECRET: '' } });
    const call = caller(world.apiUrl);

    const answers = [await call('GET', '/hello'), await call('POST', '/users', { body: {} })];

    for (const { status, body } of answers)
      expect({ status, type: body.type }).toEqual({ status: 404, type: 'ResourceNotFound' });
  });

  it('is there on a laptop under the id local, and deployed only with an id and a secret of its own', () => {
    const read = (env: Record<string, string>) => readSettings(env, ['chatApi']).chatApi?.webhookId;

    expect(read({ CHAT_API_SECRET: 's' })).toBe('local');
    const CHAT_API_SECRET = 's'.repeat(32);
    expect(read({ CHAT_API_SECRET, SECRETS_PATH: '/x' })).toBeUndefined();
    expect(read({ CHAT_API_WEBHOOK_ID: 'wh', SECRETS_PATH: '/x' })).toBeUndefined();
    expect(read({ CHAT_API_SECRET, CHAT_API_WEBHOOK_ID: 'wh', SECRETS_PATH: '/x' })).toBe('wh');
  });

  it('says all that is wrong with them at once', () => {
    const env = {
      CHAT_API_SECRET: 's',
      CHAT_API_BOT: 'eliza',
      CHAT_API_USERS_PER_MINUTE: 'many',
      CHAT_API_WEBHOOK_URL: 'nowhere',
    };

    const read = () => readSettings(env, ['chatApi']);

    expect(read).toThrow(/CHAT_API_BOT.*CHAT_API_USERS_PER_MINUTE.*CHAT_API_WEBHOOK_URL.*EVENTS_QUEUE_URL/);
  });
});

describe('new users', () => {
  it('are so many a minute, exactly, however many come at once', async () => {
    let clock = 1_760_000_000_000;
    const counters = openCounters(openDynamo(), await makeTable());
    const { countNewUser } = openAllowance({ counters, messagesPerMinute: 0, usersPerMinute: 10, now: () => clock });
    const come = async () => {
      const results = await Promise.allSettled(Array.from({ length: 40 }, () => countNewUser('127.0.0.1')));
      return results.filter(({ status }) => status === 'fulfilled').length;
    };

    const first = await come();
    clock += 60_000;
    const second = await come();

    expect([first, second]).toEqual([10, 10]);
  });

  it('are told when there were too many', async () => {
    world = await openChatApiWorld({ settings: { CHAT_API_USERS_PER_MINUTE: '1' } });
    const call = caller(world.apiUrl);

    const answers = await Promise.all([1, 2, 3, 4].map(() => call('POST', '/users', { body: {} })));

    const refused = answers.filter(({ status }) => status !== 201);
    expect(refused.length).toBeGreaterThanOrEqual(2); // the minute may end in between
    for (const { status, body } of refused)
      expect({ status, type: body.type }).toEqual({ status: 429, type: 'RateLimited' });
  });
});
