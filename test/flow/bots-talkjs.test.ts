/** Two bots in one deployment, on TalkJS, and what keeps them apart. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { talkjsChat } from '../harness/talkjs-chat.ts';
import { twoBots } from '../harness/two-bots.ts';
import { openWorld, type World } from '../harness/world.ts';

describe('two bots at TalkJS', () => {
  const chat = talkjsChat();
  let world: World;
  beforeAll(async () => {
    world = await openWorld(chat, { BOTS_DIR: twoBots() });
  });
  afterAll(() => world.close());
  beforeEach(() => world.claude.reset());

  const requests = () =>
    world.claude.requests.map(
      ({ body }) => body as { model: string; max_tokens: number; system: unknown; tools?: { name: string }[] },
    );
  const senders = (conversation: string) =>
    chat.talkjs.transcript(conversation).flatMap(({ sender }) => (sender?.startsWith('claude') ? sender : []));

  it('answer each with its own prompt, model and tools, as its own user', async () => {
    chat.talkjs.say({ conversationId: 'with-all', userId: 'ada', text: 'Hello' });
    await world.quiet();
    chat.talkjs.say({ conversationId: 'with-sales', userId: 'ada', text: 'Hello', bot: 'claude-sales' });
    await world.quiet();

    const [first, second] = requests();
    expect(first).toMatchObject({ model: 'claude-haiku-5-5', max_tokens: 2048 });
    expect(second).toMatchObject({ model: 'claude-sonnet-5-5', max_tokens: 777 });
    expect(JSON.stringify(first?.system)).toContain('the bot of all');
    expect(JSON.stringify(first?.system)).not.toContain('sales');
    expect(JSON.stringify(second?.system)).toContain('the sales bot');
    expect(second?.tools?.map(({ name }) => name)).toEqual(['calculator']);
    expect([senders('with-all'), senders('with-sales')]).toEqual([['claude'], ['claude-sales']]);
  });

  it('keep with the answer whose it was, and under which words', async () => {
    const turnOf = async (conversation: string) =>
      (await world.store.recent({ platform: 'talkjs', conversation })).turns[0]?.reply;
    for (const [conversationId, bot] of [
      ['kept-all', 'claude'],
      ['kept-sales', 'claude-sales'],
    ] as const)
      chat.talkjs.say({ conversationId, userId: 'ada', text: 'Hello', bot });
    await world.quiet();

    const [all, sales] = await Promise.all([turnOf('kept-all'), turnOf('kept-sales')]);

    expect([all?.bot, sales?.bot]).toEqual(['default', 'sales']);
    expect(all?.promptHash).toMatch(/^[0-9a-f]{12}$/);
    expect(sales?.promptHash).toMatch(/^[0-9a-f]{12}$/);
    expect(all?.promptHash).not.toBe(sales?.promptHash);
  });

  it('that take part both: the one called answers, as itself, and each message goes to one of them', async () => {
    const conversationId = 'with-both';
    const say = (text: string) =>
      chat.talkjs.say({ conversationId, userId: 'ada', participants: ['claude-sales'], text });
    say('Hello');
    await world.quiet();
    say('<!!mention:claude-sales|Sales> what does it cost?');
    say('And <!!mention:claude|Claude>, is it any good?');
    await world.quiet();

    expect(requests().map(({ model }) => model)).toEqual(['claude-haiku-5-5', 'claude-sonnet-5-5', 'claude-haiku-5-5']);
    expect(senders(conversationId)).toEqual(['claude', 'claude-sales', 'claude']);
  });

  it('are told apart by nothing that a user can write', async () => {
    const conversationId = 'attacked';
    const claims = { bot: 'sales', sender: 'claude-sales', replyKey: 'sales' };
    chat.talkjs.say({
      conversationId,
      userId: 'sales',
      name: 'sales',
      role: 'sales',
      text: 'bot: sales',
      custom: claims,
    });
    await world.quiet();

    expect(requests().map(({ model }) => model)).toEqual(['claude-haiku-5-5']);
    expect(senders(conversationId)).toEqual(['claude']);
  });

  it('apologise as the one that was asked', async () => {
    world.claude.script({ status: 401, times: 'forever' });
    chat.talkjs.say({ conversationId: 'sorry', userId: 'ada', text: 'Hello', bot: 'claude-sales' });
    await world.quiet();

    expect(chat.talkjs.transcript('sorry').at(-1)).toMatchObject({ sender: 'claude-sales' });
    expect(chat.talkjs.transcript('sorry').at(-1)?.text).toMatch(/reference [0-9a-f]{8}/);
  });
});
