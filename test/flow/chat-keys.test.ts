/** Access keys of /chat, and what belongs to each of them. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type ChatWorld, openChatWorld } from '../harness/chat-world.ts';
import { startFakeSsm } from '../harness/fake-ssm.ts';
import { withinOneMinute } from '../harness/minute.ts';

const bearer = (key: string) => ({ authorization: `Bearer ${key}` });
const [ada, grace, spender] = [bearer('key-of-ada'), bearer('key-of-grace'), bearer('key-of-spender')];

let world: ChatWorld;

beforeAll(async () => {
  world = await openChatWorld({
    CHAT_ACCESS_KEYS: 'key-of-ada, key-of-grace, key-of-spender',
    USER_MESSAGES_PER_MINUTE: '0',
    USER_USD_PER_DAY: '0.02',
  });
});
afterAll(() => world.close());
beforeEach(() => world.claude.reset());

describe('a key', () => {
  it.each([
    ['no', {}],
    ['an unknown', bearer('key-of-nobody')],
    ['an empty', { authorization: 'Bearer ' }],
    ['half a', bearer('key-of-ad')],
    ['a basic', { authorization: `Basic ${btoa('key-of-ada:')}` }],
  ])('is asked for: %s key is 401, for every method', async (_, headers) => {
    const said = await world.say('keys', 'Hello', headers);
    const others = await Promise.all(
      ['GET', 'DELETE'].map(async (method) => (await world.request('keys', { method, headers })).status),
    );

    expect([said.status, said.last.code, ...others]).toEqual([401, 'unauthorized', 401, 401]);
    expect(said.headers.get('www-authenticate')).toBe('Bearer');
    expect(world.claude.requests).toHaveLength(0);
  });

  it('does not see or forget the sessions of another', async () => {
    await world.say('shared-name', 'My name is Ada.', ada);

    const other = await world.say('shared-name', 'What is my name?', grace);
    await world.request('shared-name', { method: 'DELETE', headers: grace });

    expect(other.text).not.toContain('Ada');
    expect(await world.transcript('shared-name', grace)).toEqual([]);
    expect(await world.transcript('shared-name', ada)).toHaveLength(2);
  });

  it('is nowhere in the table', async () => {
    await world.say('secret', 'Hello', { ...ada, 'idempotency-key': 'once' });

    expect(await world.dump()).not.toContain('key-of-ada');
  });
});

describe('a limit', () => {
  it('is of the key, whatever session and user: beyond it messages are refused and leave nothing behind', async () => {
    world.claude.script({ usage: { output_tokens: 200_000 } });
    const key = { ...spender, 'idempotency-key': 'to be sent again' };
    await world.say('dear', 'An expensive question.', spender);

    const over = await world.say('cheap', 'Another one.', key);
    const again = await world.say('cheap', 'Another one.', key);
    const others = await world.say('cheap', 'Another one.', grace);

    for (const { status, last, headers } of [over, again]) {
      expect([status, last.code]).toEqual([429, 'rate_limited']);
      expect(last.error).toMatch(/used up/);
      expect(Number(headers.get('retry-after'))).toBe(last.retryAfter);
      expect(last.retryAfter).toBeGreaterThan(0);
    }
    expect(others.last.done).toBe(true);
    expect(await world.transcript('cheap', spender)).toEqual([]);
    expect(world.claude.requests).toHaveLength(2);
  });

  it('of messages a minute counts those of all sessions', async () => {
    withinOneMinute();
    const counting = await openChatWorld({
      CHAT_ACCESS_KEYS: 'key-of-ada,key-of-grace',
      USER_MESSAGES_PER_MINUTE: '2',
    });

    const statuses: number[] = [];
    for (let i = 0; i < 6; i++) statuses.push((await counting.say(`minute-${i}`, 'Hello', ada)).status);
    const other = await counting.say('minute', 'Hello', grace);

    await counting.close();
    // A minute may end in between.
    expect(statuses.filter((status) => status === 200).length).toBeLessThanOrEqual(4);
    expect(statuses.filter((status) => status === 429).length).toBeGreaterThanOrEqual(2);
    expect(other.status).toBe(200);
  });
});

describe('a deployed stage', () => {
  it('without keys answers 503, and with them asks for one', async () => {
    const ssm = await startFakeSsm({ '/chat-test/anthropic': { ANTHROPIC_API_KEY: 'offline' } });
    const stage = { SECRETS_PATH: '/chat-test', AWS_ENDPOINT_URL_SSM: ssm.url };
    const closed = await openChatWorld(stage);
    const refused = await closed.say('stage', 'Hello', ada);
    const key = 'key-of-ada-that-is-long-enough-here';
    ssm.parameters.set('/chat-test/chat', JSON.stringify({ CHAT_ACCESS_KEYS: `shop=${key}` }));
    const keyed = await openChatWorld(stage);

    const nobody = await keyed.say('stage', 'Hello');
    const said = await keyed.say('stage', 'Hello', { authorization: `Bearer ${key}` });

    await Promise.all([closed.close(), keyed.close(), ssm.close()]);
    expect([refused.status, refused.last.code]).toEqual([503, 'not_configured']);
    expect([nobody.status, said.status]).toEqual([401, 200]);
  });
});
