/** Room: the embedded stack's queues, asked through the real SDK; and the folder that keeps them. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Emulators, startEmulators } from '../../../local/emulators.ts';
import { makeResources } from '../../../local/resources.ts';
import { patience } from '../../harness/patience.ts';

let folder: string;
let emulators: Emulators;
let sqs: SQSClient;
let queueUrl: string;

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'queues-'));
  await start();
  const Attributes = { FifoQueue: 'true', VisibilityTimeout: '30' };
  queueUrl = (await sqs.send(new CreateQueueCommand({ QueueName: 'turns.fifo', Attributes }))).QueueUrl ?? '';
});

afterEach(async () => {
  await stop();
  rmSync(folder, { recursive: true });
});

async function start() {
  emulators = await startEmulators(folder);
  sqs = new SQSClient({ endpoint: emulators.endpoints.AWS_ENDPOINT_URL_SQS, useQueueUrlAsEndpoint: false });
}

async function stop() {
  sqs.destroy();
  await emulators.stop();
}

async function say(...words: string[]) {
  for (const word of words) {
    const ids = { MessageGroupId: word[0], MessageDeduplicationId: word };
    await sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: word, ...ids }));
  }
}

async function take(seconds?: number): Promise<Message[]> {
  const VisibilityTimeout = seconds;
  const ask = new ReceiveMessageCommand({ QueueUrl: queueUrl, MaxNumberOfMessages: 10, VisibilityTimeout });
  return (await sqs.send(ask)).Messages ?? [];
}

const bodies = (messages: readonly Message[]) => messages.map(({ Body }) => Body);

async function giveBack({ ReceiptHandle }: Message) {
  await sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl: queueUrl, ReceiptHandle, VisibilityTimeout: 0 }));
}

async function remove(messages: readonly Message[]) {
  for (const { ReceiptHandle } of messages)
    await sqs.send(new DeleteMessageCommand({ QueueUrl: queueUrl, ReceiptHandle }));
}

describe('a queue of the embedded stack', () => {
  it('hands over all that waits in a group, in order, before it goes on to the next group', async () => {
    await say('a1', 'b1', 'a2', 'b2', 'a3');

    expect(bodies(await take())).toEqual(['a1', 'a2', 'a3', 'b1', 'b2']);
  });

  it('hands over ten at most, and the rest once these are done', async () => {
    await say(...Array.from({ length: 12 }, (_, i) => `a${i}`), 'b0');

    const first = await take();
    const meanwhile = await take();
    await remove(first);

    expect(bodies(first)).toEqual(Array.from({ length: 10 }, (_, i) => `a${i}`));
    expect(bodies(meanwhile)).toEqual(['b0']);
    expect(bodies(await take())).toEqual(['a10', 'a11']);
  });

  it('hands over nothing of a group of which one message is still with somebody', async () => {
    await say('a1', 'a2');
    const [first, second] = await take();
    await say('a3', 'b1');

    await remove(second ? [second] : []);

    expect(bodies(await take())).toEqual(['b1']);
    await remove(first ? [first] : []);
    expect(bodies(await take())).toEqual(['a3']);
  });

  it('keeps the order of what comes back', async () => {
    await say('a1', 'a2', 'a3');
    for (const message of await take()) await giveBack(message);
    await say('a4');

    expect(bodies(await take())).toEqual(['a1', 'a2', 'a3', 'a4']);
  });

  it('keeps the order of what comes back because nobody was done with it in time', async () => {
    await say('a1', 'a2', 'a3');
    await take(1);

    const again = await vi.waitFor(async () => {
      const messages = await take();
      if (messages.length === 0) throw new Error('still hidden');
      return messages;
    }, patience);

    expect(bodies(again)).toEqual(['a1', 'a2', 'a3']);
  });
});

describe('a folder that keeps queues', () => {
  it('gives them back in order after a restart', async () => {
    await say('a1', 'a2');
    for (const message of await take()) await giveBack(message);
    await stop();

    await start();

    expect(bodies(await take())).toEqual(['a1', 'a2']);
  });

  it('takes over whatever serverless.yml says of a queue by then', async () => {
    const declared = (properties: object) => ({
      Turns: { Type: 'AWS::SQS::Queue', Properties: { FifoQueue: true, ...properties } },
    });
    const options = { region: 'us-east-1', visibilitySeconds: {} };
    await makeResources(declared({ DelaySeconds: 0 }), { ...options, endpoints: emulators.endpoints });
    await stop();
    await start();
    const Properties = {
      DelaySeconds: 2,
      ContentBasedDeduplication: false,
      DeduplicationScope: 'messageGroup',
      FifoThroughputLimit: 'perMessageGroupId',
    };

    const { resolve } = await makeResources(declared(Properties), { ...options, endpoints: emulators.endpoints });

    const url = resolve({ Ref: 'Turns' });
    const ask = new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['All'] });
    const { Attributes } = await sqs.send(ask);
    expect(Attributes).toMatchObject({ DelaySeconds: '2', DeduplicationScope: 'messageGroup' });
  });

  it('belongs to one stack at a time, and a second one is told so in a sentence', async () => {
    await expect(startEmulators(folder)).rejects.toThrow(
      `Another stack keeps its data in ${folder}: end it, or give this one a folder of its own (DATA_DIR=${folder}-2 npm start).`,
    );
  });
});
