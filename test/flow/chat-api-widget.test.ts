/** What the official webchat widget asks of the Chat API beside the contract: changes of a message, keys for users, files, its own `bloc`. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Call, caller, forgeKey } from '../harness/chat-api-client.ts';
import { type ChatApiWorld, openChatApiWorld, SECRET } from '../harness/chat-api-world.ts';

let world: ChatApiWorld;
let call: Call;

beforeAll(async () => {
  world = await openChatApiWorld({ settings: { ALLOWED_ORIGINS: 'https://shop.test' }, isAnswering: false });
  call = caller(world.apiUrl);
});

afterAll(() => world.close());

async function newUser() {
  const { body } = await call('POST', '/users', { body: {} });
  return { id: body.user.id, key: body.key };
}

async function newConversation(key: string) {
  return (await call('POST', '/conversations', { key, body: {} })).body.conversation.id;
}

const say = (key: string, conversationId: string, payload: object) =>
  call('POST', '/messages', { key, body: { conversationId, payload } });

describe('a page of an allowed origin', () => {
  it('may send the header `timeout`, which the widget’s stream has', async () => {
    const { headers } = await call('OPTIONS', '/initialize', {
      headers: { origin: 'https://shop.test', 'access-control-request-headers': 'timeout' },
    });

    expect(headers.get('access-control-allow-headers')?.split(', ')).toContain('timeout');
  });
});

describe('a changed message', () => {
  it('is listed as it is now, and remembered as it is now', async () => {
    const { key } = await newUser();
    const id = await newConversation(key);
    const { body } = await say(key, id, { type: 'text', text: 'I am in Vienna.' });
    await world.answer();

    const changed = await call('PUT', `/messages/${body.message.id}`, {
      key,
      body: { payload: { type: 'text', text: 'I am in Graz.' }, metadata: { seen: true } },
    });
    await world.answer();
    await say(key, id, { type: 'text', text: 'What did I tell you first?' });
    await world.answer();

    const { messages } = (await call('GET', `/conversations/${id}/messages`, { key })).body;
    expect(changed).toMatchObject({ status: 200, body: { message: { payload: { text: 'I am in Graz.' } } } });
    expect(messages).toHaveLength(4);
    expect(messages[3]).toEqual(changed.body.message);
    expect(messages[0]?.payload.text).toContain('Graz');
    expect(messages[0]?.payload.text).not.toContain('Vienna');
  });

  it('keeps what is not given, and asks for no answer where the words stay', async () => {
    const { key } = await newUser();
    const id = await newConversation(key);
    const { message } = (await say(key, id, { type: 'text', text: 'hello' })).body;
    await world.answer();

    const changed = await call('PUT', `/messages/${message.id}`, { key, body: { metadata: { seen: true } } });
    const same = await call('PUT', `/messages/${message.id}`, { key, body: {} });
    await world.answer();

    expect(changed.body.message).toEqual({ ...message, metadata: { seen: true } });
    expect(same.body.message).toEqual(changed.body.message);
    expect((await call('GET', `/conversations/${id}/messages`, { key })).body.messages).toHaveLength(2);
  });

  it('is its author’s, and nobody else’s', async () => {
    const [ada, bob, eve] = [await newUser(), await newUser(), await newUser()];
    const id = await newConversation(ada.key);
    await call('POST', `/conversations/${id}/participants`, { key: ada.key, body: { userId: bob.id } });
    const { message } = (await say(ada.key, id, { type: 'text', text: 'mine' })).body;
    const change = (key: string, of = message.id) =>
      call('PUT', `/messages/${of}`, { key, body: { payload: { type: 'text', text: 'yours' } } });

    const refused = [await change(bob.key), await change(eve.key), await change(ada.key, 'msg_1')];

    expect(refused.map(({ body }) => body.type)).toEqual(['Forbidden', 'Forbidden', 'ResourceNotFound']);
    expect((await call('GET', `/messages/${message.id}`, { key: ada.key })).body.message).toEqual(message);
  });
});

describe('a bloc', () => {
  it('is taken as the widget nests it, and kept as the contract has it', async () => {
    const { key } = await newUser();
    const id = await newConversation(key);
    const link = 'https://files.example/a.png';
    const items = [
      { type: 'text', payload: { text: 'look' } },
      { type: 'image', payload: { imageUrl: link } },
      { type: 'text', text: 'flat', payload: { of: 'its own' } },
    ];

    const { body } = await say(key, id, { type: 'bloc', items });

    expect(body.message).toMatchObject({
      payload: {
        type: 'bloc',
        items: [
          { type: 'text', text: 'look' },
          { type: 'image', imageUrl: link },
          { type: 'text', text: 'flat', payload: { of: 'its own' } },
        ],
      },
    });
  });

  it('is refused where an item is of neither form', async () => {
    const { key } = await newUser();
    const id = await newConversation(key);
    const wrong = [
      { type: 'text', payload: {} },
      { type: 'image', payload: { imageUrl: 'x'.repeat(5_000) } },
      { type: 'bloc', payload: { items: [] } },
      { type: 'text' },
    ];

    const answers = await Promise.all(wrong.map((item) => say(key, id, { type: 'bloc', items: [item] })));

    expect(answers.map(({ status, body }) => [status, body.type])).toEqual(wrong.map(() => [400, 'InvalidPayload']));
  });
});

describe('a key for a user', () => {
  const ask = (secret: string | undefined, body: object) =>
    call('POST', '/users/key', { body, headers: secret === undefined ? {} : { 'x-admin-secret': secret } });

  it('is given to who holds the secret, and ends when it should', async () => {
    const lasting = await ask(SECRET, { id: 'ada' });
    const over = await ask(SECRET, { id: 'ada', expiresAt: Date.now() - 60_000 });

    const created = await call('POST', '/users/get-or-create', { key: lasting.body.key, body: {} });
    const late = await call('GET', '/users/me', { key: over.body.key });

    expect([lasting.status, created.status, late.status]).toEqual([201, 201, 401]);
    expect(created.body.user.id).toBe('ada');
  });

  it('is given to nobody else, nor in the bot’s name', async () => {
    const { key } = await newUser();
    const answers = [
      await ask(undefined, { id: 'ada' }),
      await ask('a guess', { id: 'ada' }),
      await ask(forgeKey({ id: 'ada' }, SECRET), { id: 'ada' }),
      await call('POST', '/users/key', { key, body: { id: 'ada' } }),
      await ask(SECRET, { id: 'bot:claude' }),
      await ask(SECRET, { id: 'ada', expiresAt: 'soon' }),
      await ask(SECRET, { id: 'ada', expiresAt: 1e300 }),
    ];

    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 401, 400, 400, 400]);
    for (const { body } of answers) expect(body.key).toBeUndefined();
  });
});

describe('a file', () => {
  it('is refused in JSON, so that the widget neither breaks nor begins anew', async () => {
    const { key } = await newUser();

    const { status, body } = await call('POST', '/files', { key, body: { size: 3, key: 'a.png', index: false } });

    expect({ status, type: body.type }).toEqual({ status: 400, type: 'InvalidPayload' });
  });
});
