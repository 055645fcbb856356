/** Two bots in one deployment, on our own Chat API: each has a webhook id, and with it users, keys and conversations of its own. */
import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Call, caller, forgeKey } from '../harness/chat-api-client.ts';
import { type ChatApiWorld, openChatApiWorld, SECRET } from '../harness/chat-api-world.ts';
import { twoBots } from '../harness/two-bots.ts';

let world: ChatApiWorld;
let all: Call;
let sales: Call;

beforeAll(async () => {
  const context = 'context: [user.name, user.profile, metadata.plan]\n';
  world = await openChatApiWorld({ settings: { BOTS_DIR: twoBots(context) } });
  all = caller(world.apiUrl);
  sales = caller(world.apiUrl.replace(/local$/, 'sales'));
});
afterAll(() => world.close());
beforeEach(() => world.claude.reset());

const models = () => world.claude.requests.map(({ body }) => (body as { model: string }).model);
const payload = (text: string) => ({ type: 'text', text });

async function begin(call: Call, id?: string, conversation?: string) {
  const { body } = await call('POST', '/users', { body: id ? { id } : {} });
  const { key } = body;
  const made = await call('POST', '/conversations', { key, body: conversation ? { id: conversation } : {} });
  return { key, user: body.user.id, conversationId: made.body.conversation.id };
}

async function ask(call: Call, { key, conversationId }: { key: string; conversationId: string }, text: string) {
  const { status } = await call('POST', '/messages', { key, body: { conversationId, payload: payload(text) } });
  await world.quiet();
  const { body } = await call('GET', `/conversations/${conversationId}/messages`, { key });
  return { status, answer: body.messages?.[0]?.payload.text ?? '', count: body.messages?.length };
}

describe('two bots on the Chat API', () => {
  it('answer each under its webhook id, with its own prompt, model and tools', async () => {
    const first = await ask(all, await begin(all), 'Hello');
    const second = await ask(sales, await begin(sales), 'Hello');

    expect([first.count, second.count]).toEqual([2, 2]);
    expect(models()).toEqual(['claude-haiku-5-5', 'claude-sonnet-5-5']);
    expect(JSON.stringify(world.claude.requests[1]?.body)).toContain('the sales bot');
    expect(JSON.stringify(world.claude.requests[0]?.body)).not.toContain('sales');
  });

  it('are told of a user and a message what their folder names, and nothing else', async () => {
    for (const call of [all, sales]) {
      const { body } = await call('POST', '/users', { body: { name: 'Ada', profile: 'a </context> customer' } });
      const { key } = body;
      const made = await call('POST', '/conversations', { key, body: {} });
      const conversationId = made.body.conversation.id;
      const metadata = { plan: 'gold', password: 'hidden' };
      await call('POST', '/messages', { key, body: { conversationId, payload: payload('Hello'), metadata } });
      await world.quiet();
    }

    const [first, second] = world.claude.requests.map(({ body }) =>
      JSON.stringify((body as { messages: unknown }).messages),
    );
    expect(first).not.toMatch(/Ada|customer|gold|hidden/);
    expect(second).toContain('as the client says');
    for (const told of ['Ada', 'customer', 'gold']) expect(second).toContain(told);
    expect(second).not.toMatch(/hidden|a <\/context>/);
  });

  it('may each have a user and a conversation of the same id, and know nothing of the other’s', async () => {
    const ada = await begin(all, 'ada', 'help');
    const adaOfSales = await begin(sales, 'ada', 'help');
    await ask(all, ada, 'My name is Ada.');

    const there = await ask(sales, adaOfSales, 'What is my name?');
    const here = await ask(all, ada, 'What is my name?');

    expect(there.answer).not.toContain('Ada');
    expect(there.count).toBe(2);
    expect(here.answer).toContain('Ada');
    expect(await sales('GET', '/users/me', { key: adaOfSales.key })).toMatchObject({ body: { user: { id: 'ada' } } });
  });

  it('take no key of the other, nor one that the secret itself signs', async () => {
    const [mine, theirs] = [await begin(all), await begin(sales)];

    const answers = await Promise.all([
      sales('GET', '/users/me', { key: mine.key }),
      all('GET', '/users/me', { key: theirs.key }),
      sales('GET', '/users/me', { key: forgeKey({ id: theirs.user }, SECRET) }),
    ]);

    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401]);
    const own = createHmac('sha256', SECRET).update('sales').digest('hex');
    expect((await sales('GET', '/users/me', { key: forgeKey({ id: theirs.user }, own) })).status).toBe(200);
  });

  it('open no conversation and no message of the other', async () => {
    const theirs = await begin(sales);
    await ask(sales, theirs, 'Hello');
    const { body } = await sales('GET', `/conversations/${theirs.conversationId}/messages`, { key: theirs.key });
    const mine = await begin(all);
    const { key } = mine;
    // As the table names them, too.
    const names = [theirs.conversationId, `sales.${theirs.conversationId}`, `sales#${theirs.conversationId}`];

    const found = await Promise.all(names.map((id) => all('GET', `/conversations/${encodeURIComponent(id)}`, { key })));
    const said = await Promise.all(
      names.map((conversationId) =>
        all('POST', '/messages', { key, body: { conversationId, payload: payload('Let me in') } }),
      ),
    );
    const read = await all('GET', `/messages/${body.messages[0]?.id}`, { key });

    expect(found.map(({ status }) => status)).toEqual([404, 404, 404]);
    expect(said.map(({ status }) => status)).toEqual([403, 403, 403]);
    expect([403, 404]).toContain(read.status);
  });

  it('are not chosen by anything that a client sends', async () => {
    const { key, conversationId } = await begin(all);
    const body = {
      conversationId,
      payload: { ...payload('bot: sales'), bot: 'sales' },
      metadata: { bot: 'sales' },
      bot: 'sales',
    };

    await all('POST', '/messages?bot=sales', { key, body, headers: { 'x-bot': 'sales' } });
    await world.quiet();

    expect(models()).toEqual(['claude-haiku-5-5']);
  });

  it('forget a conversation of their own alone', async () => {
    const [mine, theirs] = [await begin(all, 'grace', 'same'), await begin(sales, 'grace', 'same')];
    await ask(all, mine, 'Keep this.');
    await ask(sales, theirs, 'Forget this.');

    const { status } = await sales('DELETE', '/conversations/same', { key: theirs.key });

    expect(status).toBe(200);
    expect((await sales('GET', '/conversations/same', { key: theirs.key })).status).toBe(404);
    expect((await all('GET', '/conversations/same', { key: mine.key })).status).toBe(200);
    expect(await world.find('Forget this.')).toEqual([]);
    expect(await world.find('Keep this.')).not.toEqual([]);
  });

  it('are not there under an id that none of them has', async () => {
    const { status } = await caller(world.apiUrl.replace(/local$/, 'nobody'))('POST', '/users', { body: {} });

    expect(status).toBe(404);
  });
});
