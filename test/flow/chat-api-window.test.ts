/** `/initialize`: the stream of the official webchat widget, as it is met from outside. Whatever a window brings, it is taken in. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { User, WireConversation, WireMessage } from '../../lib/chat-api/models.ts';
import { type Call, caller, forgeKey, type OpenStream, openStream } from '../harness/chat-api-client.ts';
import { type ChatApiWorld, openChatApiWorld, SECRET } from '../harness/chat-api-world.ts';
import { withinOneMinute } from '../harness/minute.ts';

interface Init {
  conversation: WireConversation;
  messages: (WireMessage & { feedback?: object; payload: { text: string } })[];
  participants: User[];
  user: User & { userKey: string };
}

let world: ChatApiWorld;
let call: Call;
const streams: OpenStream[] = [];

async function open(options: Parameters<typeof openChatApiWorld>[0] = {}) {
  world = await openChatApiWorld(options);
  call = caller(world.apiUrl);
}

async function close() {
  leave();
  await world.close();
}

function leave() {
  for (const stream of streams.splice(0)) stream.leave();
}

/** A page with a window, as the widget opens it. */
async function visit(key?: string, conversationId?: string, headers: Record<string, string> = {}) {
  const query = conversationId === undefined ? '' : `?conversationId=${conversationId}`;
  const stream = await openStream(`${world.apiUrl}/initialize${query}`, key, headers);
  streams.push(stream);
  const init = (await stream.wait('init')).data as unknown as Init;
  return { stream, init, key: init.user.userKey, id: init.conversation.id, user: init.user.id };
}

const say = (key: string, conversationId: string, text: string) =>
  call('POST', '/messages', {
    key,
    body: { conversationId, payload: { type: 'text', text }, metadata: { clientMessageId: `client-${text}` } },
  });

const answerOf = (stream: OpenStream) => stream.wait('message_created', ({ data }) => data.isBot);

/** What the table holds of it beside who listens at this moment. */
const keptOf = async (text: string) => (await world.find(text)).filter(({ sk }) => !String(sk).startsWith('S#'));

