/** Every packaged function under AWS' own runtime client: what it answers, and what CloudWatch makes of its lines. */
import { setTimeout as sleep } from 'node:timers/promises';
import { DeleteMessageCommand, SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSqs } from '../../lib/queue.ts';
import { openDynamo } from '../../lib/store/dynamo.ts';
import { openProgress } from '../../lib/store/progress.ts';
import { toSqsEvent } from '../../local/consumers/records.ts';
import { type BotpressStandIn, createBotpress } from '../../local/stand-ins/botpress.ts';
import { type ClaudeStandIn, createClaude } from '../../local/stand-ins/claude.ts';
import { createReconify } from '../../local/stand-ins/reconify.ts';
import { serve } from '../../local/stand-ins/serve.ts';
import type { Webhook } from '../../local/stand-ins/talkjs/webhooks.ts';
import { createTalkjs, type TalkjsStandIn } from '../../local/stand-ins/talkjs.ts';
import { receive } from '../harness/consumer.ts';
import { startFakeSsm } from '../harness/fake-ssm.ts';
import { matcherOf, valueAt } from '../harness/filter-pattern.ts';
import { gateway } from '../harness/gateway.ts';
import type { Answer, Lambda } from './lambda.ts';
import { logicalIdOf, openStage, type Stage } from './stage.ts';

const SECRET = 'sk_test_example_do_not_use';
const KEYS = { appKey: 'app-key-0123', apiKey: 'api-key-4567' };
const BOTPRESS = { encryptionKey: 'encryption-key-of-the-tests', webhookSecret: 'webhook-secret-of-the-tests' };
/** A tool of the packaged bot, which tells what it was given. */
const CRM = `import { defineTool } from '#tool';
import * as z from 'zod/mini';

export default defineTool({
  name: 'crm',
  description: 'Says which key it has.',
  input: z.strictObject({}),
  run: (_, { secrets }) => ({ key: secrets.CRM_KEY ?? 'none' }),
});
`;
/** The clock of what was said long enough ago to be missed. */
const AGO_MS = 3 * 60_000;

let stage: Stage;
let sqs: SQSClient;
let claude: ClaudeStandIn;
let talkjs: TalkjsStandIn;
let talkjsAgo = 0;
let botpress: BotpressStandIn;
let botpressDoor = '';
let webhooks: Webhook[] = [];
const closing: (() => unknown)[] = [];

beforeAll(async () => {
  sqs = openSqs();
  claude = createClaude();
  talkjs = createTalkjs({
    appId: 'app',
    secretKey: SECRET,
    botId: 'claude',
    rateLimit: 'off',
    now: () => Date.now() - talkjsAgo,
    sendWebhook: async (webhook) => {
      webhooks.push(webhook);
      return 200;
    },
  });
  botpress = createBotpress({ webhookId: 'wh', ...BOTPRESS, webhookUrl: () => botpressDoor });
  const standIns = await serve({
    claude: claude.handle,
    talkjs: talkjs.handle,
    botpress: botpress.handle,
    reconify: createReconify(KEYS).handle,
  });
  closing.push(standIns.close);
  const settings = {
    ANTHROPIC_API_KEY: 'offline',
    ANTHROPIC_BASE_URL: `${standIns.url}/claude`,
    TALKJS_APP_ID: 'app',
    TALKJS_SECRET_KEY: SECRET,
    TALKJS_API_URL: `${standIns.url}/talkjs`,
    BOTPRESS_API_URL: `${standIns.url}/botpress/wh`,
    BOTPRESS_ENCRYPTION_KEY: BOTPRESS.encryptionKey,
    BOTPRESS_WEBHOOK_SECRET: BOTPRESS.webhookSecret,
    CHAT_API_SECRET: 'a chat api secret of the tests, long enough',
    CHAT_API_WEBHOOK_ID: 'wh',
    CHAT_ACCESS_KEYS: 'a-key-that-only-the-tests-know-0123',
    RECONIFY_APP_KEY: KEYS.appKey,
    RECONIFY_API_KEY: KEYS.apiKey,
    RECONIFY_ENDPOINT: `${standIns.url}/reconify/track`,
    RECONIFY_INTAKE_KEYS: 'an-intake-key-of-the-tests-0123456789',
    USER_MESSAGES_PER_MINUTE: '0',
  };
  stage = await openStage(settings, {
    'bots/default/bot.md': '---\nsecrets: [CRM_KEY]\n---\nYou help.\n',
    'bots/default/tools/crm.ts': CRM,
  });
});

