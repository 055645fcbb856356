/** Room: the embedded stack's queue consumers, with real processes and a real FIFO queue. */
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
  type SQSClientConfig,
} from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Consumer, startConsumer } from '../../../local/consumers/poll.ts';
import { doneOf } from '../../../local/consumers/records.ts';
import { patience } from '../../harness/patience.ts';

/** Does what the message says, and keeps a diary of it. */
const handler = `
import { appendFileSync, existsSync, writeFileSync } from 'node:fs';
const note = (line) => appendFileSync(process.env.DIARY, JSON.stringify({ pid: process.pid, ...line }) + '\\n');
const isFirst = (name) => {
  const mark = process.env.DIARY + '.' + name;
  if (existsSync(mark)) return false;
  writeFileSync(mark, '');
  return true;
};
export const handler = async (event, context) => {
  const batchItemFailures = [];
  const failedGroups = new Set();
  for (const record of event.Records) {
    const { MessageGroupId: group } = record.attributes;
    // As the real worker does: what comes behind a failure of its group goes back with it.
    if (failedGroups.has(group)) {
      batchItemFailures.push({ itemIdentifier: record.messageId });
      continue;
    }
    const [verb] = record.body.split(' ');
    note({ begun: record.body, record, remaining: context.getRemainingTimeInMillis() });
    if (verb === 'hang-once' && isFirst(record.messageId)) await new Promise((resolve) => setTimeout(resolve, 60_000));
    if (verb === 'throw-once' && isFirst(record.messageId)) throw new Error('on purpose');
    if (verb === 'fail-once' && isFirst(record.messageId)) {
      batchItemFailures.push({ itemIdentifier: record.messageId });
      failedGroups.add(group);
    }
    if (verb === 'slow') await new Promise((resolve) => setTimeout(resolve, 500));
    note({ ended: record.body });
  }
  return { batchItemFailures };
};
`;

interface Line {
  pid: number;
  begun?: string;
  ended?: string;
  remaining?: number;
  record?: unknown;
}

const sqsConfig: SQSClientConfig = { useQueueUrlAsEndpoint: false };
const sqs = new SQSClient(sqsConfig);
let root: string;
let queueUrl: string;
let consumer: Consumer;
let printed: string[];

beforeEach(async () => {
  root = mkdtempSync(path.join(tmpdir(), 'consumers-'));
  mkdirSync(path.join(root, 'dist'));
  writeFileSync(path.join(root, 'dist/fixture.mjs'), handler);
  const Attributes = { FifoQueue: 'true', VisibilityTimeout: '1' };
  const created = await sqs.send(new CreateQueueCommand({ QueueName: `${randomUUID()}.fifo`, Attributes }));
  queueUrl = created.QueueUrl ?? '';
  printed = [];
});

afterEach(async () => {
  await consumer.stop();
  rmSync(root, { recursive: true });
});

async function start({ timeoutSeconds = 20, maxProcesses = 1, batchSize = 10 } = {}) {
  const diary = path.join(root, 'diary');
  consumer = await startConsumer({
    fn: { name: 'fixture', handler: 'dist/fixture.handler', root, env: { DIARY: diary }, timeoutSeconds },
    sqs,
    queueUrl,
    queueArn: 'arn:aws:sqs:us-east-1:000000000000:fixture.fifo',
    batchSize,
    reportsFailures: true,
    maxProcesses,
    print: (line) => printed.push(line),
  });
}

function say(body: string, group = 'g') {
  const ids = { MessageGroupId: group, MessageDeduplicationId: randomUUID() };
  return sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: body, ...ids }));
}

function diary(): Line[] {
  const file = path.join(root, 'diary');
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line): Line => JSON.parse(line));
}

const begun = () => diary().flatMap((line) => line.begun ?? []);
const ended = () => diary().flatMap((line) => line.ended ?? []);

async function left(): Promise<number> {
  const names = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const;
  const { Attributes = {} } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: [...names] }),
  );
  return names.reduce((sum, name) => sum + Number(Attributes[name]), 0);
}

test('a message reaches the function as a Lambda record and is then deleted', async () => {
  await start();

  await say('hello');

  await vi.waitFor(async () => expect([ended(), await left()]).toEqual([['hello'], 0]), patience);
  const [line] = diary();
  expect(line?.remaining).toBeGreaterThan(0);
  expect(line?.record).toMatchObject({
    body: 'hello',
    receiptHandle: expect.any(String),
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:aws:sqs:us-east-1:000000000000:fixture.fifo',
    awsRegion: 'us-east-1',
    attributes: { MessageGroupId: 'g', ApproximateReceiveCount: '1', SequenceNumber: expect.any(String) },
  });
});