describe('a window', () => {
  beforeAll(() => open());
  afterEach(leave);
  afterAll(close);

  it('that comes for the first time gets a user, a key and a conversation, none of which is kept', async () => {
    const { stream, init, key, id, user } = await visit();
    const started = { conversationId: id, payload: { type: 'conversation_started', data: {} } };

    const event = await call('POST', '/events', { key, body: started });
    const list = await call('GET', '/conversations', { key });

    expect([stream.status, stream.headers.get('content-type')]).toEqual([200, 'text/event-stream']);
    expect(stream.text()).not.toMatch(/^(?:id|retry):/m);
    expect(init).toMatchObject({ messages: [], participants: [{ id: user }] });
    expect(event).toMatchObject({ status: 201, body: { event: { conversationId: id, payload: started.payload } } });
    expect(list).toMatchObject({ status: 200, body: { conversations: [], meta: {} } });
    expect([...(await keptOf(user)), ...(await keptOf(id))]).toEqual([]);
  });

  it('is told both sides once and in order, from its first message on', async () => {
    const { stream, key, id, user } = await visit();

    const said = await say(key, id, 'hello');
    await answerOf(stream);
    const told = stream.events.filter(({ type }) => type === 'message_created');
    expect(said.status).toBe(201);
    expect(told.map(({ data }) => [data.userId, data.isBot])).toEqual([
      [user, false],
      ['bot:claude', true],
    ]);
    expect(told[0]?.data).toMatchObject({ id: said.body.message.id, metadata: { clientMessageId: 'client-hello' } });
    expect((await call('GET', '/conversations', { key })).body.conversations.map((one) => one.id)).toEqual([id]);
  });

  it('that is loaded again stays where it was, with what was said, the newest first', async () => {
    const first = await visit();
    await say(first.key, first.id, 'hello');
    await answerOf(first.stream);
    await say(first.key, first.id, 'again');
    await first.stream.wait('message_created', ({ data }) => data.isBot && data.payload.text.includes('again'));
    first.stream.leave();

    const again = await visit(first.key, first.id);
    await say(first.key, first.id, 'third');
    await answerOf(again.stream);

    expect([again.id, again.user, again.key]).toEqual([first.id, first.user, first.key]);
    expect(again.init.participants.map(({ id }) => id)).toEqual([first.user]);
    expect(again.init.messages.map(({ userId, payload }) => (userId === first.user ? payload.text : 'bot'))).toEqual([
      'bot',
      'again',
      'bot',
      'hello',
    ]);
    // What stands in `init` is not told again.
    const told = again.stream.events.filter(({ type }) => type === 'message_created');
    expect(told.map(({ data }) => data.isBot)).toEqual([false, true]);
    expect(told[0]?.data.payload.text).toBe('third');
  });

  it('that is loaded again before anything was said has the same conversation, and without its id another one', async () => {
    const first = await visit();

    const again = await visit(first.key, first.id);
    const restarted = await visit(first.key);

    expect([again.id, restarted.user]).toEqual([first.id, first.user]);
    expect(restarted.id).not.toBe(first.id);
  });

  it('in two tabs hears the same in both', async () => {
    const one = await visit();
    const other = await visit(one.key, one.id);

    await say(one.key, one.id, 'hello');
    await Promise.all([answerOf(one.stream), answerOf(other.stream)]);

    const heard = [one, other].map(({ stream }) =>
      stream.events.filter(({ type }) => type === 'message_created').map(({ data }) => data.id),
    );
    expect(heard[0]).toHaveLength(2);
    expect(heard[1]).toEqual(heard[0]);
  });

  it('with a key that is none is a new user’s', async () => {
    const doomed = await visit();
    await say(doomed.key, doomed.id, 'hello');
    await call('DELETE', '/users/me', { key: doomed.key, body: {} });

    const visits = [
      await visit('garbage', doomed.id),
      await visit(forgeKey({ id: 'ada' }, 'another secret')),
      await visit(forgeKey({ id: 'bot:claude' }, SECRET)),
      await visit(doomed.key, doomed.id),
    ];

    const users = visits.map(({ user }) => user);
    expect(new Set([...users, doomed.user]).size).toBe(5);
    for (const { user, id, key, init } of visits) {
      expect(user).toMatch(/^user_[0-9A-Z]{26}$/);
      expect(id).not.toBe(doomed.id);
      expect(init.messages).toEqual([]);
      expect((await say(key, id, 'hello')).status).toBe(201);
    }
  });

  it('sees no conversation of somebody else, said in or not, and nobody writes into another’s', async () => {
    const [ada, eve] = [await visit(), await visit()];
    const empty = await visit(ada.key);
    await say(ada.key, ada.id, 'hello');

    const visits = [
      await visit(eve.key, ada.id),
      await visit(eve.key, empty.id),
      await visit(eve.key, 'conv_01ARZ3NDEKTSV4RRFFQ69G5FAV'),
      await visit(eve.key, 'anything'),
    ];
    const intruding = [await say(eve.key, ada.id, 'intruding'), await say(eve.key, empty.id, 'intruding')];
    const event = await call('POST', '/events', { key: eve.key, body: { conversationId: empty.id, payload: {} } });

    for (const { id, user, init } of visits) {
      expect(user).toBe(eve.user);
      expect([ada.id, empty.id]).not.toContain(id);
      expect(init.messages).toEqual([]);
    }
    // As for any user who is kept nowhere.
    expect([...intruding, event].map(({ status }) => status)).toEqual([404, 404, 404]);
    expect(await keptOf(empty.id)).toEqual([]);
  });

  it('shows the user’s own thumbs, and nobody else’s', async () => {
    const ada = await visit();
    const bob = (await call('POST', '/users', { body: {} })).body;
    await say(ada.key, ada.id, 'hello');
    const { data: answer } = await answerOf(ada.stream);
    const body = { userId: bob.user.id };
    await call('POST', `/conversations/${ada.id}/participants`, { key: ada.key, body });

    const thumb = { value: 'negative', comment: 'Too short.' };
    const rated = await call('PUT', `/messages/${answer.id}/feedback`, { key: ada.key, body: thumb });

    const [adas, bobs] = [await visit(ada.key, ada.id), await visit(bob.key, ada.id)];
    expect(rated.status).toBe(200);
    expect(adas.init.messages.map(({ feedback }) => feedback)).toEqual([thumb, undefined]);
    expect(bobs.init.messages.map(({ feedback }) => feedback)).toEqual([undefined, undefined]);
    expect(bobs.init.participants.map(({ id }) => id).sort()).toEqual([ada.user, bob.user.id].sort());
  });

  it('may go on in a conversation that was deleted, as in a new one, but not while it is being deleted', async () => {
    const { stream, key, id } = await visit();
    await say(key, id, 'before');
    await answerOf(stream);

    await world.mark(`CHAT-CONVERSATION#${id}`);
    const during = await say(key, id, 'during');
    await call('DELETE', `/conversations/${id}`, { key, body: {} });
    const after = await say(key, id, 'after');

    const { messages } = (await call('GET', `/conversations/${id}/messages`, { key })).body;
    expect([during.status, after.status]).toEqual([403, 201]);
    expect(messages.at(-1)?.payload.text).toBe('after');
  });

  it('of a user who leaves ends, also before anything was said', async () => {
    const ada = (await call('POST', '/users', { body: {} })).body;
    const { id } = await visit(ada.key);

    await call('DELETE', '/users/me', { key: ada.key, body: {} });

    expect((await say(ada.key, id, 'hello')).status).toBe(401);
    expect(await keptOf(id)).toEqual([]);
  });
});

