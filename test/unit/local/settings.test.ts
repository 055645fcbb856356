/** Room: what the embedded stack takes from .env, from PORT and from serverless.yml. */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  ChangeMessageVisibilityCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { expect, test } from 'vitest';
import { BadSettings } from '../../../lib/errors.ts';
import { startEmulators } from '../../../local/emulators.ts';
import { claimPorts, portBlock } from '../../../local/ports.ts';
import { makeResources, type Resources } from '../../../local/resources.ts';
import type { Resource } from '../../../local/service.ts';
import {
  botSecretsIn,
  checkSettings,
  settingNames,
  settingsIn,
  unknownKeys,
  unsetSecrets,
} from '../../../local/settings.ts';
import { openStandIns } from '../../../local/stand-ins.ts';

test('what bots name as secrets is taken over by its name, and what is not set is told by the bot that names it', () => {
  const bots = [
    { name: 'sales', secrets: ['CRM_KEY', 'DESK_KEY'] },
    { name: 'help', secrets: ['CRM_KEY'] },
  ];
  const env = { CRM_KEY: 'there', DESK_KEY: ' ', OTHER_KEY: 'of nobody' };

  expect(botSecretsIn(env, bots)).toEqual({ CRM_KEY: 'there' });
  expect(unsetSecrets(env, bots)).toEqual(['DESK_KEY is not set, which the bot sales names as a secret']);
});

test('a name under http that no key has is told by the bot that names it', () => {
  const bots = [
    { name: 'default', http: [] },
    { name: 'sales', http: ['shop', 'fair'] },
  ];
  const CHAT_ACCESS_KEYS = 'shop=a-key-of-the-shop-01234,fair';

  expect(unknownKeys({ CHAT_ACCESS_KEYS }, bots)).toEqual([
    'CHAT_ACCESS_KEYS has no key fair=…, which the bot sales names under http',
  ]);
});

test('settings are the names that the configuration looks up, and nothing of the plumbing', () => {
  const names = settingNames();

  expect(names).toEqual(expect.arrayContaining(['ANTHROPIC_API_KEY', 'CLAUDE_MODEL', 'TALKJS_WEBHOOK_SECRETS']));
  expect(names.filter((name) => /TABLE_NAME|QUEUE/.test(name))).toEqual([]);
});

test('an empty name counts as not set, an unknown one is not passed on', () => {
  const settings = settingsIn({ CLAUDE_MODEL: 'claude-x', TALKJS_APP_ID: ' ', PATH: '/bin' });

  expect(settings).toEqual({ CLAUDE_MODEL: 'claude-x' });
});

test('what is wrong is not told to be missing as well', async () => {
  const problems = await problemsOf({ ANTHROPIC_API_KEY: 'sk-ant-\u200babc', ALLOWED_ORIGINS: 'https://x/' });

  expect(problems.filter((problem) => problem.startsWith('ANTHROPIC_API_KEY'))).toEqual([
    'ANTHROPIC_API_KEY holds U+200B, which no key has: copy it anew',
  ]);
});

test('one error names every wrong setting, also what only the opening of a function finds', async () => {
  const settings = {
    ANTHROPIC_API_KEY: 'k',
    CLAUDE_MAX_TOKENS: 'many',
    HISTORY_STRATEGY: 'none',
    ATTACHMENT_HOSTS: 'localhost',
  };

  const problems = await problemsOf(settings, { BURST_WINDOW_SECONDS: '901', ALARM_EMAIL: 'me' });

  expect(problems).toEqual([
    expect.stringMatching(/^CLAUDE_MAX_TOKENS must be/),
    expect.stringMatching(/^HISTORY_STRATEGY must be/),
    expect.stringMatching(/^ATTACHMENT_HOSTS has the entry localhost, which must be .*http:\/\/localhost:3003/),
    expect.stringMatching(/^BURST_WINDOW_SECONDS must be/),
    expect.stringMatching(/^ALARM_EMAIL must be/),
  ]);
});

test('what is missing hides nothing else', async () => {
  const problems = await problemsOf({ TALKJS_APP_ID: 'app', ATTACHMENT_HOSTS: '*' });

  expect(problems.toSorted()).toEqual([
    'ANTHROPIC_API_KEY is missing',
    expect.stringMatching(/^ATTACHMENT_HOSTS has the entry \*/),
    'TALKJS_SECRET_KEY is missing',
  ]);
});

test('right settings are no error', async () => {
  expect(await problemsOf({ ANTHROPIC_API_KEY: 'k' })).toEqual([]);
});

async function problemsOf(settings: Record<string, string>, written = {}): Promise<readonly string[]> {
  try {
    await checkSettings(settings, written);
    return [];
  } catch (error) {
    if (error instanceof BadSettings) return error.problems;
    throw error;
  }
}

