/** Everything a stranger may try at the Chat API server: the documented error each time, and nothing changed in the table. */
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Operation, operations } from '../../lib/chat-api/operations.ts';
import { type Call, caller, forgeKey } from '../harness/chat-api-client.ts';
import { type ChatApiWorld, openChatApiWorld, SECRET } from '../harness/chat-api-world.ts';

let world: ChatApiWorld;
let call: Call;
let owner: { id: string; key: string };
let member: { id: string; key: string };
let stranger: { id: string; key: string };
/** Of the owner, the member in it. */
let conversation: string;
let message: string;
let event: string;

beforeAll(async () => {
  world = await openChatApiWorld({ settings: { CHAT_API_BOT: 'echo' } });
  call = caller(world.apiUrl);
  [owner, member, stranger] = await Promise.all([newUser(), newUser(), newUser()]);
  conversation = (await call('POST', '/conversations', { key: owner.key, body: {} })).body.conversation.id;
  await call('POST', `/conversations/${conversation}/participants`, { key: owner.key, body: { userId: member.id } });
  const said = { conversationId: conversation, payload: { type: 'text', text: 'hello' } };
  message = (await call('POST', '/messages', { key: owner.key, body: said })).body.message.id;
  event = (await call('POST', '/events', { key: owner.key, body: { conversationId: conversation, payload: {} } })).body
    .event.id;
  await world.quiet();
});

afterAll(() => world.close());

async function newUser() {
  const { body } = await call('POST', '/users', { body: {} });
  return { id: body.user.id, key: body.key };
}

/** What each operation would need to do something. */
function valid(name: string): { path: string; body?: object } {
  const { path, body }: Operation = operations[name as keyof typeof operations];
  const bodies: Record<string, object> = {
    createConversation: {},
    getOrCreateConversation: { id: conversation },
    addParticipant: { userId: stranger.id },
    createMessage: { conversationId: conversation, payload: { type: 'text', text: 'intruding' } },
    createEvent: { conversationId: conversation, payload: { is: 'intruding' } },
    rateMessage: { value: 'negative' },
  };
  const id = path.startsWith('/messages') ? message : path.startsWith('/events') ? event : conversation;
  return {
    path: path.replace(':conversationId', conversation).replace(':id', id).replace(':userId', member.id),
    ...(body ? { body: bodies[name] ?? {} } : {}),
  };
}