afterAll(async () => {
  await stage?.close();
  await Promise.all(closing.map((close) => close()));
  sqs.destroy();
});

describe('a webhook door', () => {
  it('keeps what TalkJS signed, refuses what it did not, and says so when the queue is gone', async () => {
    const lambda = await stage.start('talkjs');
    const webhook = say('first', 'Hello there, my name is Ada');

    expect(statusOf(await lambda.invoke(post('/talkjs', webhook)))).toBe(200);
    const forged = { ...webhook, headers: { ...webhook.headers, 'x-talkjs-signature': '0'.repeat(64) } };
    expect(statusOf(await lambda.invoke(post('/talkjs', forged)))).toBe(401);
    const lost = await stage.start('talkjs', { TURNS_QUEUE_URL: NO_QUEUE });
    expect(statusOf(await lost.invoke(post('/talkjs', webhook)))).toBe(503);
  });

  it('does the same for Botpress', async () => {
    const lambda = await stage.start('botpress');
    const lost = await stage.start('botpress', { TURNS_QUEUE_URL: NO_QUEUE });
    for (const [door, status] of [
      [lambda, 200],
      [lost, 503],
    ] as const) {
      const gate = await gateway(async (event) => JSON.parse((await door.invoke(event)).body.toString()));
      botpressDoor = `${gate.url}/botpress/events`;
      await botpress.say({ conversationId: `b${status}`, userId: 'ada', text: 'Hello' });
      await botpress.settle();
      await gate.close();
      expect(botpress.webhooks.at(-1)?.status).toBe(status);
    }
    expect(statusOf(await lambda.invoke(post('/botpress', { headers: { 'x-secret-key': 'wrong' }, body: '{}' })))).toBe(
      401,
    );
  });

  it('takes records of other services', async () => {
    const lambda = await stage.start('reconify');
    const headers = {
      'content-type': 'application/json',
      authorization: 'Bearer an-intake-key-of-the-tests-0123456789',
    };

    expect(statusOf(await lambda.invoke(post('/reconify', { headers, body: '{}' })))).toBe(400);
  });
});

describe('a worker', () => {
  it('answers, tries again, refuses, apologises, and gives back', async () => {
    const lambda = await stage.start('reply');

    await enqueue(say('answered', 'What is your name?'));
    claude.script({ status: 529 });
    expect(await work(lambda, 'TurnsQueue')).toEqual([]);

    await enqueue(say('refused', 'x'.repeat(60_000)));
    expect(await work(lambda, 'TurnsQueue')).toEqual([]);

    claude.script({ status: 401, times: 1 });
    await enqueue(say('failed', 'This one fails'));
    expect(await work(lambda, 'TurnsQueue')).toEqual([]);

    talkjs.fail({ kind: 'down', method: 'POST', times: 20 });
    await enqueue(say('away', 'Are you there?'));
    expect(await work(lambda, 'TurnsQueue')).toHaveLength(1);
    talkjs.mend();
  });

  it('is killed at its timeout, and what it wrote is whole', async () => {
    const lambda = await stage.start('reply');
    claude.script({ breaks: { how: 'stall', after: 1 } });
    await enqueue(say('stalled', 'Take your time'));

    const asked = claude.requests.length;

    const answer = lambda.invoke(await next('TurnsQueue'));
    while (claude.requests.length === asked) await sleep(20);
    lambda.timeOut();

    expect((await answer).kind).toBe('timeout');
  });

  it('apologises for dead letters, or sends what was stored', async () => {
    const worker = await stage.start('reply');
    const letters = [];
    for (const [conversation, text] of [
      ['stored', 'What do you sell?'],
      ['noticed', 'y'.repeat(60_000)],
    ] as const) {
      talkjs.fail({ kind: 'down', method: 'POST', times: 20 });
      await enqueue(say(conversation, text));
      const event = await next('TurnsQueue');
      await worker.invoke(event);
      talkjs.mend();
      letters.push(...event.Records);
    }
    const lambda = await stage.start('apologize');

    expect(await failuresOf(lambda, { Records: letters })).toEqual([]);
    await enqueue(say('dead', 'Nobody answers me'));
    const event = await next('TurnsQueue');
    talkjs.fail({ kind: 'down', method: 'POST', times: 20 });
    expect(await failuresOf(lambda, event)).toHaveLength(1);
    talkjs.mend();
    expect(await failuresOf(lambda, event)).toEqual([]);
  });

  it('hands records to Reconify', async () => {
    const lambda = await stage.start('deliver');
    const event = await next('RecordsQueue');

    expect(event.Records.length).toBeGreaterThan(0);
    expect(await failuresOf(lambda, event)).toEqual([]);
  });

  it('hands signals to the webhook of the Chat API', async () => {
    const heard: string[] = [];
    const receiver = await serve({
      hook: (request, response) => {
        heard.push(String(request.headers['x-signal-id']));
        response.end();
      },
    });
    closing.push(receiver.close);
    const lambda = await stage.start('events', { CHAT_API_WEBHOOK_URL: `${receiver.url}/hook` });
    await sqs.send(
      new SendMessageCommand({
        QueueUrl: queueUrl('EventsQueue'),
        MessageBody: JSON.stringify({
          ...{ v: 1, to: 'chat-api', id: 's1', platform: 'chat-api', conversation: 'c' },
          body: '{"type":"message_created"}',
        }),
        MessageGroupId: 'g',
        MessageDeduplicationId: 's1',
      }),
    );

    expect(await work(lambda, 'EventsQueue')).toEqual([]);
    expect(heard).toEqual(['s1']);
  });

  it('finds what no webhook told of', async () => {
    await openProgress(openDynamo(), stage.resources.resolve({ Ref: 'Table' })).begin(Date.now() - 2 * AGO_MS);
    talkjsAgo = AGO_MS;
    talkjs.say({ conversationId: 'lost', userId: 'ada', text: 'Does anybody hear me?' });
    talkjsAgo = 0;
    const lambda = await stage.start('reconcile');

    const { kind, body } = await lambda.invoke({});

    expect(kind).toBe('response');
    expect(JSON.parse(body.toString())).toMatchObject({ enqueued: 1 });
  });
});