describe('the dots of a window', () => {
  beforeAll(() => open({ isAnswering: false }));
  afterAll(close);

  it('are shown until the answer is there, also in a window that is opened meanwhile', async () => {
    const first = await visit();
    await say(first.key, first.id, 'hello');
    await first.stream.wait('typing_started');
    const second = await visit(first.key, first.id);
    await second.stream.wait('typing_started');

    await world.answer();
    await Promise.all([first, second].map(({ stream }) => stream.wait('typing_stopped')));

    for (const { stream } of [first, second]) {
      const types = stream.events.map(({ type }) => type).filter((type) => type !== 'ping');
      expect(types.at(-1)).toBe('typing_stopped');
      expect(types.lastIndexOf('message_created')).toBeLessThan(types.length - 1);
    }
  });
});

describe('a window beyond a limit', () => {
  beforeEach(withinOneMinute);
  afterEach(close);

  it('is told so in its language, in a conversation that is kept nowhere and takes no more', async () => {
    await open({ settings: { CHAT_API_USERS_PER_MINUTE: '1' } });
    await visit();

    const refused = await visit(undefined, undefined, { 'accept-language': 'de-AT,en;q=0.5' });
    await refused.stream.closed;
    const again = await visit(refused.key, refused.id);
    await again.stream.closed;

    for (const { stream, init } of [refused, again]) {
      expect(stream.status).toBe(200);
      expect(init.messages).toHaveLength(1);
      expect(init.messages[0]).toMatchObject({ userId: 'bot:claude', metadata: { conversationStatus: 'closed' } });
    }
    expect(refused.init.messages[0]?.payload.text).toContain('Bitte');
    expect(again.id).toBe(refused.id);
    expect((await say(refused.key, refused.id, 'hello')).status).toBe(401);
    expect(await world.find(refused.id)).toEqual([]);
  });

  it('keeps its user and its conversation, to come again with them', async () => {
    await open({ isAnswering: false });
    const first = await visit();
    await say(first.key, first.id, 'hello');
    for (let i = 0; i < 4; i++) await visit(first.key, first.id);

    const sixth = await visit(first.key, first.id);
    await sixth.stream.closed;

    expect([sixth.key, sixth.user, sixth.id]).toEqual([first.key, first.user, first.id]);
    expect(sixth.init.messages[0]).toMatchObject({ metadata: { conversationStatus: 'closed' } });
  });
});

describe('a window where users come with keys of the app', () => {
  beforeAll(() => open({ settings: { CHAT_API_ENCRYPTION_KEY: 'the key of the app' } }));
  afterAll(close);

  it('is the user’s whom the key names, who is kept from the first message on', async () => {
    const key = forgeKey({ id: 'ada' }, 'the key of the app');

    const { stream, id, user, init } = await visit(key);
    const before = await keptOf('ada');
    await say(key, id, 'hello');
    await answerOf(stream);

    expect([user, init.user.userKey, before]).toEqual(['ada', key, []]);
    expect((await call('GET', '/users/me', { key })).body.user.id).toBe('ada');
  });

  it('asks anybody else to sign in', async () => {
    const { stream, init } = await visit();
    await stream.closed;

    expect(init.messages[0]).toMatchObject({
      payload: { text: 'Please sign in to chat here.' },
      metadata: { conversationStatus: 'closed' },
    });
  });
});
