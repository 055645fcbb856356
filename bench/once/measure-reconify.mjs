/**
 * Prints what the interaction log costs an answer: `node bench/once/measure-reconify.mjs [turns]`. The same turn, through the exported
 * handler, with Reconify off, well and away, in turns (interleaved) in one process; emulators, stand-ins and the deliveries
 * run in others. Loopback: compare the columns, never call it a figure of AWS.
 */
import { fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';

const here = new URL(import.meta.url);
const ROLES = { surroundings, deliveries };
const role = ROLES[process.argv[2]];
if (role) await role();
else await measure(Number(process.argv[2] ?? 500));

async function measure(turns) {
  const around = start('surroundings', {});
  const [{ env }] = await once(around, 'message');
  const variants = [
    { name: 'off', settings: { RECONIFY_APP_KEY: '', RECONIFY_API_KEY: '' } },
    { name: 'well', settings: { RECORDS_QUEUE_URL: env.LOGS_WELL } },
    { name: 'away', settings: { RECORDS_QUEUE_URL: env.LOGS_AWAY, RECONIFY_ENDPOINT: 'http://127.0.0.1:9/track' } },
  ];
  const children = [around];
  const { log } = console;
  console.log = () => {}; // the handlers' own lines
  for (const variant of variants) {
    Object.assign(process.env, env, variant.settings);
    variant.handler = (await import(`../functions/reply.ts?${variant.name}`)).handler;
    variant.ms = [];
    await variant.handler({ Records: [] }, { getRemainingTimeInMillis: () => 60_000 });
    if (variant.name !== 'off') children.push(start('deliveries', { ...env, ...variant.settings }));
  }
  for (let turn = -20; turn < turns; turn++) {
    for (const { handler, ms } of variants.toSorted(() => Math.random() - 0.5)) {
      const began = performance.now();
      await answer(handler);
      if (turn >= 0) ms.push(performance.now() - began); // the first ones warm up
    }
  }
  const records = await (await fetch(env.RECONIFY_ENDPOINT.replace('track', 'records'))).json();
  for (const child of children) child.kill();
  console.log = log;
  console.info(`a turn in ms, ${turns} of each kind, Node ${process.versions.node}; ${records.length} records arrived`);
  console.table(
    Object.fromEntries(
      variants.map(({ name, ms }) => [name, { p50: at(ms, 0.5), p90: at(ms, 0.9), p99: at(ms, 0.99) }]),
    ),
  );
}

async function answer(handler) {
  const id = randomUUID();
  const inbound = {
    event: 'sent',
    platform: 'talkjs',
    conversation: `measured-${id}`,
    messageId: id,
    createdAt: Date.now(),
  };
  const said = { speaker: { id: 'alice' }, text: 'Hello there', attachments: [] };
  const body = JSON.stringify({ v: 1, generation: 0, inbound: { ...inbound, ...said } });
  const record = { messageId: id, receiptHandle: id, body, attributes: { ApproximateReceiveCount: '1' } };
  const { batchItemFailures } = await handler({ Records: [record] }, { getRemainingTimeInMillis: () => 60_000 });
  if (batchItemFailures.length > 0) throw new Error('a turn was given back');
}

/** Emulators and stand-ins. */
async function surroundings() {
  const { CreateTableCommand, DynamoDBClient } = await import('@aws-sdk/client-dynamodb');
  const { CreateQueueCommand, SQSClient } = await import('@aws-sdk/client-sqs');
  const { startEmulators } = await import('../../local/emulators.ts');
  const { createClaude } = await import('../../local/stand-ins/claude.ts');
  const { createReconify } = await import('../../local/stand-ins/reconify.ts');
  const { sendJson, serve } = await import('../../local/stand-ins/serve.ts');
  const { endpoints } = await startEmulators(undefined);
  const keys = { appKey: 'app', apiKey: 'api' };
  const talkjs = (_request, response) => sendJson(response, 200, { ok: true, data: [] });
  const { url } = await serve({ claude: createClaude().handle, reconify: createReconify(keys).handle, talkjs });
  const aws = { AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local', ...endpoints };
  Object.assign(process.env, aws);
  const hash = { AttributeName: 'pk', KeyType: 'HASH' };
  const range = { AttributeName: 'sk', KeyType: 'RANGE' };
  const AttributeDefinitions = [hash, range].map(({ AttributeName }) => ({ AttributeName, AttributeType: 'S' }));
  const table = { TableName: 'table', BillingMode: 'PAY_PER_REQUEST', AttributeDefinitions, KeySchema: [hash, range] };
  await new DynamoDBClient().send(new CreateTableCommand(table));
  const sqs = new SQSClient({ useQueueUrlAsEndpoint: false });
  const queue = async (QueueName, Attributes) =>
    (await sqs.send(new CreateQueueCommand({ QueueName, Attributes }))).QueueUrl;
  process.send({
    env: {
      ...aws,
      TABLE_NAME: 'table',
      TURNS_QUEUE_URL: await queue('turns.fifo', { FifoQueue: 'true' }),
      LOGS_WELL: await queue('well'),
      LOGS_AWAY: await queue('away'),
      RECORDS_DEAD_LETTERS_URL: await queue('dead'),
      ANTHROPIC_API_KEY: 'offline',
      ANTHROPIC_BASE_URL: `${url}/claude`,
      TALKJS_APP_ID: 'app',
      TALKJS_SECRET_KEY: 'secret',
      TALKJS_API_URL: `${url}/talkjs`,
      RECONIFY_APP_KEY: keys.appKey,
      RECONIFY_API_KEY: keys.apiKey,
      RECONIFY_ENDPOINT: `${url}/reconify/track`,
      ...Object.fromEntries(
        ['USER_MESSAGES_PER_MINUTE', 'USER_USD_PER_DAY', 'TOTAL_USD_PER_DAY'].map((name) => [name, '0']),
      ),
    },
  });
}

/** The records queue's consumer. */
async function deliveries() {
  const { DeleteMessageCommand, ReceiveMessageCommand, SQSClient } = await import('@aws-sdk/client-sqs');
  const { deliver } = await import('../../functions/reconify.ts');
  const sqs = new SQSClient({ useQueueUrlAsEndpoint: false });
  const QueueUrl = process.env.RECORDS_QUEUE_URL;
  console.log = () => {};
  for (;;) {
    const asked = { QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 5, MessageSystemAttributeNames: ['All'] };
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand(asked));
    if (Messages.length === 0) continue;
    const Records = Messages.map(({ MessageId, ReceiptHandle, Body, Attributes }) => {
      return { messageId: MessageId, receiptHandle: ReceiptHandle, body: Body, attributes: Attributes };
    });
    const { batchItemFailures } = await deliver({ Records });
    const failed = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
    for (const { MessageId, ReceiptHandle } of Messages) {
      if (!failed.has(MessageId)) await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
    }
  }
}

function start(name, env) {
  return fork(here, [name], { env: { ...process.env, ...env } });
}

function at(values, quantile) {
  return Number(values.toSorted((a, b) => a - b)[Math.round((values.length - 1) * quantile)].toFixed(2));
}