describe('a streaming door', () => {
  it('streams an answer, a notice and a failure', async () => {
    const lambda = await stage.start('chat');
    claude.script({ status: 529 });
    const answered = await lambda.invoke(chatRequest('one', 'Hello there'));

    expect(answered.kind).toBe('response');
    expect(answered.headers['content-type']).toBe('application/vnd.awslambda.http-integration-response');
    expect(preludeOf(answered)).toMatchObject({ statusCode: 200 });
    expect(answered.body.toString()).toContain('"done":true');
    await lambda.invoke(chatRequest('two', 'please refuse'));
    claude.script({ status: 401, times: 1 });
    await lambda.invoke(chatRequest('three', 'This one fails'));
    const refused = await lambda.invoke({ ...chatRequest('four', 'Hello'), headers: {} });
    expect(preludeOf(refused)).toMatchObject({ statusCode: 401 });
  });

  it('gives a tool what Parameter Store has for its bot, and for no other', async () => {
    const ssm = await startFakeSsm({ '/stage/bots': { default: { CRM_KEY: 'of default' }, sales: { CRM_KEY: 'x' } } });
    closing.push(ssm.close);
    const lambda = await stage.start('chat', { SECRETS_PATH: '/stage', AWS_ENDPOINT_URL_SSM: ssm.url });
    claude.script({ text: null, tools: [{ name: 'crm', input: {} }] });

    await lambda.invoke(chatRequest('crm', 'Which key?'));

    expect(JSON.stringify(claude.requests.at(-1)?.body)).toContain('of default');
  });

  it('answers the Chat API', async () => {
    const lambda = await stage.start('chat-api');
    const ask = async (path: string, body: object, key?: string) => {
      const headers = { 'content-type': 'application/json', ...(key ? { 'x-user-key': key } : {}) };
      const answer = await lambda.invoke(rest(`/chat-api/wh${path}`, { headers, body: JSON.stringify(body) }));
      expect(preludeOf(answer)).toMatchObject({ statusCode: 201 });
      return JSON.parse(answer.body.subarray(answer.body.indexOf(0) + 8).toString());
    };

    const { key } = await ask('/users', {});
    const { conversation } = await ask('/conversations', {}, key);
    await ask('/messages', { conversationId: conversation.id, payload: { type: 'text', text: 'Hello' } }, key);
  });
});

