/** The counts among the benchmarks: free of noise, so they are asserted here; times and ratios of times are measured in bench/. */
import { randomUUID } from 'node:crypto';
import { PutItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openDynamo } from '../../lib/store/store.ts';
import { batch, sent } from '../harness/hand-made.ts';
import { talkjsChat } from '../harness/talkjs-chat.ts';
import { openWorld, type World } from '../harness/world.ts';

/** As in the benchmark: what a user says and what Claude answers, in bytes. */
const USER_TEXT = 'What do you think of this? '.padEnd(120, 'x');
const ANSWER = 'I think that it is well made. '.padEnd(900, 'y');
const TURN = 100;

const chat = talkjsChat();
let world: World;
beforeAll(async () => {
  world = await openWorld(chat);
  // What the worker calls is not what the door calls.
  await world.worker.stop();
});
afterAll(() => world.close());

it('makes one AWS call before it acknowledges a webhook', async () => {
  world.sqsCalls.calls.length = 0;
  world.dynamo.calls.length = 0;

  await chat.say('long', 'Hello');
  await chat.settle();

  expect(world.sqsCalls.calls.map(({ operation }) => operation)).toEqual(['SendMessage']);
  expect(world.dynamo.calls).toEqual([]);
});

it('needs at least 40 times fewer write units at turn 100 than a list that grows', async () => {
  world.claude.script({ text: ANSWER, times: 'forever' });
  for (let turn = 1; turn < TURN; turn++) await answer(turn);

  const ours = await unitsOf(() => answer(TURN));
  const theirs = await unitsOf(() => appendTwice(TURN));

  expect(ours).toBe(5);
  expect(theirs / ours).toBeGreaterThanOrEqual(40);
});

async function answer(turn: number): Promise<void> {
  await world.reply(batch([sent('talkjs', 'long', USER_TEXT, turn)]), { getRemainingTimeInMillis: () => 60_000 });
}

async function unitsOf(work: () => Promise<void>): Promise<number> {
  world.dynamo.calls.length = 0;
  await work();
  return world.dynamo.calls
    .filter(({ operation }) => operation === 'UpdateItem')
    .reduce((sum, { units }) => sum + units, 0);
}

/** What LangChain's DynamoDBChatMessageHistory does for a turn: both messages are appended to the conversation's one item. */
async function appendTwice(turn: number): Promise<void> {
  const dynamo = openDynamo();
  const TableName = process.env.TABLE_NAME;
  const key = { pk: { S: `list-${randomUUID()}` }, sk: { S: '-' } };
  const message = (type: string, text: string) => ({
    M: { type: { S: type }, text: { S: text }, additional_kwargs: { S: '{}' } },
  });
  const exchange = [message('human', USER_TEXT), message('ai', ANSWER)];
  const before = Array.from({ length: turn - 1 }, () => exchange).flat();
  await dynamo.send(new PutItemCommand({ TableName, Item: { ...key, messages: { L: before } } }));
  for (const one of exchange) {
    await dynamo.send(
      new UpdateItemCommand({
        TableName,
        Key: key,
        UpdateExpression: 'SET messages = list_append(messages, :one)',
        ExpressionAttributeValues: { ':one': { L: [one] } },
      }),
    );
  }
}
