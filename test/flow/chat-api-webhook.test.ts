/** The outgoing webhook: every signal, in order, to a receiver that may be slow, down or gone, at nobody else's cost. */
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { CreateQueueCommand } from '@aws-sdk/client-sqs';
import { afterEach, describe, expect, it } from 'vitest';
import { openSqs } from '../../lib/queue.ts';
import { openForget } from '../../lib/store/forget.ts';
import { openForgetUser } from '../../lib/store/forget-user.ts';
import { openDynamo } from '../../lib/store/store.ts';
import { caller, openStream } from '../harness/chat-api-client.ts';
import { type ChatApiWorld, openChatApiWorld } from '../harness/chat-api-world.ts';
import { depth, startConsumer } from '../harness/consumer.ts';

interface Received {
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

const closing: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** Answers as `behave` says; the statuses of the first ones are given. */
async function startReceiver({ statuses = [] as number[], until = Promise.resolve() } = {}) {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    const body = await text(request);
    const status = statuses.shift() ?? 204;
    await until;
    if (status === 204) received.push({ path: request.url ?? '', headers: request.headers, body });
    response.writeHead(status, status === 307 ? { location: '/elsewhere' } : {}).end();
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  closing.push(
    async () => server.closeAllConnections(),
    async () => void server.close(),
  );
  return { received, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook` };
}

async function openWorld(url: string, maxReceiveCount = 8) {
  const sqs = openSqs();
  const id = randomUUID();
  const make = async (name: string, more: Record<string, string>) => {
    const Attributes = { FifoQueue: 'true', VisibilityTimeout: '10', ...more };
    return (await sqs.send(new CreateQueueCommand({ QueueName: name, Attributes }))).QueueUrl ?? '';
  };
  const dead = await make(`dead-events-${id}.fifo`, {});
  const deadLetterTargetArn = `arn:aws:sqs:us-east-1:000000000000:dead-events-${id}.fifo`;
  const queue = await make(`events-${id}.fifo`, {
    RedrivePolicy: JSON.stringify({ deadLetterTargetArn, maxReceiveCount }),
  });
  const world = await openChatApiWorld({
    settings: {
      CHAT_API_BOT: 'echo',
      CHAT_API_WEBHOOK_URL: url,
      CHAT_API_WEBHOOK_SECRET: 'tell nobody',
      EVENTS_QUEUE_URL: queue,
      EVENTS_DEAD_LETTERS_URL: dead,
    },
  });
  const { eventsDoor } = await import('../../lib/app/events.ts');
  const consumer = startConsumer({ sqs, url: queue, handler: eventsDoor(), lanes: 1 });
  closing.push(world.close, consumer.stop);
  return { world, waiting: () => depth(sqs, queue), dead: () => depth(sqs, dead) };
}

async function begin(world: ChatApiWorld) {
  const call = caller(world.apiUrl);
  const { key } = (await call('POST', '/users', { body: {} })).body;
  const { id } = (await call('POST', '/conversations', { key, body: {} })).body.conversation;
  const say = (words: string) =>
    call('POST', '/messages', { key, body: { conversationId: id, payload: { type: 'text', text: words } } });
  return { call, key, id, say };
}

describe('the outgoing webhook', () => {
  it('gets every signal as the streams carry it, in order, with the secret', async () => {
    const receiver = await startReceiver();
    const { world, waiting } = await openWorld(receiver.url);
    const { call, key, id, say } = await begin(world);
    const stream = await openStream(`${world.apiUrl}/conversations/${id}/listen`, key);

    const { body } = await say('hello 😀');
    await stream.wait('message_created', ({ data }) => data.isBot);
    await call('DELETE', `/messages/${body.message.id}`, { key, body: {} });
    await stream.wait('message_deleted');
    while ((await waiting()) > 0) await sleep(20);
    stream.leave();

    const told = [...stream.text().matchAll(/^data: (.*)$/gm)].map(([, json]) => json);
    expect(receiver.received.map((one) => one.body)).toEqual(told);
    expect(told).toHaveLength(3);
    expect(new Set(receiver.received.map(({ path }) => path))).toEqual(new Set(['/hook/']));
    expect(receiver.received[0]?.headers).toMatchObject({
      'content-type': 'application/json',
      'x-secret-key': 'tell nobody',
      'x-signal-id': expect.stringMatching(/created/),
    });
  });

  it('keeps nobody waiting, however slow its receiver is', async () => {
    const { promise: until, resolve: release } = Promise.withResolvers<void>();
    const receiver = await startReceiver({ until });
    const { world, waiting } = await openWorld(receiver.url);
    const { call, key, id, say } = await begin(world);

    for (let i = 0; i < 3; i++) await say(`message ${i}`);
    expect(receiver.received).toEqual([]);
    release();
    await world.quiet();

    while ((await waiting()) > 0) await sleep(50);
    // Messages that waited together have one answer.
    const { body } = await call('GET', `/conversations/${id}/messages`, { key });
    expect(receiver.received).toHaveLength(body.messages.length);
    expect(body.messages.length).toBeGreaterThan(3);
  });

  it('is tried again in order when its receiver fails; a redirect is a failure, since the secret would go along', async () => {
    const receiver = await startReceiver({ statuses: [307] });
    const { world, waiting } = await openWorld(receiver.url);
    const { say } = await begin(world);

    await say('first');
    await world.quiet();
    await say('second');

    while ((await waiting()) > 0) await sleep(50);
    await world.quiet();
    const texts = receiver.received.map(({ body }) => JSON.parse(body).data.payload.text);
    expect(texts).toEqual(['first', 'first', 'second', 'second']);
    expect(receiver.received.map(({ path }) => path)).not.toContain('/elsewhere');
  });

  it('is told nothing of a user who was forgotten while it was away, and what others said all the same', async () => {
    const { promise: until, resolve: release } = Promise.withResolvers<void>();
    const receiver = await startReceiver({ statuses: [503], until });
    const { world, waiting } = await openWorld(receiver.url);
    const { call, key, id, say } = await begin(world);
    const alice = (await call('GET', '/users/me', { key })).body.user.id;
    const bob = (await call('POST', '/users', { body: {} })).body;
    await call('POST', `/conversations/${id}/participants`, { key, body: { userId: bob.user.id } });
    await say('of alice');
    await world.quiet();
    const payload = { type: 'text', text: 'of bob' };
    await call('POST', '/messages', { key: bob.key, body: { conversationId: id, payload } });
    await world.quiet();

    const dynamo = openDynamo();
    const forget = openForget(dynamo, world.table, Date.now);
    await openForgetUser(dynamo, world.table, { now: Date.now, forget })({ platform: 'chat-api', user: alice });
    release();

    while ((await waiting()) > 0) await sleep(50);
    const told = receiver.received.map(({ body }) => JSON.parse(body));
    expect(told.map(({ type, data }) => [type, data.payload?.text ?? data.participantId])).toEqual([
      ['participant_added', bob.user.id],
      ['message_created', 'of bob'],
      ['message_created', 'of bob'],
    ]);
  });

  it('leaves what is never taken with the dead letters', async () => {
    const { world, dead } = await openWorld('http://127.0.0.1:9/nobody', 1);
    const { say } = await begin(world);

    await say('into the void');
    await world.quiet();

    while ((await dead()) === 0) await sleep(50);
    expect(await dead()).toBeGreaterThan(0);
  });
});