test('a message reported as failed comes back before its followers of the same group', async () => {
  await start();

  await say('fail-once 1');
  await say('2');

  await vi.waitFor(() => expect(begun()).toEqual(['fail-once 1', 'fail-once 1', '2']), patience);
  await vi.waitFor(async () => expect(await left()).toBe(0), patience);
});

test('a killed process is started again at once and its message comes back', async () => {
  await start();
  await say('hang-once 1');
  await vi.waitFor(() => expect(begun()).toEqual(['hang-once 1']), patience);
  const victim = consumer.processes()[0];

  process.kill(victim?.pid ?? 0, 'SIGKILL');

  await vi.waitFor(() => expect(ended()).toEqual(['hang-once 1']), patience);
  const [before, after] = diary();
  expect(victim).toMatchObject({ name: 'fixture', busy: true, pid: before?.pid });
  expect(after?.pid).not.toBe(before?.pid);
});

test('a process killed while idle is started again and takes the next message', async () => {
  await start();
  await say('1');
  await vi.waitFor(async () => expect([ended(), await left()]).toEqual([['1'], 0]), patience);
  const idle = consumer.processes()[0]?.pid ?? 0;

  process.kill(idle, 'SIGKILL');
  await vi.waitFor(() => expect(consumer.processes().map(({ pid }) => pid)).not.toContain(idle), patience);
  await say('2');

  await vi.waitFor(() => expect(ended()).toEqual(['1', '2']), patience);
});

test('an invocation beyond its timeout is killed and its message comes back', async () => {
  await start({ timeoutSeconds: 1 });

  await say('hang-once 1');

  await vi.waitFor(() => expect(ended()).toEqual(['hang-once 1']), patience);
  expect(printed).toContain('fixture │ invocation failed: timed out after 1 s');
});

test('an invocation that throws deletes nothing and keeps its process', async () => {
  await start();

  await say('throw-once 1');

  await vi.waitFor(() => expect(ended()).toEqual(['throw-once 1']), patience);
  expect(new Set(diary().map(({ pid }) => pid)).size).toBe(1);
});

test('groups are worked on side by side, each in order, in no more processes than allowed', async () => {
  const Attributes = { VisibilityTimeout: '30' };
  await sqs.send(new SetQueueAttributesCommand({ QueueUrl: queueUrl, Attributes }));
  await start({ maxProcesses: 3, batchSize: 1 });
  const groups = ['a', 'b', 'c', 'd'];

  for (const turn of [1, 2]) for (const group of groups) await say(`slow ${group}${turn}`, group);

  await vi.waitFor(() => expect(ended()).toHaveLength(8), patience);
  for (const group of groups)
    expect(begun().filter((body) => body.includes(group))).toEqual([`slow ${group}1`, `slow ${group}2`]);
  expect(consumer.processes().length).toBeGreaterThan(1);
  expect(consumer.processes().length).toBeLessThanOrEqual(3);
});

test('the end of a consumer ends its processes', async () => {
  await start();
  await say('hang-once 1');
  await vi.waitFor(() => expect(begun()).toHaveLength(1), patience);
  const pid = consumer.processes()[0]?.pid ?? 0;

  await consumer.stop();

  expect(() => process.kill(pid, 0)).toThrow('ESRCH');
});

test.each([
  ['nothing', null, ['1', '2']],
  ['an empty report', { batchItemFailures: [] }, ['1', '2']],
  ['no list', { batchItemFailures: null }, ['1', '2']],
  ['one failure', { batchItemFailures: [{ itemIdentifier: '2' }] }, ['1']],
  ['a failure without a name', { batchItemFailures: [{ itemIdentifier: '' }] }, []],
  ['a failure of a foreign message', { batchItemFailures: [{ itemIdentifier: '3' }] }, []],
  ['nonsense', { batchItemFailures: 'all' }, []],
])('of two messages, the done ones after %s are as Lambda counts them', (_, result, expected) => {
  const messages = [{ MessageId: '1' }, { MessageId: '2' }];

  const done = doneOf(messages, result, true);

  expect(done.map(({ MessageId }) => MessageId)).toEqual(expected);
});
