import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SignJWT } from 'jose';
import { afterEach, describe, expect, it } from 'vitest';
import { talkjsDialect } from '../../../../lib/platforms/talkjs/dialect.ts';
import { readBody, serve } from '../../../../local/stand-ins/serve.ts';
import { createTalkjs, type TalkjsOptions } from '../../../../local/stand-ins/talkjs.ts';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

const dialect = talkjsDialect({ webhookSecrets: ['sk_test'], botId: 'claude', toleranceSeconds: 300 });

/** A bot's door that answers with these statuses in turn, and then with 200. */
async function openDoor(statuses: number[] = []) {
  const received: { headers: Record<string, string>; body: Buffer }[] = [];
  const server = createServer(async (request, response) => {
    const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, `${value}`]));
    received.push({ headers, body: await readBody(request, 1e6) });
    response.writeHead(statuses.shift() ?? 200).end();
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  closing.push(() => new Promise((closed) => server.close(closed)));
  const types = () => received.map(({ body }): string => JSON.parse(body.toString()).type);
  const said = () => received.map((request) => dialect.parse(request));
  return { received, types, said, webhookUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/talkjs` };
}

interface AnswerBody {
  id: string;
  createdAt: number;
  participants: Record<string, unknown>;
  data: { id: string; text: string }[];
  0: { id: string };
}

async function open(options: Partial<TalkjsOptions> = {}) {
  const talkjs = createTalkjs({ appId: 'tApp', secretKey: 'sk_test', botId: 'claude', retryMs: 1, ...options });
  const server = await serve({ talkjs: talkjs.handle });
  closing.push(server.close);
  const call = async (method: string, path: string, body?: unknown, token = 'sk_test') => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const response = await fetch(`${server.url}/talkjs${path}`, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer: AnswerBody = JSON.parse(await response.text());
    return { status: response.status, body: answer, headers: response.headers };
  };
  return { talkjs, call };
}

const room = '/v1/tApp/conversations/room';
const fromBot = (text: string, more = {}) => [{ type: 'UserMessage', sender: 'claude', text, ...more }];

describe('the TalkJS on this machine', () => {
  it('lets somebody speak and read over HTTP, and makes user and conversation', async () => {
    const { call } = await open();

    const said = await call('POST', '/say', { conversationId: 'a room', userId: 'ada', text: 'Hello' });
    const shown = await call('GET', '/say/a%20room');
    const conversation = await call('GET', '/v1/tApp/conversations/a%20room');

    expect(said).toMatchObject({ status: 200, body: { id: expect.stringMatching(/^msg_/) } });
    expect(shown.body).toEqual({
      conversation: 'a room',
      messages: [{ id: said.body.id, sender: 'ada', text: 'Hello', createdAt: said.body.createdAt }],
    });
    expect(Object.keys(conversation.body.participants)).toEqual(['ada', 'claude']);
  });

  it('sends a picture and its text as two messages', async () => {
    const door = await openDoor();
    const { talkjs } = await open({ webhookUrl: door.webhookUrl });

    talkjs.say({
      conversationId: 'room',
      userId: 'ada',
      text: 'What is it?',
      attachment: { url: 'https://files.example/cat.png', size: 5, filename: 'cat.png', subtype: 'image' },
    });
    await talkjs.settle();

    expect(door.said()).toHaveLength(2);
    expect(door.said()).toContainEqual(expect.objectContaining({ text: 'What is it?', attachments: [] }));
    expect(door.said()).toContainEqual(
      expect.objectContaining({
        text: '',
        attachments: [{ url: 'https://files.example/cat.png', name: 'cat.png', bytes: 5, kind: 'image' }],
      }),
    );
  });

  it("sends signed webhooks for everything, the bot's own messages too", async () => {
    const door = await openDoor();
    const { talkjs, call } = await open({ webhookUrl: door.webhookUrl });

    const [hello] = talkjs.say({ conversationId: 'room', userId: 'ada', text: 'Hello' });
    await talkjs.settle();
    await call('POST', `${room}/messages`, fromBot('Hi'));
    await talkjs.settle();
    talkjs.edit('room', hello?.id ?? '', 'Hello!');
    await talkjs.settle();
    talkjs.remove('room', hello?.id ?? '');
    await talkjs.settle();
    await call('DELETE', room);
    await talkjs.settle();

    for (const request of door.received) dialect.verify(request, Date.now());
    expect(door.said()).toMatchObject([
      { event: 'sent', text: 'Hello', speaker: { id: 'ada' } },
      { ignored: 'own message' },
      { event: 'edited', text: 'Hello!', messageId: hello?.id },
      { event: 'deleted', messageId: hello?.id },
      { ignored: 'other event' },
    ]);
  });

  it.each([
    ['once when it is answered with 200', [200], 1],
    ['twice when it is answered with 202', [202], 2],
    ['twice and no more when it is refused', [503, 503, 503], 2],
  ])('sends a webhook %s', async (_, statuses, times) => {
    const door = await openDoor(statuses);
    const { talkjs } = await open({ webhookUrl: door.webhookUrl });

    talkjs.say({ conversationId: 'room', userId: 'ada', text: 'Hello' });
    await talkjs.settle();

    expect(door.received).toHaveLength(times);
  });

  it('lets no webhook wait for another', async () => {
    const arrived: string[] = [];
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { talkjs } = await open({
      sendWebhook: async ({ body }) => {
        const { text } = JSON.parse(body).data.message;
        if (text === 'first') await held;
        arrived.push(text);
        if (text === 'second') release();
        return 200;
      },
    });

    talkjs.say({ conversationId: 'room', userId: 'ada', text: 'first' });
    talkjs.say({ conversationId: 'room', userId: 'ada', text: 'second' });
    await talkjs.settle();

    expect(arrived).toEqual(['second', 'first']);
  });

  it.each([
    ['repeats', { kind: 'repeat-webhook', copies: 3 }, 3],
    ['repeats at once', { kind: 'repeat-webhook', copies: 4, atOnce: true }, 4],
    ['drops', { kind: 'drop-webhook' }, 0],
  ] as const)('%s a webhook on demand', async (_, fault, times) => {
    const door = await openDoor();
    const { talkjs, call } = await open({ webhookUrl: door.webhookUrl });
    await call('POST', '/faults', fault);

    talkjs.say({ conversationId: 'room', userId: 'ada', text: 'Hello' });
    await talkjs.settle();
    talkjs.say({ conversationId: 'room', userId: 'ada', text: 'Hello' });
    await talkjs.settle();

    expect(door.received).toHaveLength(times + 1);
  });

  it('keeps one message for one idempotency key, for a day', async () => {
    let time = Date.now();
    const { talkjs, call } = await open({ now: () => time });
    talkjs.say({ conversationId: 'room', userId: 'ada', text: 'Hello' });
    const send = () => call('POST', `${room}/messages`, fromBot('Hi', { idempotencyKey: 'k' }), 'sk_test');

    const first = await send();
    time += 23 * 3_600_000;
    const second = await send();
    time += 2 * 3_600_000;
    const third = await send();

    expect(second.body).toEqual(first.body);
    expect(third.body).not.toEqual(first.body);
    expect(talkjs.transcript('room')).toHaveLength(3);
  });

  it('lists messages newest first, page by page', async () => {
    const { talkjs, call } = await open();
    for (const text of ['1', '2', '3']) talkjs.say({ conversationId: 'room', userId: 'ada', text });

    const first = await call('GET', `${room}/messages?limit=2`);
    const second = await call('GET', `${room}/messages?limit=2&startingAfter=${first.body.data[1]?.id}`);

    expect(first.body.data.map(({ text }) => text)).toEqual(['3', '2']);
    expect(second.body.data.map(({ text }) => text)).toEqual(['1']);
  });

  it('merges an edit into a message, and null takes a custom key away', async () => {
    const { talkjs, call } = await open();
    talkjs.say({ conversationId: 'room', userId: 'ada', text: 'Hello' });
    const posted = await call('POST', `${room}/messages`, fromBot('…', { custom: { isTyping: 'true', k: 'v' } }));
    const path = `${room}/messages/${posted.body[0].id}`;

    const edited = await call('PUT', path, { text: 'Hi', custom: { isTyping: null } });
    const message = await call('GET', path);

    expect(edited).toMatchObject({ status: 200, body: {} });
    expect(message.body).toMatchObject({ text: 'Hi', custom: { k: 'v' }, editedAt: expect.any(Number) });
  });

  it('takes a token of the app and no other', async () => {
    const { call } = await open();
    const sign = (claims: Record<string, unknown>, key = 'sk_test') =>
      new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(new TextEncoder().encode(key));
    const soon = Math.floor(Date.now() / 1000) + 30;
    const app = { tokenType: 'app', iss: 'tApp', exp: soon };
    const status = async (token: string) => (await call('GET', '/v1/tApp/users/claude', undefined, token)).status;

    const statuses = [
      await status(await sign(app)),
      await status(await sign(app, 'sk_other')),
      await status(await sign({ ...app, tokenType: 'user' })),
      await status(await sign({ ...app, iss: 'other' })),
      await status(await sign({ ...app, exp: soon - 120 })),
      await status(await sign({ tokenType: 'app', iss: 'tApp' })),
      await status('nonsense'),
    ];

    expect(statuses).toEqual([200, 401, 401, 401, 401, 401, 401]);
  });

  it.each([
    ['a message that is no list', 'POST', `${room}/messages`, { type: 'UserMessage' }, 400, 'INVALID_ARGUMENT'],
    ['eleven messages', 'POST', `${room}/messages`, Array(11).fill(fromBot('x')[0]), 400, 'INVALID_ARGUMENT'],
    ['an empty text', 'POST', `${room}/messages`, fromBot(''), 400, 'INVALID_ARGUMENT'],
    ['an unknown sender', 'POST', `${room}/messages`, fromBot('x', { sender: 'bob' }), 400, 'USER_NOT_FOUND'],
    ['a sender outside', 'POST', `${room}/messages`, fromBot('x', { sender: 'eve' }), 400, 'NOT_A_PARTICIPANT'],
    [
      'a custom value that is no text',
      'POST',
      `${room}/messages`,
      fromBot('x', { custom: { a: 1 } }),
      400,
      'INVALID_ARGUMENT',
    ],
    [
      'an unknown conversation',
      'POST',
      '/v1/tApp/conversations/x/messages',
      fromBot('x'),
      404,
      'CONVERSATION_NOT_FOUND',
    ],
    ['an unknown message', 'PUT', `${room}/messages/x`, { text: 'x' }, 404, 'MESSAGE_NOT_FOUND'],
    ['too long a page', 'GET', `${room}/messages?limit=101`, undefined, 400, 'INVALID_ARGUMENT'],
    ['a path nobody knows', 'GET', '/v1/tApp/nothing', undefined, 404, 'NOT_FOUND'],
    ['another app', 'GET', '/v1/other/users/claude', undefined, 401, 'UNAUTHORIZED'],
    ['a path that is no text', 'GET', '/v1/tApp/users/%E0%A4%A', undefined, 400, 'INVALID_ARGUMENT'],
    ['somebody who says nothing', 'POST', '/say', { conversationId: 'room', userId: 'ada' }, 400, 'INVALID_ARGUMENT'],
  ])('refuses %s', async (_, method, path, body, status, errorCode) => {
    const { talkjs, call } = await open();
    talkjs.say({ conversationId: 'room', userId: 'ada', text: 'Hello' });
    talkjs.say({ conversationId: 'elsewhere', userId: 'eve', text: 'Hello' });

    const answer = await call(method, path, body);

    expect(answer).toMatchObject({ status, body: { errorCode, reasons: [expect.any(String)] } });
  });

  it('keeps none of several messages when one is refused', async () => {
    const { talkjs, call } = await open();
    talkjs.say({ conversationId: 'room', userId: 'ada', text: 'Hello' });

    const answer = await call('POST', `${room}/messages`, [...fromBot('a'), ...fromBot('b', { sender: 'bob' })]);

    expect(answer.status).toBe(400);
    expect(talkjs.transcript('room')).toHaveLength(1);
  });

  it('allows a burst and then so many requests per second', async () => {
    let time = Date.now();
    const { call } = await open({ rateLimit: { burst: 2, perSecond: 1 }, now: () => time });
    const status = async () => (await call('GET', '/v1/tApp/users/claude')).status;

    const burst = [await status(), await status(), await status()];
    time += 1_000;
    const later = [await status(), await status()];

    expect(burst).toEqual([200, 200, 429]);
    expect(later).toEqual([200, 429]);
  });

  it('is out of order as often as it is told, and mends', async () => {
    const { call } = await open();
    await call('POST', '/faults', { kind: 'busy', retryAfterSeconds: 3, method: 'GET' });
    await call('POST', '/faults', { kind: 'down', times: 5 });

    const busy = await call('GET', '/v1/tApp/users/claude');
    const down = await call('GET', '/v1/tApp/users/claude');
    await call('DELETE', '/faults');
    const up = await call('GET', '/v1/tApp/users/claude');

    expect([busy.status, busy.headers.get('retry-after'), down.status, up.status]).toEqual([429, '3', 503, 200]);
  });

  it('does what was asked even where the answer is cut off', async () => {
    const { talkjs, call } = await open();
    talkjs.say({ conversationId: 'room', userId: 'ada', text: 'Hello' });
    talkjs.fail({ kind: 'cut-after' });

    const sending = call('POST', `${room}/messages`, fromBot('Hi'));

    await expect(sending).rejects.toThrow();
    expect(talkjs.transcript('room')).toHaveLength(2);
  });

  it('finds conversations by their last activity', async () => {
    let time = 1_755_500_000_000;
    const { talkjs, call } = await open({ now: () => time, rateLimit: 'off' });
    for (const conversationId of ['old', 'new']) {
      talkjs.say({ conversationId, userId: 'ada', text: 'Hello' });
      time += 60_000;
    }
    const filter = encodeURIComponent(JSON.stringify({ lastMessageTs: ['>', 1_755_500_000_000] }));

    const all = await call('GET', '/v1/tApp/conversations?limit=30');
    const recent = await call('GET', `/v1/tApp/conversations?limit=30&filter=${filter}`);

    expect(all.body.data.map(({ id }) => id)).toEqual(['new', 'old']);
    expect(recent.body.data.map(({ id }) => id)).toEqual(['new']);
  });

  it('changes a participant without resetting the rest, unless it is put anew', async () => {
    const { talkjs, call } = await open();
    talkjs.say({ conversationId: 'room', userId: 'ada', text: 'Hello' });
    const path = `${room}/participants/ada`;

    await call('PATCH', path, { notify: false });
    await call('PATCH', path, { access: 'Read' });
    const patched = (await call('GET', room)).body.participants.ada;
    await call('PUT', path, { access: 'Read' });
    const put = (await call('GET', room)).body.participants.ada;

    expect(patched).toEqual({ access: 'Read', notify: false });
    expect(put).toEqual({ access: 'Read', notify: true });
  });
});