it('every function says why it cannot start, and goes on saying it', async () => {
  const broken = { SECRETS_PATH: '/nobody/reads', AWS_ENDPOINT_URL_SSM: 'http://127.0.0.1:9' };
  const inbound = { event: 'sent', platform: 'talkjs', conversation: 'c', messageId: 'm', createdAt: 1 };
  const body = JSON.stringify({ v: 1, generation: 0, inbound });
  const letter = { Records: [{ messageId: 'm', receiptHandle: 'r', body, attributes: {} }] };
  const events: Record<string, unknown> = {
    talkjs: post('/talkjs', { headers: {}, body: '' }),
    botpress: post('/botpress', { headers: {}, body: '' }),
    reconify: post('/reconify', { headers: {}, body: '' }),
    chat: chatRequest('s', 'Hello'),
    'chat-api': rest('/chat-api/wh/users', { headers: {}, body: '{}' }),
  };
  for (const key of keys()) {
    const lambda = await stage.start(key, broken);
    await lambda.invoke(events[key] ?? letter);
    await lambda.invoke(events[key] ?? letter);
    await lambda.stop();

    expect
      .soft(
        parsed(lambda.lines).map(({ event }) => event),
        key,
      )
      .toEqual(['door-failed', 'door-failed']);
  }
});

it('every line is one JSON object', () => {
  const others = stage.lambdas.flatMap(({ key, lambda }) =>
    lambda.lines.filter((line) => !isObject(line)).map((line) => `${key}: ${line}`),
  );

  expect(keys().filter((key) => stage.lambdas.every((one) => one.key !== key))).toEqual([]);
  expect(stage.lambdas.flatMap(({ lambda }) => lambda.lines).length).toBeGreaterThan(50);
  expect(others).toEqual([]);
});

/** The packaged bot has no tools that act and no MCP server: test/flow/{effects,mcp}.test.ts hold their lines against the same filters. */
const OF_TOOLS = ['EffectsUnknown', 'McpChanged'];
/** Nobody rates here: test/flow/ratings.test.ts holds these lines against the same filters. */
const OF_RATINGS = ['Rated', 'Disliked'];
/** The packaged bot is asked nothing that its documents answer: test/flow/events.test.ts holds these lines against the same filters. */
const OF_KNOWLEDGE = ['Found', 'Missed'];

it('each metric filter of the template matches lines of its function, and finds the number that it takes', () => {
  const blind = filters().filter(({ key, metric, pattern, value }) => {
    if ([...OF_TOOLS, ...OF_RATINGS, ...OF_KNOWLEDGE].includes(metric)) return false;
    const matches = linesOf(key).filter(matcherOf(pattern));
    return matches.length === 0 || matches.some((line) => value.startsWith('$') && !isNumber(valueAt(line, value)));
  });

  expect(filters().length).toBeGreaterThan(30);
  expect(blind).toEqual([]);
});

it('a metric filter matches nothing of what it does not mean', () => {
  const counted = (key: string, name: string) => {
    const filter = filters().find((one) => one.key === key && one.metric === name);
    return linesOf(key).filter(matcherOf(filter?.pattern ?? '{ $.no = 1 }')).length;
  };

  // With the two messages that the doors kept.
  expect(counted('reply', 'Answers')).toBe(3);
  expect(counted('reply', 'Notices')).toBe(1);
  expect(counted('reply', 'Failures')).toBe(1);
  expect(counted('talkjs', 'MessagesKept')).toBe(1);
  expect(counted('talkjs', 'WebhooksRejected')).toBe(1);
  expect(counted('talkjs', 'MessagesNotKept')).toBe(1);
  expect(counted('apologize', 'Failures')).toBe(1);
});

/** Nobody has it. */
const NO_QUEUE = 'http://127.0.0.1:9/000000000000/nobody.fifo';

function say(conversationId: string, text: string): Webhook {
  webhooks = [];
  talkjs.say({ conversationId, userId: 'ada', text });
  const [webhook] = webhooks;
  if (!webhook) throw new Error('TalkJS told of nothing');
  return webhook;
}

