/** What users think of the answers, from each door: kept once, told once, by those who take part alone. */
import { randomUUID } from 'node:crypto';
import { CreateQueueCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { reconcileDoor } from '../../lib/app/reconcile.ts';
import { exportOf } from '../../lib/records/otlp.ts';
import { spansOf } from '../../lib/records/spans.ts';
import { openTable } from '../../lib/store/items.ts';
import { openProgress } from '../../lib/store/progress.ts';
import { openDynamo } from '../../lib/store/store.ts';
import { readExport } from '../../local/stand-ins/otlp/shape.ts';
import { type Call, caller } from '../harness/chat-api-client.ts';
import { type ChatApiWorld, openChatApiWorld } from '../harness/chat-api-world.ts';
import { type ChatWorld, openChatWorld } from '../harness/chat-world.ts';
import { receive } from '../harness/consumer.ts';
import { countedBy } from '../harness/counted-by.ts';
import { hearLines } from '../harness/hear-lines.ts';
import { makeFifo } from '../harness/tables.ts';
import { talkjsChat } from '../harness/talkjs-chat.ts';
import { openWorld, type World } from '../harness/world.ts';

const disliked = { value: 'negative', comment: 'That is not what I asked.' };

describe('at the Chat API', () => {
  let world: ChatApiWorld;
  let call: Call;
  let queue: string;
  let records: string;
  beforeAll(async () => {
    const { openSqs } = await import('../../lib/queue.ts');
    queue = await makeFifo(openSqs(), 'events');
    records = (await openSqs().send(new CreateQueueCommand({ QueueName: `records-${randomUUID()}` }))).QueueUrl ?? '';
    const EVENTS_WEBHOOK_URL = 'http://127.0.0.1:9/hook';
    world = await openChatApiWorld({
      settings: {
        EVENTS_WEBHOOK_URL,
        EVENTS_WEBHOOK_FORMAT: 'slack',
        EVENTS_QUEUE_URL: queue,
        OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9',
        OTEL_CONTENT: 'redacted',
        RECORDS_QUEUE_URL: records,
      },
    });
    call = caller(world.apiUrl);
  });
  afterAll(async () => {
    await world.close();
    Object.assign(process.env, { EVENTS_WEBHOOK_URL: '', OTEL_EXPORTER_OTLP_ENDPOINT: '' });
  });

  async function ask() {
    const { key } = (await call('POST', '/users', { body: {} })).body;
    const { id } = (await call('POST', '/conversations', { key, body: {} })).body.conversation;
    await call('POST', '/messages', { key, body: { conversationId: id, payload: { type: 'text', text: 'Hello' } } });
    await world.quiet();
    const { messages } = (await call('GET', `/conversations/${id}/messages`, { key })).body;
    const [answer, question] = messages.map((message) => message.id);
    return { key, id, answer: `/messages/${answer}/feedback`, question: `/messages/${question}/feedback` };
  }

  it('a rating is kept with its comment, told once, counted, and taken back', async () => {
    const lines: string[] = [];
    const { key, answer } = await ask();
    hearLines((line) => lines.push(line));

    const first = await call('PUT', answer, { key, body: disliked });
    await call('PUT', answer, { key, body: disliked });
    vi.restoreAllMocks();
    const kept = await world.find('That is not what I asked.');
    const removed = await call('DELETE', answer, { key });

    const letters = await receive(world.sqs, queue);
    const heard = (await receive(world.sqs, records)).map(({ Body = '' }) => JSON.parse(Body));
    const spans = heard.flatMap(({ id, record }) => (record.rating ? spansOf(record, id, 'redacted') : []));
    expect([first, removed]).toMatchObject([
      { status: 200, body: {} },
      { status: 200, body: {} },
    ]);
    expect(kept).toMatchObject([{ sk: expect.stringMatching(/^R#T#/), rating: disliked }]);
    expect([countedBy('Rated', lines), countedBy('Disliked', lines)]).toEqual([1, 1]);
    expect(lines.join()).not.toContain('not what I asked');
    expect(readExport(exportOf(spans, {}))).toMatchObject({
      spans: [
        {
          name: 'user_rating',
          attributes: {
            'gen_ai.evaluation.name': 'user_rating',
            'gen_ai.evaluation.score.value': 0,
            'gen_ai.evaluation.explanation': disliked.comment,
            'gen_ai.prompt.name': 'default',
          },
        },
      ],
    });
    expect(letters.map(({ Body = '' }) => JSON.parse(Body).type)).toEqual(['answer.rated']);
    expect(await world.find('That is not what I asked.')).toEqual([]);
  });

  it('nobody rates who does not take part, what is their own, or what is none', async () => {
    const { key, answer, question } = await ask();
    const stranger = (await call('POST', '/users', { body: {} })).body.key;
    const put = async (path: string, by: string | undefined, body: unknown = disliked) =>
      (await call('PUT', path, { ...(by ? { key: by } : {}), body })).status;

    expect(await put(answer, stranger)).toBe(403);
    expect(await put(answer, undefined)).toBe(401);
    expect(await put(question, key)).toBe(403);
    expect(await put('/messages/msg_nothing/feedback', key)).toBe(404);
    expect(await put(answer, key, { value: 'great' })).toBe(400);
    expect(await put(answer, key, { value: 'negative', comment: 'x'.repeat(1_001) })).toBe(400);
    expect((await call('DELETE', answer, { key: stranger })).status).toBe(403);
    expect(await world.find('"rating"')).toEqual([]);
  });

  it('more than 30 in a minute are refused, with when it may go on', async () => {
    const { key, answer } = await ask();
    const statuses: number[] = [];
    for (let i = 0; i < 70 && !statuses.includes(429); i++)
      statuses.push((await call('PUT', answer, { key, body: { value: 'positive' } })).status);

    const refused = await call('PUT', answer, { key, body: { value: 'positive' } });

    expect(statuses.filter((status) => status === 200).length).toBeGreaterThanOrEqual(30);
    expect(refused.status === 429 ? Number(refused.headers.get('retry-after')) : 60).toBeGreaterThan(0);
    expect(statuses).toContain(429);
  });
});

describe('at /chat', () => {
  let world: ChatWorld;
  beforeAll(async () => {
    world = await openChatWorld({ CHAT_ACCESS_KEYS: 'a-key-of-sixteen-chars,another-key-of-16-chars' });
  });
  afterAll(() => world.close());

  const by = (key: string) => ({ authorization: `Bearer ${key}` });
  const mine = by('a-key-of-sixteen-chars');
  const rate = (session: string, body: unknown, headers = mine) => world.post(`${session}/feedback`, body, headers);

  it('who has the key of the session rates an answer by its turn', async () => {
    const { last } = await world.say('rated', 'Hello', mine);

    const { status } = await rate('rated', { turn: last.turn, ...disliked });

    expect(status).toBe(204);
    expect(await world.dump()).toContain('That is not what I asked.');
  });

  it('nobody else does, and nothing but an answer is rated', async () => {
    const { last } = await world.say('refused', 'Hello', mine);
    const good = { turn: last.turn, value: 'negative', comment: 'Never kept.' };
    const statuses = [
      await rate('refused', good, by('another-key-of-16-chars')),
      await rate('refused', good, by('no-key-of-anybody-here')),
      await rate('elsewhere', good),
      await rate('refused', { ...good, turn: 'nothing' }),
      await rate('refused', { ...good, value: 'bad' }),
      await rate('refused', { ...good, comment: 'x'.repeat(1_001) }),
      await rate('refused', 'no JSON'),
      await world.request('refused/feedback', { headers: mine }),
    ].map(({ status }) => status);

    expect(statuses).toEqual([404, 401, 404, 404, 400, 400, 400, 405]);
    expect(await world.dump()).not.toContain('Never kept.');
  });

  it('nothing of a session that was rated and is forgotten names it', async () => {
    const { last } = await world.say('rated-and-gone', 'Hello', mine);
    const { status } = await rate('rated-and-gone', { turn: last.turn, value: 'positive' });

    await world.request('rated-and-gone', { method: 'DELETE', headers: mine });

    expect(status).toBe(204);
    expect(await world.dump()).not.toContain('rated-and-gone');
  });

  it('more than 30 ratings of a session in a minute are refused, with when it may go on', async () => {
    const { last } = await world.say('rated-often', 'Hello', mine);
    // Two minutes may have a part in it.
    const answers = await Promise.all(
      Array.from({ length: 70 }, () => rate('rated-often', { turn: last.turn, value: 'positive' })),
    );

    const refused = answers.filter(({ status }) => status === 429);
    const wait = Number(refused[0]?.headers.get('retry-after'));
    expect(answers.filter(({ status }) => status === 204).length).toBeGreaterThanOrEqual(30);
    expect(refused.length).toBeGreaterThanOrEqual(10);
    expect(wait).toBeGreaterThan(0);
    expect(wait).toBeLessThanOrEqual(60);
  });
});

describe('at TalkJS', () => {
  const chat = talkjsChat();
  let world: World;
  let reconcile: ReturnType<typeof reconcileDoor>;
  beforeAll(async () => {
    world = await openWorld(chat);
    reconcile = reconcileDoor({ paceMs: 0 });
    await openProgress(openDynamo(), process.env.TABLE_NAME ?? '').begin(Date.now() - 3_600_000);
  });
  afterAll(() => world.close());

  const context = { getRemainingTimeInMillis: () => 60_000 };
  const of = (conversation: string) => ({ platform: 'talkjs', conversation }) as const;

  async function answered(conversation: string): Promise<string> {
    await world.converse(conversation, 'Hello');
    return chat.talkjs.transcript(conversation).at(-1)?.id ?? '';
  }

  it('a reaction to an answer is its rating, in the one write that keeps it, is not kept again, and goes with it', async () => {
    const message = await answered('reacted');
    chat.talkjs.react('reacted', message, '👍', 'alice');
    const counted: number[] = [];
    for (let run = 0; run < 2; run++) {
      world.dynamo.calls.length = 0;
      await reconcile({}, context);
      const writes = world.dynamo.calls.filter(({ operation }) => /Update|Put|Delete/.test(operation));
      counted.push(writes.reduce((sum, { units }) => sum + units, 0));
    }

    const kept = await world.store.ratingsIn(of('reacted'));
    chat.talkjs.react('reacted', message, '👍', 'alice', false);
    await reconcile({}, context);

    expect(kept).toMatchObject([{ value: 'positive', by: 'alice', message }]);
    expect(await world.store.ratingsIn(of('reacted'))).toEqual([]);
    // 2 of them are the run's own.
    expect(counted).toEqual([3, 2]);
  });

  it('a dislike costs two writes more: one lists it, one tells the next turn of it', async () => {
    const message = await answered('disliked');
    chat.talkjs.react('disliked', message, '👎🏽', 'alice');
    world.dynamo.calls.length = 0;
    await reconcile({}, context);

    const units = world.dynamo.calls.reduce(
      (sum, { operation, units }) => sum + (/Update/.test(operation) ? units : 0),
      0,
    );
    const noted = await openTable(openDynamo(), process.env.TABLE_NAME ?? '').query({
      pk: `DISLIKED#${new Date().toISOString().slice(0, 10)}`,
      from: '0',
      to: '~',
    });
    expect(units).toBe(5);
    expect(noted.items).toMatchObject([{ platform: 'talkjs', conversation: 'disliked' }]);
  });

  it('other emoji, reactions to what a user said and those of who does not take part are no ratings', async () => {
    const message = await answered('ignored');
    const [question] = chat.talkjs.transcript('ignored');
    chat.talkjs.react('ignored', message, '👀', 'alice');
    chat.talkjs.react('ignored', message, '👎', 'mallory');
    chat.talkjs.react('ignored', message, '👎', 'claude');
    chat.talkjs.react('ignored', question?.id ?? '', '👎', 'alice');

    await reconcile({}, context);

    expect(await world.store.ratingsIn(of('ignored'))).toEqual([]);
  });
});
