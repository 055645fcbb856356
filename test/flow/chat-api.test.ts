/** The Chat API server's operations, through the exported handler. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Call, caller, forgeKey } from '../harness/chat-api-client.ts';
import { type ChatApiWorld, openChatApiWorld, SECRET } from '../harness/chat-api-world.ts';

let world: ChatApiWorld;
let call: Call;
let names = 0;

beforeAll(async () => {
  world = await openChatApiWorld({ settings: { CHAT_API_BOT: 'echo' } });
  call = caller(world.apiUrl);
});

afterAll(() => world.close());

function newName(kind: string): string {
  return `${kind}-${++names}`;
}

async function newUser(fields: object = {}) {
  const { body } = await call('POST', '/users', { body: fields });
  return { id: body.user.id, key: body.key };
}

async function newConversation(key: string, id?: string) {
  const { body } = await call('POST', '/conversations', { key, body: id ? { id } : {} });
  return body.conversation.id;
}

async function say(key: string, conversationId: string, text: string, more: object = {}) {
  const { body } = await call('POST', '/messages', {
    key,
    body: { conversationId, payload: { type: 'text', text }, ...more },
  });
  return body.message;
}

describe('users', () => {
  it('are created with the fields that are given, and found by their key', async () => {
    const created = await call('POST', '/users', { body: { name: 'Ada', profile: '{"a":1}' } });

    const found = await call('GET', '/users/me', { key: created.body.key });

    expect(created.status).toBe(201);
    expect(found.body.user).toEqual(created.body.user);
    expect(found.body.user).toEqual({
      id: expect.stringMatching(/^user_[0-9A-Z]{26}$/),
      name: 'Ada',
      profile: '{"a":1}',
      createdAt: expect.stringMatching(/Z$/),
      updatedAt: expect.stringMatching(/Z$/),
    });
  });

  it('keep what an update does not name, and take an empty text as one', async () => {
    const { key } = await newUser({ name: 'Ada', pictureUrl: 'https://example.test/a.png' });

    await call('PUT', '/users/me', { key, body: { name: '' } });
    await call('POST', '/users/get-or-create', { key, body: { profile: 'p' } });

    const { body } = await call('GET', '/users/me', { key });
    expect(body.user).toMatchObject({ name: '', pictureUrl: 'https://example.test/a.png', profile: 'p' });
  });

  it('leave every conversation when they are deleted, and their id and keys are dead for good', async () => {
    const [owner, guest] = [await newUser(), await newUser({ id: newName('guest') })];
    const id = await newConversation(owner.key);
    await call('POST', `/conversations/${id}/participants`, { key: owner.key, body: { userId: guest.id } });

    const deleted = await call('DELETE', '/users/me', { key: guest.key, body: {} });

    const list = await call('GET', `/conversations/${id}/participants`, { key: owner.key });
    expect(deleted.body).toEqual({});
    expect(list.body.participants).toHaveLength(1);
    expect(await call('GET', '/users/me', { key: guest.key })).toMatchObject({
      status: 404,
      body: { type: 'ResourceNotFound' },
    });
    expect(await call('GET', `/conversations/${id}`, { key: guest.key })).toMatchObject({ status: 401 });
    expect(await call('POST', '/conversations', { key: guest.key, body: {} })).toMatchObject({ status: 401 });
    expect(await call('POST', '/users/get-or-create', { key: guest.key, body: {} })).toMatchObject({ status: 401 });
    expect(await call('POST', '/users', { body: { id: guest.id } })).toMatchObject({
      status: 409,
      body: { type: 'AlreadyExists' },
    });
    expect(await call('GET', '/users/me', { key: forgeKey({ id: guest.id }, SECRET) })).toMatchObject({ status: 404 });
  });
});

describe('conversations', () => {
  it('are listed to whoever takes part, the newest first, page by page', async () => {
    const [ada, bob] = [await newUser(), await newUser()];
    const ids: string[] = [];
    for (let i = 0; i < 23; i++) ids.push(await newConversation(ada.key));
    const added = await newConversation(bob.key);
    await call('POST', `/conversations/${added}/participants`, { key: bob.key, body: { userId: ada.id } });

    const first = await call('GET', '/conversations', { key: ada.key });
    const { nextToken } = first.body.meta;
    const second = await call('GET', `/conversations?nextToken=${encodeURIComponent(nextToken ?? '')}`, {
      key: ada.key,
    });

    const listed = [first, second].flatMap(({ body }) => body.conversations.map(({ id }) => id));
    expect(listed).toEqual([added, ...ids.reverse()]);
    expect(second.body.meta).toEqual({});
  });

  it('take an id with a slash in it, encoded or raw', async () => {
    const { key } = await newUser();
    const id = await newConversation(key, `org/7/${newName('support')}`);

    const encoded = await call('GET', `/conversations/${encodeURIComponent(id)}`, { key });
    const raw = await call('GET', `/conversations/${id}/messages`, { key });
    const doubled = await call('GET', `//conversations/${encodeURIComponent(id)}//messages/`, { key });

    expect([encoded.status, raw.status, doubled.status]).toEqual([200, 200, 200]);
    expect(encoded.body.conversation).toMatchObject({ id });
  });

  it('begin anew under the same id after a deletion, and show nothing of what was there', async () => {
    const [ada, bob] = [await newUser(), await newUser()];
    const id = await newConversation(ada.key, newName('again'));
    await call('POST', `/conversations/${id}/participants`, { key: ada.key, body: { userId: bob.id } });
    const old = await say(ada.key, id, 'a secret');
    await world.quiet();

    const deleted = await call('DELETE', `/conversations/${id}`, { key: ada.key, body: {} });
    const between = await call('GET', `/conversations/${id}`, { key: ada.key });
    const again = await call('POST', '/conversations/get-or-create', { key: ada.key, body: { id } });

    const listed = await call('GET', `/conversations/${id}/messages`, { key: ada.key });
    expect([deleted.status, between.status, again.status]).toEqual([200, 404, 201]);
    expect(listed.body.messages).toEqual([]);
    expect(await call('GET', `/messages/${old.id}`, { key: ada.key })).toMatchObject({ status: 404 });
    expect(await call('GET', `/conversations/${id}`, { key: bob.key })).toMatchObject({ status: 403 });
    expect((await call('GET', '/conversations', { key: bob.key })).body.conversations).toEqual([]);
    expect(await world.find('a secret')).toEqual([]);
  });

  it('let the owner end a deletion that broke off', async () => {
    const { key } = await newUser();
    const id = await newConversation(key, newName('half-gone'));
    await world.mark(`CHAT-CONVERSATION#${id}`);

    const seen = await call('GET', `/conversations/${id}`, { key });
    const repeated = await call('DELETE', `/conversations/${id}`, { key, body: {} });
    const again = await call('DELETE', `/conversations/${id}`, { key, body: {} });

    expect([seen.status, repeated.status, again.status]).toEqual([404, 200, 404]);
  });
});

describe('participants', () => {
  it('are shown to each other, the owner first, and may be added twice', async () => {
    const [ada, bob] = [await newUser({ name: 'Ada' }), await newUser({ name: 'Bob' })];
    const id = await newConversation(ada.key);
    const added = await call('POST', `/conversations/${id}/participants`, { key: ada.key, body: { userId: bob.id } });
    await call('POST', `/conversations/${id}/participants`, { key: ada.key, body: { userId: bob.id } });

    const list = await call('GET', `/conversations/${id}/participants`, { key: bob.key });
    const one = await call('GET', `/conversations/${id}/participants/${bob.id}`, { key: ada.key });

    expect(added).toMatchObject({ status: 200, body: { participant: { id: bob.id, name: 'Bob' } } });
    expect(list.body).toMatchObject({ participants: [{ id: ada.id }, { id: bob.id }], meta: {} });
    expect(one.body.participant).toMatchObject({ id: bob.id });
    expect((await call('GET', '/conversations', { key: bob.key })).body.conversations).toHaveLength(1);
  });

  it('are gone when they are removed', async () => {
    const [ada, bob] = [await newUser(), await newUser()];
    const id = await newConversation(ada.key);
    await call('POST', `/conversations/${id}/participants`, { key: ada.key, body: { userId: bob.id } });

    const removed = await call('DELETE', `/conversations/${id}/participants/${bob.id}`, { key: ada.key, body: {} });

    const repeated = await call('DELETE', `/conversations/${id}/participants/${bob.id}`, { key: ada.key, body: {} });
    expect([removed.status, repeated.status]).toEqual([200, 404]);
    expect((await call('GET', '/conversations', { key: bob.key })).body.conversations).toEqual([]);
    expect((await call('GET', `/conversations/${id}/messages`, { key: bob.key })).status).toBe(403);
  });
});

describe('messages', () => {
  it('are listed the newest first with their true authors, page by page, the bot strictly after the user', async () => {
    const { id: userId, key } = await newUser();
    const id = await newConversation(key);
    for (let i = 0; i < 12; i++) {
      await say(key, id, `message ${i}`);
      await world.quiet();
    }

    const first = await call('GET', `/conversations/${id}/messages`, { key });
    const { nextToken } = first.body.meta;
    const second = await call('GET', `/conversations/${id}/messages?nextToken=${nextToken}`, { key });

    const all = [first, second].flatMap(({ body }) => body.messages);
    const times = all.map(({ createdAt }) => Date.parse(createdAt));
    expect(all).toHaveLength(24);
    expect(all.map((message) => message.userId)).toEqual(
      Array.from({ length: 12 }, () => ['bot:claude', userId]).flat(),
    );
    expect(times.every((time, i) => i === 0 || time < (times[i - 1] ?? 0))).toBe(true);
    expect(Object.keys(all[0] ?? {}).sort()).toEqual(['conversationId', 'createdAt', 'id', 'payload', 'userId']);
  });

  it('come back as they were said, however deep, large or strange', async () => {
    const { key } = await newUser();
    const conversationId = await newConversation(key);
    const deep = Array.from({ length: 28 }).reduce<unknown>((inner) => ({ inner }), 1e300);
    const payload = {
      type: 'card',
      title: 'é\u2028😀',
      actions: [],
      extra: [null, { x: 2 ** 70 }],
      long: 'x'.repeat(90_000),
    };

    const { body } = await call('POST', '/messages', {
      key,
      body: { conversationId, payload, metadata: { deep, none: null } },
    });

    const { id } = body.message;
    const found = await call('GET', `/messages/${id}`, { key });
    expect(found.body.message).toEqual(body.message);
    expect(body.message).toMatchObject({ payload, metadata: { deep, none: null } });
  });

  it('are made once for an idempotency key, and answered once', async () => {
    const { key } = await newUser();
    const conversationId = await newConversation(key);
    const body = { conversationId, payload: { type: 'text', text: 'once' } };
    const headers = { 'x-idempotency-key': 'my key' };

    const copies = await Promise.all([1, 2, 3].map(() => call('POST', '/messages', { key, body, headers })));
    const later = await call('POST', '/messages', { key, body, headers });
    const other = await call('POST', '/messages', {
      key,
      body: { ...body, payload: { type: 'text', text: 'twice' } },
      headers,
    });

    await world.quiet();
    const ids = new Set([...copies, later].map(({ body: { message } }) => message.id));
    const listed = await call('GET', `/conversations/${conversationId}/messages`, { key });
    expect(ids.size).toBe(1);
    expect(other).toMatchObject({ status: 400, body: { type: 'InvalidPayload' } });
    expect(listed.body.messages).toHaveLength(2);
  });

  it('are not brought back by a repeat after their deletion', async () => {
    const { key } = await newUser();
    const conversationId = await newConversation(key);
    const request = {
      key,
      body: { conversationId, payload: { type: 'text', text: 'x' } },
      headers: { 'x-idempotency-key': 'k' },
    };
    const { body } = await call('POST', '/messages', request);
    const { id } = body.message;
    await call('DELETE', `/messages/${id}`, { key, body: {} });

    const repeated = await call('POST', '/messages', request);

    expect(repeated.body.message).toMatchObject({ id });
    expect((await call('GET', `/messages/${id}`, { key })).status).toBe(404);
  });
});

describe('events', () => {
  it('are kept, and given to participants only', async () => {
    const [ada, eve] = [await newUser(), await newUser()];
    const conversationId = await newConversation(ada.key);

    const created = await call('POST', '/events', {
      key: ada.key,
      body: { conversationId, payload: { kind: 'typing' } },
    });

    const { id } = created.body.event;
    expect(created.status).toBe(201);
    expect((await call('GET', `/events/${id}`, { key: ada.key })).body.event).toEqual(created.body.event);
    expect((await call('GET', `/events/${id}`, { key: eve.key })).status).toBe(403);
    expect((await call('GET', `/messages/${id}`, { key: ada.key })).status).toBe(404);
  });
});

describe('the server', () => {
  it('says hello to whoever knows its id, with as many slashes as they like', async () => {
    const answers = await Promise.all(['/hello', '/hello/', '//hello//'].map((path) => call('GET', path)));
    const other = await fetch(`${world.apiUrl}1234/hello/`);

    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(other.status).toBe(404);
  });

  it('describes its operations, the 21 of the contract and 6 of the widget', async () => {
    const { body } = await call('GET', '/openapi.json');

    const paths = Object.values(body.paths);
    const operations = paths.flatMap((path) => Object.values(path).map(({ operationId }) => operationId));
    const references = [...JSON.stringify(body).matchAll(/"\$ref":"([^"]+)"/g)].map(([, target]) => target);
    expect(new Set(operations).size).toBe(27);
    expect(new Set(references)).toEqual(new Set(['#/components/schemas/Error']));
    expect(body).toMatchObject({
      openapi: '3.0.3',
      paths: {
        '/messages': {
          post: {
            requestBody: { content: { 'application/json': { schema: { required: ['conversationId', 'payload'] } } } },
          },
        },
      },
    });
  });

  it('tells wrong routes and wrong methods apart', async () => {
    const route = await call('GET', '/nothing');
    const method = await call('PATCH', '/users/me');

    expect(route).toMatchObject({ status: 404, body: { code: 404, type: 'ResourceNotFound' } });
    expect(method).toMatchObject({ status: 405, body: { code: 405, type: 'MethodNotFound' } });
  });
});
