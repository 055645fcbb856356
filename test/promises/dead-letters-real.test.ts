/** The dead letters' own handler on a real queue: what ten workers could not take ends with an apology. */
import { ChangeMessageVisibilityCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { depth, receive, startConsumer } from '../harness/consumer.ts';
import { talkjsChat } from '../harness/talkjs-chat.ts';
import { openWorld, type World } from '../harness/world.ts';

const chat = talkjsChat();
let world: World;

beforeAll(async () => {
  world = await openWorld(chat);
  await world.worker.stop();
});
afterAll(() => world.close());

it('a message that no worker lived to take moves to the dead letters, and its user is told once', async () => {
  const { sqs, queues } = world;
  await chat.say('dead', 'Hello');
  await chat.settle();
  for (let delivery = 1; delivery <= 10; delivery++) await takeAndDie();
  process.env.TURNS_QUEUE_URL = queues.deadLetters;
  const { handler } = await import('../../functions/apologize.ts');

  // The eleventh time it is not delivered any more.
  expect(await receive(sqs, queues.turns)).toEqual([]);
  const apologizer = startConsumer({ sqs, url: queues.deadLetters, handler });
  while ((await depth(sqs, queues.deadLetters)) > 0) await new Promise((next) => setTimeout(next, 20));
  await apologizer.stop();

  const answers = (await chat.transcript('dead')).filter(({ isBot }) => isBot).map(({ text }) => text);
  expect(answers).toEqual([expect.stringMatching(/reference [0-9a-f]{8}/)]);
  expect(world.claude.requests).toEqual([]);

  async function takeAndDie(): Promise<void> {
    const [message] = await receive(sqs, queues.turns);
    const { ReceiptHandle } = message ?? {};
    await sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl: queues.turns, ReceiptHandle, VisibilityTimeout: 0 }));
  }
});
