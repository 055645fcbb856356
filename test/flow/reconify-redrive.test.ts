/** `npm run bot -- redrive records`, as a process of its own against a running stack. */
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { CreateQueueCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { sendJson, serve } from '../../local/stand-ins/serve.ts';
import { moveAll } from '../../scripts/bot/redrive-dead.ts';
import { depth, receive } from '../harness/consumer.ts';

const sqs = new SQSClient({ useQueueUrlAsEndpoint: false });
const queues: Record<string, string> = {};
let stack: Awaited<ReturnType<typeof serve>>;

beforeAll(async () => {
  for (const QueueName of ['RecordsDeadLetters', 'RecordsQueue']) {
    queues[QueueName] = (await sqs.send(new CreateQueueCommand({ QueueName }))).QueueUrl ?? '';
  }
  const urls = { sqs: process.env.AWS_ENDPOINT_URL_SQS, dynamodb: process.env.AWS_ENDPOINT_URL_DYNAMODB };
  stack = await serve({
    stack: (_request, response) => sendJson(response, 200, { processes: [], urls, standIns: {} }),
  });
});
afterAll(() => stack.close());

async function bot(args: string[], port = Number(new URL(stack.url).port)) {
  const script = path.resolve(import.meta.dirname, '../../scripts/bot.ts');
  const env = { ...process.env, PORT: String(port - 3), AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' };
  const run = promisify(execFile)(process.execPath, [script, ...args], { env });
  return run.then(
    ({ stdout }) => ({ code: 0, text: stdout.trim() }),
    (error: { code: number; stderr: string }) => ({ code: error.code, text: error.stderr.trim() }),
  );
}

it('puts every dead record on the records queue again', async () => {
  const { RecordsDeadLetters = '', RecordsQueue = '' } = queues;
  const bodies = Array.from({ length: 23 }, (_, n) => `{"record":${n}}`);
  for (const MessageBody of bodies)
    await sqs.send(new SendMessageCommand({ QueueUrl: RecordsDeadLetters, MessageBody }));

  const first = await bot(['redrive', 'records']);
  const second = await bot(['redrive', 'records']);

  const moved = (await Promise.all([1, 2, 3].map(() => receive(sqs, RecordsQueue)))).flat();
  expect(first).toEqual({ code: 0, text: '23 records are on the way again.' });
  expect(second).toEqual({ code: 0, text: 'No record waits among the dead letters.' });
  expect(moved.map(({ Body }) => Body).toSorted()).toEqual(bodies.toSorted());
  expect(await depth(sqs, RecordsDeadLetters)).toBe(0);
});

it('leaves what died after it began, where everybody sees it', async () => {
  const { RecordsDeadLetters = '', RecordsQueue = '' } = queues;
  const until = Date.now() - 1;
  await sqs.send(new SendMessageCommand({ QueueUrl: RecordsDeadLetters, MessageBody: '{}' }));

  const moved = await moveAll(sqs, { from: RecordsDeadLetters, to: RecordsQueue, until });

  expect(moved).toEqual({ moved: 0, held: 0 });
  expect(await receive(sqs, RecordsDeadLetters)).toMatchObject([{ Body: '{}' }]);
});

it('says in a sentence what it cannot do', async () => {
  const nobody = await bot(['redrive', 'records'], 9);
  const unknown = await bot(['dance']);

  expect(nobody.code).toBe(1);
  expect(nobody.text).toMatch(/^http:\/\/localhost:9\/stack does not answer: run `npm start` first/);
  expect(unknown.code).toBe(1);
  expect(unknown.text).toMatch(/^There is no command dance\.\n\nnpm run bot -- <command>[\s\S]*redrive records/);
});
