import { afterEach, describe, expect, it } from 'vitest';
import { signUserKey } from '../../../../lib/platforms/botpress/keys.ts';
import { echoBot } from '../../../../local/stand-ins/botpress/acts.ts';
import { type BotpressOptions, createBotpress } from '../../../../local/stand-ins/botpress.ts';
import { type Handler, readBody, serve } from '../../../../local/stand-ins/serve.ts';
import { official } from '../../../harness/official-botpress-client.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

const KEY = 'an encryption key';
const bodiesOf = (received: readonly Received[]) => received.map(({ body }) => JSON.parse(body));

interface Received {
  path: string | undefined;
  secret: unknown;
  body: string;
}

/** A cloud and whoever gets its webhooks; `wait` keeps the receiver from answering. */
async function open(options: Partial<BotpressOptions> & { receive?: () => Promise<number> } = {}) {
  const { receive = async () => 200, ...own } = options;
  const received: Received[] = [];
  const hook: Handler = async (request, response) => {
    const body = (await readBody(request, 1_000_000)).toString();
    received.push({ path: request.url, secret: request.headers['x-secret-key'], body });
    response.writeHead(await receive()).end();
  };
  let base = '';
  const botpress = createBotpress({
    webhookId: 'wh',
    webhookSecret: 'a secret',
    webhookUrl: () => `${base}/hook/botpress/`,
    ...own,
  });
  const server = await serve({ botpress: botpress.handle, hook });
  closing.push(server.close);
  base = server.url;
  const apiUrl = `${server.url}/botpress/wh`;
  const connect = (userId: string) => official.Client.connect({ apiUrl, encryptionKey: KEY, userId });
  const call = (method: string, path: string, { key, body }: { key?: string; body?: unknown } = {}) =>
    fetch(`${server.url}/botpress${path}`, {
      method,
      headers: { 'content-type': 'application/json', ...(key ? { 'x-user-key': key } : {}) },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
  return { botpress, received, apiUrl, connect, call };
}

describe('the Botpress stand-in, for the official client', () => {
  it('makes users, conversations and messages, and lists them in pages with the newest first', async () => {
    const { connect } = await open({ encryptionKey: KEY, pageSize: 2 });
    const ada = await connect('ada');
    const { conversation } = await ada.createConversation({});

    for (const text of ['one', 'two', 'three', 'four', 'five']) {
      await ada.createMessage({ conversationId: conversation.id, payload: { type: 'text', text } });
    }

    const messages = await ada.list.messages({ conversationId: conversation.id }).collect();
    expect(conversation.id).toMatch(/^conv_[0-9A-Z]{26}$/);
    expect(messages.map(({ payload }) => payload)).toEqual(
      ['five', 'four', 'three', 'two', 'one'].map((text) => ({ type: 'text', text })),
    );
    expect(messages.every(({ userId }) => userId === 'ada')).toBe(true);
  });

  it('gives keys away in shared authentication only', async () => {
    const [shared, manual] = [await open(), await open({ encryptionKey: KEY })];

    const client = await official.Client.connect({ apiUrl: shared.apiUrl, userId: 'ada' });
    const refusal = await official.Client.connect({ apiUrl: manual.apiUrl, userId: 'ada' }).catch((error) => error);

    expect((await client.getUser({})).user.id).toBe('ada');
    expect(refusal).toBeInstanceOf(official.UnauthorizedError);
  });

  it('lets only the owner add and remove participants, and only participants speak', async () => {
    const { connect } = await open({ encryptionKey: KEY });
    const [ada, bob] = [await connect('ada'), await connect('bob')];
    const { conversation } = await ada.createConversation({ id: 'room' });
    const hello = { conversationId: 'room', payload: { type: 'text', text: 'Hello' } } as const;

    const before = await bob.createMessage(hello).catch((error) => error);
    const own = await bob.addParticipant({ conversationId: 'room', userId: 'bob' }).catch((error) => error);
    const nobody = await ada.addParticipant({ conversationId: 'room', userId: 'nobody' }).catch((error) => error);
    await ada.addParticipant({ conversationId: 'room', userId: 'bob' });
    const { message } = await bob.createMessage(hello);
    const owner = await ada.removeParticipant({ conversationId: 'room', userId: 'ada' }).catch((error) => error);

    expect(conversation.id).toBe('room');
    expect([before, own]).toEqual([expect.any(official.ForbiddenError), expect.any(official.ForbiddenError)]);
    expect(nobody).toBeInstanceOf(official.ReferenceNotFoundError);
    expect(owner).toBeInstanceOf(official.InvalidPayloadError);
    expect(message.userId).toBe('bob');
  });

  it('takes no id twice, and no id of a wrong shape', async () => {
    const { connect } = await open({ encryptionKey: KEY });
    const ada = await connect('ada');
    await ada.createConversation({ id: 'room' });

    const failures = await Promise.all(
      ['room', 'a+b', 'x'.repeat(71)].map((id) => ada.createConversation({ id }).catch((error) => error)),
    );

    expect(failures.map((error) => error.constructor)).toEqual([
      official.AlreadyExistsError,
      official.InvalidPayloadError,
      official.InvalidPayloadError,
    ]);
  });
});

describe('the Botpress stand-in, for whoever gets it wrong', () => {
  it('answers as Botpress does: 400 without a key, 401 for a wrong one, bare messages for routes and schemas', async () => {
    const { call } = await open({ encryptionKey: KEY });
    const wrong = await signUserKey('ada', 'another key', Date.now());
    const expired = await signUserKey('ada', KEY, 0);
    const key = await signUserKey('ada', KEY, Date.now());
    const empty = { conversationId: 'room', payload: { type: 'text', text: '' } };

    const answers = await Promise.all([
      call('GET', '/wh/users/me'),
      call('GET', '/wh/users/me', { key: wrong }),
      call('GET', '/wh/users/me', { key: expired }),
      call('GET', '/wh/users/me', { key: `${btoa('{"alg":"none"}')}.${btoa('{"id":"ada"}')}.` }),
      call('GET', '/wh1234/hello'),
      call('PATCH', '/wh/users/me', { key }),
      call('POST', '/wh/messages', { key, body: empty }),
      call('POST', '/wh/messages', { key, body: '{' }),
      call('POST', '/wh/messages', { key, body: 'x'.repeat(1_100_000) }),
    ]);

    expect(answers.map(({ status }) => status)).toEqual([400, 401, 401, 401, 404, 404, 400, 400, 413]);
    expect(await answers[1]?.json()).toEqual({
      id: expect.stringMatching(/^err_\d{14}x[0-9A-F]{8}$/),
      code: 401,
      type: 'Unauthorized',
      message: 'Invalid user key',
    });
    expect(await answers[7]?.json()).toEqual({ message: 'Invalid JSON body' });
  });
});

describe('the webhook of the Botpress stand-in', () => {
  it('goes to the URL with a slash appended and brings the secret, one signal at a time', async () => {
    const { botpress, received } = await open();

    const id = await botpress.say({ conversationId: 'room', userId: 'ada', text: 'Hello', metadata: { a: null } });

    expect(received).toMatchObject([{ path: '/botpress/', secret: 'a secret' }]);
    expect(bodiesOf(received)).toEqual([
      {
        type: 'message_created',
        data: {
          id,
          createdAt: expect.stringMatching(/^\d{4}-.*Z$/),
          conversationId: 'room',
          userId: 'ada',
          payload: { type: 'text', text: 'Hello' },
          metadata: { a: null },
          isBot: false,
        },
      },
    ]);
  });

  it('keeps the sender waiting for as long as the receiver takes', async () => {
    const gate = Promise.withResolvers<number>();
    const { botpress, received } = await open({ receive: () => gate.promise });
    let isSent = false;

    const sending = botpress.say({ conversationId: 'room', userId: 'ada', text: 'Hello' }).then(() => {
      isSent = true;
    });
    while (received.length === 0) await new Promise(setImmediate);
    const wasSent = isSent;
    gate.resolve(200);
    await sending;

    expect(wasSent).toBe(false);
    expect(botpress.transcript('room')).toHaveLength(1);
  });

  it('is sent once, whatever the receiver says, and its failure is nobody’s', async () => {
    const { botpress, received } = await open({ receive: async () => 503 });

    await botpress.say({ conversationId: 'room', userId: 'ada', text: 'Hello' });
    await botpress.settle();

    expect(received).toHaveLength(1);
    expect(botpress.webhooks.map(({ status }) => status)).toEqual([503]);
  });

  it('reports everybody’s messages, also those of API users and of the bot, and a deletion under Botpress’ own ids', async () => {
    const { botpress, received, connect } = await open({ encryptionKey: KEY, bot: echoBot });
    const id = await botpress.say({ conversationId: 'room', userId: 'ada', text: 'Hello', participants: ['claude'] });
    const claude = await connect('claude');
    await claude.createMessage({ conversationId: 'room', payload: { type: 'text', text: 'Hi' } });
    await botpress.remove(id);

    const signals = bodiesOf(received);

    const authors = signals.flatMap(({ type, data }) =>
      type === 'message_created' ? [[data.isBot, data.payload.text]] : [],
    );
    expect(authors.toSorted()).toEqual([
      [false, 'Hello'],
      [false, 'Hi'],
      [true, 'ada sent me text'],
      [true, 'claude sent me text'],
    ]);
    expect(signals.at(-1)).toEqual({
      type: 'message_deleted',
      data: {
        id,
        conversationId: expect.stringMatching(/^conv_/),
        userId: expect.stringMatching(/^user_/),
      },
    });
  });
});

describe('the faults of the Botpress stand-in', () => {
  it('come over HTTP, happen as often as asked and where asked, and can be mended', async () => {
    const { call } = await open();
    await call('POST', '/faults', { body: { kind: 'down', path: '/hello', times: 2, status: 502 } });
    await call('POST', '/faults', { body: { kind: 'busy', retryAfterSeconds: 7 } });

    const busy = await call('POST', '/wh/users', { body: {} });
    const down = await call('GET', '/wh/hello');
    await call('DELETE', '/faults');
    const fine = await call('GET', '/wh/hello');

    expect([busy.status, busy.headers.get('retry-after')]).toEqual([429, '7']);
    expect([down.status, fine.status]).toEqual([502, 200]);
  });

  it('let a user speak and read over HTTP beside them', async () => {
    const { call } = await open();

    const said = await call('POST', '/say', { body: { conversationId: 'demo', userId: 'ada', text: 'Hello' } });
    const nothing = await call('POST', '/say', { body: { conversationId: 'demo', userId: 'ada' } });
    const transcript = await call('GET', '/say/demo');

    const { id } = (await said.json()) as { id: string };
    expect(nothing.status).toBe(400);
    expect(await transcript.json()).toMatchObject({
      conversation: 'demo',
      messages: [{ id, sender: 'ada', text: 'Hello' }],
    });
  });
});
