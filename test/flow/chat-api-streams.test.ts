/** Streams of signals: what a listener gets, when it ends, and that nothing is lost or told twice. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Call, caller, forgeKey, type OpenStream, openStream } from '../harness/chat-api-client.ts';
import { type ChatApiWorld, openChatApiWorld, SECRET } from '../harness/chat-api-world.ts';

describe.each([
  ['told by requests of its process', true],
  ['fed by the table alone', false],
])('a stream %s', (_name, isSharing) => {
  let world: ChatApiWorld;
  let call: Call;
  const streams: OpenStream[] = [];

  beforeAll(async () => {
    world = await openChatApiWorld({ settings: { CHAT_API_BOT: 'echo' }, isSharing, windowMs: 12_000 });
    call = caller(world.apiUrl);
  });

  afterAll(async () => {
    for (const stream of streams) stream.leave();
    await world.close();
  });

  async function newUser() {
    const { body } = await call('POST', '/users', { body: {} });
    return { id: body.user.id, key: body.key };
  }

  async function newConversation(key: string) {
    return (await call('POST', '/conversations', { key, body: {} })).body.conversation.id;
  }

  async function say(key: string, conversationId: string, text: string) {
    const { body } = await call('POST', '/messages', {
      key,
      body: { conversationId, payload: { type: 'text', text } },
    });
    return body.message;
  }

  async function listen(key: string, id: string, headers?: Record<string, string>, query = '') {
    const stream = await openStream(`${world.apiUrl}/conversations/${id}/listen${query}`, key, headers);
    streams.push(stream);
    return stream;
  }

  /** Listens while what was said is replayed; where a busy machine takes too long for that, once more, as another user. */
  async function listenSoon(text: string, knowns: readonly string[]) {
    for (;;) {
      const { key } = await newUser();
      const id = await newConversation(key);
      const saidAt = Date.now();
      await say(key, id, text);
      await world.quiet();
      const opened = await Promise.all(knowns.map((known) => listen(key, id, { 'last-event-id': known })));
      if (Date.now() - saidAt < 1_500) return opened;
      for (const stream of opened) stream.leave();
    }
  }

  it.concurrent('opens at once, and replays the last two seconds', async () => {
    const [stream] = await listenSoon('just before', ['']);

    const replayed = await stream?.wait('message_created');
    expect(stream?.status).toBe(200);
    expect(stream?.headers.get('content-type')).toBe('text/event-stream');
    expect(stream?.text().startsWith(':ok\n\n')).toBe(true);
    expect(replayed?.data).toMatchObject({ payload: { text: 'just before' }, isBot: false });
  });

  it.concurrent('tells both sides of the conversation, each signal once and in order, with ids that rise', async () => {
    const { id: userId, key } = await newUser();
    const id = await newConversation(key);
    const stream = await listen(key, id);

    const said = await say(key, id, 'hello');
    const answered = await stream.wait('message_created', ({ data }) => data.isBot);
    await call('POST', '/events', { key, body: { conversationId: id, payload: { kind: 'typing' } } });
    await call('DELETE', `/messages/${said.id}`, { key, body: {} });
    await stream.wait('message_deleted');

    const told = stream.events.filter(({ type }) => type !== 'ping');
    const numbers = told.map(({ id: eventId = '' }) => Number(eventId.split('-')[0]));
    expect(told.map(({ type, data }) => [type, data.userId])).toEqual([
      ['message_created', userId],
      ['message_created', 'bot:claude'],
      ['event_created', userId],
      ['event_created', 'bot:claude'],
      ['message_deleted', userId],
    ]);
    expect(numbers).toEqual([1, 2, 3, 4, 5]);
    expect(told[0]?.data).toEqual({ ...said, isBot: false });
    expect(answered.data).toMatchObject({ conversationId: id, payload: { type: 'text', text: 'hello' } });
    expect(told[3]?.data).toMatchObject({ id: null, isBot: true, payload: { kind: 'typing' } });
  });

  it.concurrent.each(['header', 'query'])('goes on after the last event that the client has seen (%s)', async (way) => {
    const { key } = await newUser();
    const id = await newConversation(key);
    const first = await listen(key, id);
    await say(key, id, 'seen');
    const seen = await first.wait('message_created', ({ data }) => data.isBot);
    first.leave();
    await sleep(2_100); // the replay would not reach back so far
    const missed = await say(key, id, 'missed');
    await world.quiet();
    await sleep(2_100);

    const eventId = String(seen.id);
    const again = await (way === 'header'
      ? listen(key, id, { 'last-event-id': eventId })
      : listen(key, id, {}, `?lastEventId=${eventId}`));
    await again.wait('message_created', ({ data }) => data.isBot);

    expect(again.events.map(({ data }) => data.payload.text)).toEqual(['missed', 'missed']);
    expect(again.events[0]?.data.id).toBe(missed.id);
  });

  it.concurrent('takes a last event it does not know for a new beginning', async () => {
    const opened = await listenSoon('hello', ['1-1', '999-1', 'nonsense', '1-']);
    await Promise.all(opened.map((stream) => stream.wait('message_created', ({ data }) => data.isBot)));

    for (const { events } of opened) expect(events).toHaveLength(2);
  });

  it.concurrent('ends for a removed participant, before the removal is told, and for nobody else', async () => {
    const [ada, bob] = [await newUser(), await newUser()];
    const id = await newConversation(ada.key);
    const people = `/conversations/${id}/participants`;
    await call('POST', people, { key: ada.key, body: { userId: bob.id } });
    const elsewhere = await newConversation(bob.key);
    const [adas, bobs, others] = [
      await listen(ada.key, id),
      await listen(bob.key, id),
      await listen(bob.key, elsewhere),
    ];
    await say(ada.key, id, 'before');

    await call('DELETE', `${people}/${bob.id}`, { key: ada.key, body: {} });
    await say(ada.key, id, 'after');

    await bobs.closed;
    await adas.wait('message_created', ({ data }) => data.payload.text === 'after' && !data.isBot);
    await adas.wait('participant_removed');
    const texts = bobs.events.filter(({ type, data }) => type === 'message_created' && !data.isBot);
    expect(texts.map(({ data }) => data.payload.text)).toEqual(['before']);
    expect(bobs.events.map(({ type }) => type)).not.toContain('participant_removed');
    expect([adas.isClosed(), others.isClosed()]).toEqual([false, false]);
  });

  it.concurrent('ends by itself before the function is stopped', async () => {
    const { key } = await newUser();
    const id = await newConversation(key);
    const stream = await listen(key, id);

    await stream.closed;

    expect(world.endedWithMs().every((ms) => ms > 0)).toBe(true);
    expect(stream.text().endsWith('\n\n')).toBe(true);
  });

  it.concurrent('is refused with statuses that its library does not take for a reason to try for ever', async () => {
    const [ada, eve] = [await newUser(), await newUser()];
    const id = await newConversation(ada.key);

    const refused = await Promise.all([
      listen(eve.key, id),
      listen('no key', id),
      listen(ada.key, 'unknown'),
      listen(forgeKey({ id: 'nobody' }, SECRET), id),
    ]);

    expect(refused.map(({ status }) => status)).toEqual([403, 401, 403, 404]);
  });

  it.concurrent('misses nothing and tells nothing twice while many write at once', async () => {
    const users = await Promise.all(Array.from({ length: 6 }, newUser));
    const [ada] = users;
    const key = String(ada?.key);
    const id = await newConversation(key);
    for (const user of users.slice(1)) {
      await call('POST', `/conversations/${id}/participants`, { key, body: { userId: user.id } });
    }
    const listeners = await Promise.all(users.map((user) => listen(user.key, id)));

    const said = await Promise.all(users.flatMap((user, u) => [0, 1, 2, 3].map((n) => say(user.key, id, `${u}.${n}`))));
    await world.quiet();

    const answers = (stream: OpenStream) => stream.events.filter(({ data }) => data.isBot).length;
    for (const stream of listeners) while (answers(stream) === 0) await sleep(20);
    for (const stream of listeners) {
      for (const { id: messageId } of said) await stream.wait('message_created', ({ data }) => data.id === messageId);
      const numbers = stream.events.map(({ id: eventId = '' }) => Number(eventId.split('-')[0]));
      const ids = stream.events.filter(({ type }) => type === 'message_created').map(({ data }) => data.id);
      expect(numbers).toEqual(Array.from(numbers, (_, i) => (numbers[0] ?? 0) + i));
      expect(new Set(ids).size).toBe(ids.length);
    }
  });
});
