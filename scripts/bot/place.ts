/** The inspection tool: where the bot runs, and its table and queues there. */
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import { type Env, readSettings } from '../../lib/config.ts';
import { type Forget, openForget } from '../../lib/store/forget.ts';
import { type ForgetUser, openForgetUser } from '../../lib/store/forget-user.ts';
import { openTable, type Table } from '../../lib/store/items.ts';
import { openStore, type Store } from '../../lib/store/store.ts';
import { CannotRun } from '../cannot-run.ts';
import { tableOf } from '../stage/outputs.ts';
import { readStage, stackName, useStage } from '../stage/stage.ts';

export interface Place {
  /** Whether a webhook is told there of what happens: that of `.env` or `.env.<stage>`, or a stand-in. */
  tellsWebhook: boolean;
  sqs: SQSClient;
  /** The queue that serverless.yml has under this id. */
  queueUrl(logicalId: string): Promise<string>;
  /** The table, as the rooms of the bot see it. */
  data(): Promise<Data>;
}

export interface Data {
  store: Store;
  table: Table;
  forget: Forget;
  forgetUser: ForgetUser;
}

const DEFAULT_REGION = 'us-east-1';
/** The stand-ins' port is the fourth of the block that PORT moves. */
const DEFAULT_PORT = 3000;
const STACK_OFFSET = 3;
/** As the embedded stack names it. */
const LOCAL_TABLE = 'Table';

/** The stage on AWS, or without one the stack that runs on this machine. Throws `CannotRun` when there is none. */
export async function findPlace(stage: string | undefined, env: Env): Promise<Place> {
  return stage === undefined ? localPlace(env) : stagePlace(stage, env);
}

function stagePlace(name: string, env: Env): Place {
  const stage = readStage(name, { shell: env });
  useStage(stage);
  const { region } = stage;
  const sqs = new SQSClient({ region });
  return {
    tellsWebhook: hasWebhook(stage.env),
    sqs,
    // CloudFormation names a queue `<stack>-<id>-<something random>`.
    queueUrl: (id) => queueNamed(sqs, `${stackName(stage)}-${id}-`),
    data: async () => {
      const table = await tableOf(new CloudFormationClient({ region }), stackName(stage));
      if (table === undefined) throw new CannotRun(`The stack ${stackName(stage)} has no table.`);
      return dataIn(new DynamoDBClient({ region }), table, stage.env);
    },
  };
}

async function localPlace(env: Env): Promise<Place> {
  const region = env.AWS_REGION ?? DEFAULT_REGION;
  const { urls, standIns } = await localStack(Number(env.PORT?.trim() || DEFAULT_PORT) + STACK_OFFSET);
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const sqs = new SQSClient({ region, endpoint: urls.sqs, credentials, useQueueUrlAsEndpoint: false });
  return {
    tellsWebhook: hasWebhook(env) || 'events' in standIns,
    sqs,
    queueUrl: (id) => queueNamed(sqs, id),
    data: async () => dataIn(new DynamoDBClient({ region, endpoint: urls.dynamodb, credentials }), LOCAL_TABLE, env),
  };
}

function hasWebhook({ EVENTS_WEBHOOK_URL }: Env): boolean {
  return Boolean(EVENTS_WEBHOOK_URL?.trim());
}

async function queueNamed(sqs: SQSClient, QueueNamePrefix: string): Promise<string> {
  const { QueueUrls = [] } = await sqs.send(new ListQueuesCommand({ QueueNamePrefix }));
  const [url, ...others] = QueueUrls;
  if (url !== undefined && others.length === 0) return url;
  throw new CannotRun(
    `${url ? 'More than one queue has' : 'No queue has'} a name that begins with ${QueueNamePrefix}.`,
  );
}

function dataIn(client: DynamoDBClient, name: string, env: Env): Data {
  const { days: keptDays } = readSettings(env, ['retention']).retention;
  const dynamo = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
  const forget = openForget(dynamo, name, Date.now);
  return {
    store: openStore(dynamo, name, Date.now, keptDays),
    table: openTable(dynamo, name),
    forget,
    forgetUser: openForgetUser(dynamo, name, { now: Date.now, forget }),
  };
}

const stackShape = z.looseObject({
  urls: z.looseObject({ sqs: z.url(), dynamodb: z.url() }),
  standIns: z.record(z.string(), z.string()),
});

async function localStack(port: number): Promise<z.infer<typeof stackShape>> {
  const url = `http://localhost:${port}/stack`;
  try {
    return stackShape.parse(await (await fetch(url)).json());
  } catch {
    throw new CannotRun(
      `${url} does not answer: run \`npm start\` first, say on which PORT it runs (PORT=3100 npm run bot …), or name a deployed stage with --stage.`,
    );
  }
}
