/** What the Chat API costs at the table: the same for the first messages and for the later ones, and nothing is ever scanned. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openChatApiStore } from '../../lib/store/chat-api/chat-api.ts';
import { newMessageId } from '../../lib/store/chat-api/messages.ts';
import { openTable } from '../../lib/store/items.ts';
import { openDynamo } from '../../lib/store/store.ts';
import { type Call, caller, openStream } from '../harness/chat-api-client.ts';
import { type ChatApiWorld, openChatApiWorld } from '../harness/chat-api-world.ts';
import { type AwsCall, type Meter, meter } from '../harness/meter.ts';
import { sized } from '../harness/size.ts';

/** Messages after the first few. */
const MORE = sized({ sample: 40, all: 175, proof: 175 });

let world: ChatApiWorld;
let dynamo: Meter;
let call: Call;

beforeAll(async () => {
  dynamo = await meter(process.env.AWS_ENDPOINT_URL_DYNAMODB ?? '');
  process.env.AWS_ENDPOINT_URL_DYNAMODB = dynamo.url;
  // Nobody answers: what is counted is the door's.
  world = await openChatApiWorld({ isAnswering: false });
  call = caller(world.apiUrl);
});

afterAll(async () => {
  await world.close();
  await dynamo.close();
});

async function spent(work: () => Promise<unknown>): Promise<AwsCall[]> {
  const before = dynamo.calls.length;
  await work();
  return dynamo.calls.slice(before);
}

/** As if it had been said and answered long ago. */
async function keep(id: string, userId: string, text: string): Promise<void> {
  const store = openChatApiStore(openTable(openDynamo(), world.table), Date.now);
  const ref = { id, key: id.slice('conv_'.length) };
  const createdAt = Date.now();
  const message = {
    id: newMessageId(ref, createdAt),
    createdAt,
    conversationId: id,
    userId,
    payload: { type: 'text', text },
  };
  await store.messages.add('msg', message);
  await store.signals.append(ref.key, { ref: `created:${message.id}`, signal: JSON.stringify(message) });
}

const units = (calls: readonly AwsCall[]) => calls.reduce((sum, one) => sum + one.units, 0);

describe('the table', () => {
  it('is asked the same for a message, a list and a stream, however long the conversation is', async () => {
    const { key } = (await call('POST', '/users', { body: {} })).body;
    const { id } = (await call('POST', '/conversations', { key, body: {} })).body.conversation;
    const say = (text: string) =>
      call('POST', '/messages', { key, body: { conversationId: id, payload: { type: 'text', text } } });
    const words = 'x'.repeat(200);
    for (let i = 0; i < 15; i++) await say(words);

    const early = {
      said: await spent(() => say(words)),
      listed: await spent(() => call('GET', `/conversations/${id}/messages`, { key })),
    };
    for (let i = 0; i < MORE; i++) await keep(id, key, words);
    const late = {
      said: await spent(() => say(words)),
      listed: await spent(() => call('GET', `/conversations/${id}/messages`, { key })),
    };

    expect(units(late.said)).toBe(units(early.said));
    expect(late.said.map(({ operation }) => operation)).toEqual(['BatchGetItem', 'Query', 'PutItem', 'PutItem']);
    expect(units(late.said)).toBeLessThanOrEqual(8);
    expect(Math.abs(units(late.listed) - units(early.listed))).toBeLessThanOrEqual(1);
    expect(new Set(dynamo.calls.map(({ operation }) => operation))).not.toContain('Scan');
  });

  it('is asked the same for a list of conversations, however many there are', async () => {
    const { key } = (await call('POST', '/users', { body: {} })).body;
    const list = () => spent(() => call('GET', '/conversations', { key }));
    for (let i = 0; i < 20; i++) await call('POST', '/conversations', { key, body: {} });

    const few = await list();
    for (let i = 0; i < 39; i++) await call('POST', '/conversations', { key, body: {} });
    const many = await list();

    expect(many).toEqual(few);
    expect(few.map(({ operation }) => operation)).toEqual(['BatchGetItem', 'Query', 'BatchGetItem']);
  });

  // The last one: a stream that was left asks once more.
  it('is read with one unit a second at most by a stream that has nothing to tell', async () => {
    const { key } = (await call('POST', '/users', { body: {} })).body;
    const { id } = (await call('POST', '/conversations', { key, body: {} })).body.conversation;
    const stream = await openStream(`${world.apiUrl}/conversations/${id}/listen`, key);
    await sleep(500);

    const idle = await spent(() => sleep(4_000));

    stream.leave();
    expect(idle.length).toBeGreaterThan(0);
    expect(idle.length).toBeLessThanOrEqual(5);
    expect(idle.every(({ operation, units: read }) => operation === 'Query' && read <= 1)).toBe(true);
  });
});