/** As the door would. */
async function enqueue(webhook: Webhook): Promise<void> {
  const { talkjsDialect } = await import('../../lib/platforms/talkjs/dialect.ts');
  const { openTurnsQueue } = await import('../../lib/queue.ts');
  const { groups } = await import('../../lib/config.ts');
  const settings = groups.talkjs({ TALKJS_APP_ID: 'app', TALKJS_SECRET_KEY: SECRET }, []);
  if (!settings) throw new Error('TalkJS is not set');
  const inbound = talkjsDialect(settings).parse({ headers: webhook.headers, body: Buffer.from(webhook.body) });
  if ('ignored' in inbound) throw new Error(inbound.ignored);
  await openTurnsQueue(sqs, queueUrl('TurnsQueue')).put(inbound);
}

function queueUrl(id: string): string {
  return stage.resources.resolve({ Ref: id });
}

/** What waits in the queue, as Lambda's event source hands it over; gone from there, so that nothing comes back by itself. */
async function next(id: string) {
  const messages = await receive(sqs, queueUrl(id), 2);
  for (const { ReceiptHandle } of messages)
    await sqs.send(new DeleteMessageCommand({ QueueUrl: queueUrl(id), ReceiptHandle }));
  return toSqsEvent(messages, stage.resources.resolve({ 'Fn::GetAtt': [id, 'Arn'] }));
}

async function work(lambda: Lambda, id: string): Promise<unknown[]> {
  const event = await next(id);
  if (event.Records.length === 0) throw new Error(`nothing waits in ${id}`);
  return failuresOf(lambda, event);
}

async function failuresOf(lambda: Lambda, event: unknown): Promise<unknown[]> {
  const { kind, body } = await lambda.invoke(event);
  if (kind !== 'response') throw new Error(body.toString());
  return JSON.parse(body.toString()).batchItemFailures;
}

function post(path: string, { headers, body }: { headers: Record<string, string>; body: string }) {
  const requestContext = { http: { method: 'POST', path } };
  return { version: '2.0', rawPath: path, headers, body, isBase64Encoded: false, requestContext };
}

function rest(path: string, { headers, body }: { headers: Record<string, string>; body: string }) {
  const requestContext = { identity: { sourceIp: '203.0.113.7' } };
  return { path, httpMethod: 'POST', headers, body, isBase64Encoded: false, requestContext };
}

function chatRequest(session: string, message: string) {
  const headers = { 'content-type': 'application/json', authorization: 'Bearer a-key-that-only-the-tests-know-0123' };
  return rest(`/chat/${session}`, { headers, body: JSON.stringify({ message }) });
}

function statusOf({ body }: Answer): number {
  return JSON.parse(body.toString()).statusCode;
}

/** Status and headers stand in front of eight zero bytes. */
function preludeOf({ body }: Answer): unknown {
  return JSON.parse(body.subarray(0, body.indexOf(0)).toString());
}

function keys(): string[] {
  const { Resources } = stage.packaged.template;
  const ids = Object.entries(Resources).flatMap(([id, { Type }]) => (Type === 'AWS::Lambda::Function' ? [id] : []));
  return Object.keys(stage.packaged.zips)
    .map((zip) => zip.replace(/\.zip$/, ''))
    .filter((key) => ids.includes(`${logicalIdOf(key)}LambdaFunction`));
}

interface Filter {
  key: string;
  metric: string;
  pattern: string;
  value: string;
}

function filters(): Filter[] {
  return Object.values(stage.packaged.template.Resources).flatMap(({ Type, Properties }) => {
    if (Type !== 'AWS::Logs::MetricFilter') return [];
    const { LogGroupName, FilterPattern, MetricTransformations } = Properties as {
      LogGroupName: { Ref: string };
      FilterPattern: string;
      MetricTransformations: { MetricName: string; MetricValue: string }[];
    };
    const key = keys().find((one) => LogGroupName.Ref === `${logicalIdOf(one)}LogGroup`) ?? '';
    const { MetricName: metric = '', MetricValue: value = '' } = MetricTransformations[0] ?? {};
    return [{ key, metric, pattern: FilterPattern, value }];
  });
}

function linesOf(key: string): Record<string, unknown>[] {
  return stage.lambdas.flatMap((one) => (one.key === key ? parsed(one.lambda.lines) : []));
}

function parsed(lines: readonly string[]): Record<string, unknown>[] {
  return lines.filter(isObject).map((line) => JSON.parse(line));
}

function isObject(line: string): boolean {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

function isNumber(value: unknown): boolean {
  return typeof value === 'number';
}