test('without keys the stand-ins are used, and the functions are told where they are', async () => {
  const { settings, urls } = await openStandIns({}, 'http://localhost:3003', 'http://localhost:3000');

  expect(urls).toMatchObject({ claude: 'http://localhost:3003/claude', talkjs: 'http://localhost:3003/talkjs' });
  expect(settings).toMatchObject({
    ANTHROPIC_API_KEY: 'offline',
    ANTHROPIC_BASE_URL: 'http://localhost:3003/claude',
    TALKJS_APP_ID: 'local',
    TALKJS_API_URL: 'http://localhost:3003/talkjs',
  });
});

test('a stand-in steps aside for a real key', async () => {
  const given = { ANTHROPIC_API_KEY: 'real', TALKJS_APP_ID: 'app', TALKJS_SECRET_KEY: 'secret' };

  const { settings, mounts } = await openStandIns(given, 'http://localhost:3003', 'http://localhost:3000');

  expect(settings).toMatchObject(given);
  expect(Object.keys(mounts)).not.toEqual(expect.arrayContaining(['claude']));
  expect(Object.keys(mounts)).not.toEqual(expect.arrayContaining(['talkjs']));
});

test.each([{ TALKJS_APP_ID: 'app' }, { TALKJS_SECRET_KEY: 's' }, { TALKJS_API_URL: 'https://x' }])(
  'half a configuration, %o, is an error',
  async (given) => {
    const opening = openStandIns({ ...given }, 'http://localhost:3003', 'http://localhost:3000');

    await expect(opening).rejects.toThrow(/TalkJS is half configured/);
  },
);

test('PORT moves the whole block', () => {
  expect(portBlock(undefined)).toEqual({ http: 3000, streams: 3001, invoke: 3002, standIns: 3003, playground: 3004 });
  expect(portBlock('4000')).toMatchObject({ http: 4000, playground: 4004 });
});

test.each(['x', '0', '65532', '3.5'])('PORT=%s is refused', (port) => {
  expect(() => portBlock(port)).toThrow(/PORT must be a whole number/);
});

test('a busy port of the block is named', async () => {
  const holder = createServer().listen(0, '127.0.0.1');
  await once(holder, 'listening');
  const address = holder.address();
  const busy = typeof address === 'object' && address ? address.port : 0;

  const claiming = claimPorts({ http: busy, streams: busy, invoke: busy, standIns: busy, playground: busy });

  await expect(claiming).rejects.toThrow(`Port ${busy} is in use`);
  holder.close();
});

const declared: Record<string, Resource> = {
  Table: {
    Type: 'AWS::DynamoDB::Table',
    Properties: {
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
      SSESpecification: { SSEEnabled: true },
    },
  },
  Turns: {
    Type: 'AWS::SQS::Queue',
    Properties: {
      FifoQueue: true,
      VisibilityTimeout: 720,
      RedrivePolicy: { deadLetterTargetArn: { 'Fn::GetAtt': ['Dead', 'Arn'] }, maxReceiveCount: 3 },
    },
  },
  Dead: { Type: 'AWS::SQS::Queue', Properties: { FifoQueue: true } },
};

async function withStack(dataDir: string | undefined, work: (resources: Resources, sqs: SQSClient) => Promise<void>) {
  const { endpoints, stop } = await startEmulators(dataDir);
  const resources = await makeResources(declared, { endpoints, region: 'us-east-1', visibilitySeconds: { Turns: 25 } });
  // The functions' own client: it takes the URL as it is.
  await work(resources, new SQSClient({ endpoint: endpoints.AWS_ENDPOINT_URL_SQS }));
  await stop();
}

test('table and queues are made as serverless.yml declares them, with a shorter visibility', async () => {
  await withStack(undefined, async (resources, sqs) => {
    const QueueUrl = resources.resolve({ Ref: 'Turns' });

    const { Attributes = {} } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }));

    expect(Attributes).toMatchObject({ FifoQueue: 'true', VisibilityTimeout: '25' });
    expect(JSON.parse(Attributes.RedrivePolicy ?? '')).toEqual({
      deadLetterTargetArn: resources.resolve({ 'Fn::GetAtt': ['Dead', 'Arn'] }),
      maxReceiveCount: 3,
    });
    expect(resources.resolve({ Ref: 'Table' })).toBe('Table');
    expect(() => resources.resolve({ Ref: 'Nothing' })).toThrow('cannot resolve');
  });
});

test('a folder keeps what waits in a queue, also what was just given back', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'kept-'));
  await withStack(folder, async (resources, sqs) => {
    const QueueUrl = resources.resolve({ Ref: 'Turns' });
    const ids = { MessageGroupId: 'g', MessageDeduplicationId: '1' };
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'kept', ...ids }));
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl }));
    const ReceiptHandle = Messages[0]?.ReceiptHandle;
    await sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: 0 }));
  });

  const received: unknown[] = [];
  await withStack(folder, async (resources, sqs) => {
    const QueueUrl = resources.resolve({ Ref: 'Turns' });
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 5 }));
    received.push(...Messages.map(({ Body }) => Body));
  });

  expect(received).toEqual(['kept']);
  rmSync(folder, { recursive: true });
});