/** Also with a GET, which `fetch` gives no body. */
async function send(name: string, key: string, body: string | Uint8Array): Promise<{ status: number; body: object }> {
  const { method } = operations[name as keyof typeof operations];
  const url = new URL(`${world.apiUrl}${valid(name).path}`);
  return new Promise((resolve, reject) => {
    const headers = { 'x-user-key': key, 'x-admin-secret': SECRET, 'content-length': String(Buffer.byteLength(body)) };
    const sent = request(url, { method, headers }, async (response) => {
      resolve({ status: response.statusCode ?? 0, body: JSON.parse(await text(response)) });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

/** All there is but what counts requests: who is refused is counted, too. */
async function kept() {
  return (await world.find('')).filter(({ pk }) => !String(pk).startsWith('L#'));
}

async function unchanged(work: () => Promise<void>): Promise<void> {
  const before = await kept();
  await work();
  await world.quiet();
  expect(await kept()).toEqual(before);
}

function fourKeys(code: number, type: string) {
  const id = expect.stringMatching(/^err_\d{14}x[0-9A-F]{8}$/);
  return { status: code, body: { id, code, type, message: expect.any(String) } };
}

const names = Object.keys(operations);
const guarded = names.filter((name) => (operations[name as keyof typeof operations] as Operation).auth === undefined);
const hour = Math.floor(Date.now() / 1000) + 3600;

describe('a forged key', () => {
  const keys: [string, () => string][] = [
    ['without a signature (alg none)', () => forgeKey({ id: owner.id }, SECRET, { alg: 'none', typ: 'JWT' })],
    ['signed with HS512', () => forgeKey({ id: owner.id }, SECRET, { alg: 'HS512', typ: 'JWT' })],
    ['signed with HS384', () => forgeKey({ id: owner.id }, SECRET, { alg: 'HS384', typ: 'JWT' })],
    ['signed with another secret', () => forgeKey({ id: owner.id }, 'another secret')],
    [
      'that says HS256 and has the signature of HS512',
      () =>
        forgeKey({ id: owner.id }, SECRET, { alg: 'HS512' }).replace(
          /^[^.]+/,
          Buffer.from('{"alg":"HS256"}').toString('base64url'),
        ),
    ],
    ['that has expired', () => forgeKey({ id: owner.id, exp: hour - 7200 }, SECRET)],
    ['that is not valid yet', () => forgeKey({ id: owner.id, nbf: hour }, SECRET)],
    ['without an id', () => forgeKey({ sub: owner.id }, SECRET)],
    ['with an id that is no text', () => forgeKey({ id: 7 }, SECRET)],
    ['with an empty id', () => forgeKey({ id: '' }, SECRET)],
    [
      'whose payload was exchanged',
      () =>
        forgeKey({ id: owner.id }, SECRET).replace(
          /\.[^.]+\./,
          `.${Buffer.from(JSON.stringify({ id: member.id })).toString('base64url')}.`,
        ),
    ],
    [
      'with a critical header nobody knows',
      () => forgeKey({ id: owner.id }, SECRET, { alg: 'HS256', crit: ['b64'], b64: false }),
    ],
    ['that is garbage', () => 'garbage'],
    ['that is empty', () => ''],
  ];

  it.each(keys)('%s opens no operation', async (_name, key) => {
    await unchanged(async () => {
      for (const name of guarded) {
        const { path, body } = valid(name);
        const { status, body: answer } = await call(operations[name as keyof typeof operations].method, path, {
          key: key(),
          body,
        });
        expect({ name, status, body: answer }).toEqual({ name, ...fourKeys(401, 'Unauthorized') });
      }
    });
  });

  it('is asked for where there is none', async () => {
    await unchanged(async () => {
      for (const name of guarded) {
        const { path, body } = valid(name);
        const { status, body: answer } = await call(operations[name as keyof typeof operations].method, path, { body });
        expect({ name, status, body: answer }).toEqual({ name, ...fourKeys(401, 'Unauthorized') });
      }
    });
  });

  it('for a user that does not exist, or for the bot, does nothing, though its signature is right', async () => {
    await unchanged(async () => {
      for (const id of ['nobody', 'bot:claude', '~', 'x'.repeat(5000), '\ud800']) {
        const key = forgeKey({ id }, SECRET);
        for (const name of guarded.filter(
          (other) => !['getOrCreateUser', 'createFile', 'listConversations'].includes(other),
        )) {
          const { path, body } = valid(name);
          const { status, body: answer } = await call(operations[name as keyof typeof operations].method, path, {
            key,
            body,
          });
          expect({ name, status, body: answer }).toEqual({ name, ...fourKeys(404, 'ResourceNotFound') });
        }
        // A window's user may be kept nowhere yet.
        const { status, body: listed } = await call('GET', '/conversations', { key });
        expect({ status, listed }).toEqual({ status: 200, listed: { conversations: [], meta: {} } });
      }
    });
  });
});

describe('the id of somebody else', () => {
  it('cannot be taken: neither a user’s nor a conversation’s, generated or chosen, living or dead', async () => {
    const chosen = await call('POST', '/users', { body: { id: 'somebody' } });
    const room = await call('POST', '/conversations', { key: owner.key, body: { id: 'somebodys-room' } });
    const doomed = await call('POST', '/users', { body: { id: 'doomed' } });
    await call('DELETE', '/users/me', { key: doomed.body.key, body: {} });
    expect([chosen.status, room.status]).toEqual([201, 201]);

    await unchanged(async () => {
      const users = await Promise.all(
        [owner.id, 'somebody', 'doomed', owner.id.toLowerCase(), 'bot:claude'].map((id) =>
          call('POST', '/users', { body: { id } }),
        ),
      );
      const rooms = await Promise.all(
        [conversation, 'somebodys-room', conversation.toLowerCase()].flatMap((id) => [
          call('POST', '/conversations', { key: stranger.key, body: { id } }),
          call('POST', '/conversations/get-or-create', { key: stranger.key, body: { id } }),
        ]),
      );

      expect(users.map(({ body: { type } }) => type)).toEqual([
        'InvalidPayload',
        'AlreadyExists',
        'AlreadyExists',
        'InvalidPayload',
        'InvalidPayload',
      ]);
      expect(rooms.map(({ body: { type } }) => type)).toEqual([
        'InvalidPayload',
        'Forbidden',
        'AlreadyExists',
        'Forbidden',
        'InvalidPayload',
        'InvalidPayload',
      ]);
    });
  });

  it.each([
    ['is empty', ''],
    ['is too long', 'x'.repeat(71)],
    ['has a forbidden character', 'a+b'],
    ['has a backslash', 'a\\b'],
    ['ends in a slash', 'a/'],
    ['would be a route', 'a/messages'],
    ['looks generated', 'conv_01ARZ3NDEKTSV4RRFFQ69G5FAV'],
  ])('cannot be chosen when it %s', async (_name, id) => {
    await unchanged(async () => {
      const answers = [
        await call('POST', '/users', { body: { id } }),
        await call('POST', '/conversations', { key: owner.key, body: { id } }),
        await call('POST', '/conversations/get-or-create', { key: owner.key, body: { id } }),
      ];

      for (const { status, body } of answers) expect({ status, body }).toEqual(fourKeys(400, 'InvalidPayload'));
    });
  });
});

describe('a stranger', () => {
  const free = [
    'getUser',
    'getOrCreateUser',
    'updateUser',
    'deleteUser',
    'createUser',
    'createUserKey',
    'createFile',
    'initialize',
    'createConversation',
    'listConversations',
  ];

  it.each(names.filter((name) => !free.includes(name)))('gets nothing from %s', async (name) => {
    await unchanged(async () => {
      const { path, body } = valid(name);

      const { status, body: answer } = await call(operations[name as keyof typeof operations].method, path, {
        key: stranger.key,
        body,
      });

      expect({ status, body: answer }).toEqual(fourKeys(403, 'Forbidden'));
    });
  });

  it('sees no conversation of others in his list', async () => {
    const { body } = await call('GET', '/conversations', { key: stranger.key });

    expect(body.conversations).toEqual([]);
  });
});

describe('a participant who is not the owner', () => {
  const owners = [
    'getOrCreateConversation',
    'deleteConversation',
    'addParticipant',
    'getParticipant',
    'removeParticipant',
  ];

  it.each([...owners, 'deleteMessage'])('is refused %s', async (name) => {
    await unchanged(async () => {
      const { path, body } = valid(name);

      const { status, body: answer } = await call(operations[name as keyof typeof operations].method, path, {
        key: member.key,
        body,
      });

      expect({ status, body: answer }).toEqual(fourKeys(403, 'Forbidden'));
    });
  });
});

describe('the owner', () => {
  it('cannot remove himself, add who does not exist, or find what is not there', async () => {
    await unchanged(async () => {
      const { key } = owner;
      const people = `/conversations/${conversation}/participants`;

      expect(await call('DELETE', `${people}/${owner.id}`, { key, body: {} })).toMatchObject(
        fourKeys(400, 'InvalidPayload'),
      );
      expect(await call('POST', people, { key, body: { userId: 'nobody' } })).toMatchObject(
        fourKeys(400, 'ReferenceNotFound'),
      );
      expect(await call('GET', `${people}/${stranger.id}`, { key })).toMatchObject(fourKeys(404, 'ResourceNotFound'));
      expect(await call('GET', '/conversations/nothing', { key })).toMatchObject(fourKeys(404, 'ResourceNotFound'));
      expect(await call('GET', '/messages/nothing', { key })).toMatchObject(fourKeys(404, 'ResourceNotFound'));
      expect(await call('GET', `/messages/${event}`, { key })).toMatchObject(fourKeys(404, 'ResourceNotFound'));
      expect(await call('GET', `/conversations/${'x'.repeat(3000)}`, { key })).toMatchObject(
        fourKeys(404, 'ResourceNotFound'),
      );
    });
  });

  it.each(['x', Buffer.from('A').toString('base64url'), Buffer.from('M#../../').toString('base64'), 'x'.repeat(2000)])(
    'cannot page with the token %s',
    async (token) => {
      const lists = [
        '/conversations',
        `/conversations/${conversation}/messages`,
        `/conversations/${conversation}/participants`,
      ];

      const answers = await Promise.all(
        lists.map((path) => call('GET', `${path}?nextToken=${encodeURIComponent(token)}`, { key: owner.key })),
      );

      for (const { status, body } of answers) expect({ status, body }).toEqual(fourKeys(400, 'InvalidQuery'));
    },
  );
});

describe('a body', () => {
  // A window is taken in whatever it brings.
  const reading = names.filter((name) => name !== 'initialize');
  const plain = reading.filter((name) => name !== 'createUser');

  it.each(reading)('that is too large is refused by %s', async (name) => {
    await unchanged(async () => {
      const answer = await send(name, owner.key, JSON.stringify({ ...valid(name).body, more: 'x'.repeat(129 * 1024) }));

      expect(answer).toEqual(fourKeys(413, 'PayloadTooLarge'));
    });
  });

  it.each(reading)('that is no JSON is refused by %s', async (name) => {
    await unchanged(async () => {
      for (const body of ['{', '{"a":}', 'null}', Buffer.from([0x7b, 0xff, 0x7d])]) {
        expect(await send(name, owner.key, body)).toEqual(fourKeys(400, 'InvalidPayload'));
      }
    });
  });

  it.each(plain.filter((name) => 'body' in operations[name as keyof typeof operations]))(
    'that is no object, or none at all, is refused by %s',
    async (name) => {
      await unchanged(async () => {
        for (const body of ['null', '[]', '7', '"text"', '']) {
          expect(await send(name, owner.key, body)).toEqual(fourKeys(400, 'InvalidPayload'));
        }
      });
    },
  );

  const payloads: [string, object][] = [
    ['of an unknown type', { type: 'custom', text: 'x' }],
    ['without a type', { text: 'x' }],
    ['with an empty text', { type: 'text', text: '' }],
    ['with a number for a text', { type: 'text', text: 7 }],
    ['of a location without a place', { type: 'location', latitude: '1', longitude: 2 }],
    ['of a card without actions', { type: 'card', title: 'x' }],
    ['of a carousel whose cards have no type', { type: 'carousel', items: [{ title: 'x', actions: [] }] }],
    ['of a bloc in a bloc', { type: 'bloc', items: [{ type: 'bloc', items: [] }] }],
    ['of a choice without options', { type: 'choice', text: 'x' }],
  ];

  it.each(payloads)('with a payload %s is refused', async (_name, payload) => {
    await unchanged(async () => {
      const answer = await call('POST', '/messages', {
        key: owner.key,
        body: { conversationId: conversation, payload },
      });

      expect(answer).toMatchObject(fourKeys(400, 'InvalidPayload'));
    });
  });

  it('with metadata that is no object, or with fields that are too long, is refused', async () => {
    await unchanged(async () => {
      const said = { conversationId: conversation, payload: { type: 'text', text: 'x' } };
      const answers = [
        await call('POST', '/messages', { key: owner.key, body: { ...said, metadata: null } }),
        await call('POST', '/messages', { key: owner.key, body: { ...said, metadata: 'x' } }),
        await call('POST', '/messages', {
          key: owner.key,
          body: said,
          headers: { 'x-idempotency-key': 'x'.repeat(257) },
        }),
        await call('POST', '/events', { key: owner.key, body: { conversationId: conversation, payload: [] } }),
        await call('PUT', '/users/me', { key: owner.key, body: { profile: 'x'.repeat(1001) } }),
        await call('PUT', '/users/me', { key: owner.key, body: { name: 'x'.repeat(201) } }),
        await call('POST', '/users', { body: { pictureUrl: 'x'.repeat(40_001) } }),
      ];

      for (const answer of answers) expect(answer).toMatchObject(fourKeys(400, 'InvalidPayload'));
    });
  });
});
