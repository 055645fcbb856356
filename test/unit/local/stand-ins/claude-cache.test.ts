import type { MessageParam } from '@anthropic-ai/sdk/resources/messages/messages';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { failureOf, model, open } from '../../../harness/stand-in-claude-client.ts';

const minute = 60_000;
let now = 0;
let here: Awaited<ReturnType<typeof open>>;
beforeAll(async () => {
  here = await open({ now: () => now });
});
beforeEach(() => here.claude.reset());
afterAll(() => here.close());

const ephemeral = { cache_control: { type: 'ephemeral' as const } };
// 2000 characters are 800 tokens: enough to be cached.
const long = 'a'.repeat(2000);
const user = (content: string): MessageParam => ({ role: 'user', content });
const bot = (content: string): MessageParam => ({ role: 'assistant', content });
const usageOf = async (messages: MessageParam[], more: object = ephemeral, headers: object = {}) => {
  const params = { model, max_tokens: 100, messages, ...more };
  const { usage } = await here.client.messages.create({ ...params, stream: false }, { headers: { ...headers } });
  return {
    fresh: usage.input_tokens,
    written: usage.cache_creation_input_tokens,
    read: usage.cache_read_input_tokens,
  };
};

describe('the prompt cache of the offline Claude', () => {
  it('writes a prefix once and reads it afterwards', async () => {
    const first = await usageOf([user(long)]);
    const again = await usageOf([user(long)]);
    const longer = await usageOf([user(long), bot('ok'), user('more')]);

    expect(first).toEqual({ fresh: 0, written: 810, read: 0 });
    expect(again).toEqual({ fresh: 0, written: 0, read: 810 });
    expect(longer).toEqual({ fresh: 0, written: 23, read: 810 });
  });

  it('counts the same whether it caches or not', async () => {
    const plain = await usageOf([user(long)], {});
    const { input_tokens: counted } = await here.client.messages.countTokens({ model, messages: [user(long)] });

    expect(plain).toEqual({ fresh: 810, written: 0, read: 0 });
    expect(counted).toBe(810);
  });

  it('skips what is shorter than the minimum of the model', async () => {
    const short = await usageOf([user('Hello')]);
    const notForOlder = await usageOf([user(long)], { ...ephemeral, model: 'claude-haiku-4-5' });

    expect(short).toEqual({ fresh: 12, written: 0, read: 0 });
    expect(notForOlder).toEqual({ fresh: 810, written: 0, read: 0 });
  });

  it('forgets after five minutes without use', async () => {
    await usageOf([user(long)]);
    now += 4 * minute;
    const refreshed = await usageOf([user(long)]);
    now += 4 * minute;
    const stillThere = await usageOf([user(long)]);
    now += 5 * minute;
    const gone = await usageOf([user(long)]);

    expect(refreshed.read).toBe(810);
    expect(stillThere.read).toBe(810);
    expect(gone).toMatchObject({ read: 0, written: 810 });
  });

  it('keeps for an hour what is paid for an hour', async () => {
    const hour = { cache_control: { type: 'ephemeral', ttl: '1h' } };
    await usageOf([user(long)], hour);
    now += 59 * minute;

    const { read } = await usageOf([user(long)], hour);

    expect(read).toBe(810);
  });

  it('is lost behind anything that changed: tools, system, an earlier message', async () => {
    const tools = [{ name: 'x', input_schema: { type: 'object' } }];
    const turns = [user(long), bot('ok'), user(long)];
    await usageOf(turns, { ...ephemeral, system: 'Be kind.' });

    const same = await usageOf(turns, { ...ephemeral, system: 'Be kind.' });
    const otherTools = await usageOf(turns, { ...ephemeral, system: 'Be kind.', tools });
    const otherSystem = await usageOf(turns, { ...ephemeral, system: 'Be kind. It is noon.' });
    const edited = await usageOf([user(`b${long}`), ...turns.slice(1)], { ...ephemeral, system: 'Be kind.' });

    expect(same.read).toBeGreaterThan(1600);
    for (const { read } of [otherTools, otherSystem, edited]) expect(read).toBe(0);
  });

  it('is lost for messages when the effort changes, not for the system prompt', async () => {
    const system = [{ type: 'text', text: long, ...ephemeral }];
    const params = { ...ephemeral, system };
    await usageOf([user(long)], params);

    const { read } = await usageOf([user(long)], { ...params, output_config: { effort: 'high' } });

    expect(read).toBe(800);
  });

  it('belongs to one model and one account', async () => {
    await usageOf([user(long)]);

    const otherModel = await usageOf([user(long)], { ...ephemeral, model: 'claude-sonnet-5-5' });
    const otherAccount = await usageOf([user(long)], ephemeral, { authorization: 'Bearer sk-other' });

    expect(otherModel.read).toBe(0);
    expect(otherAccount.read).toBe(0);
  });

  it('looks back twenty blocks and no further', async () => {
    const chat = (turns: number) => Array.from({ length: turns }, (_, index) => [user(`${index}`), bot('ok')]).flat();
    await usageOf([user(long)]);

    const near = await usageOf([user(long), bot('ok'), ...chat(8), user('now')]);
    here.claude.reset();
    await usageOf([user(long)]);
    const far = await usageOf([user(long), bot('ok'), ...chat(10), user('now')]);

    expect(near.read).toBe(810);
    expect(far.read).toBe(0);
  });

  it('counts the automatic breakpoint once when the last block has one of its own', async () => {
    const last = { type: 'text' as const, text: 'x', ...ephemeral };
    const four: MessageParam = { role: 'user', content: [last, last, last, last] };

    const usage = await usageOf([four]);
    const tooMany = await failureOf(usageOf([four, user('y')]));

    expect(usage.read).toBe(0);
    expect(tooMany).toMatchObject({ status: 400 });
  });

  it('grows with a conversation of thirty turns', async () => {
    const messages: MessageParam[] = [];
    const total = { read: 0, all: 0 };
    for (let turn = 0; turn < 30; turn += 1) {
      messages.push(user(`Turn ${turn}. ${'word '.repeat(40)}`));
      const { fresh, written, read } = await usageOf(messages);
      total.read += read ?? 0;
      total.all += fresh + (written ?? 0) + (read ?? 0);
      messages.push(bot('Understood.'));
    }

    expect(total.read / total.all).toBeGreaterThan(0.85);
  });
});
