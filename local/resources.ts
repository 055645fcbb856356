/** The embedded stack: makes the table and the queues that serverless.yml declares, and tells what its references mean. */
import { CreateTableCommand, type CreateTableCommandInput, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  SetQueueAttributesCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import type { Emulators } from './emulators.ts';
import type { Resource, Value } from './service.ts';

export interface Resources {
  /** The plain value of an environment entry or an event's `arn`; throws where it names what is not made here. */
  resolve(value: Value): string;
  /** The queue behind an ARN. */
  queueUrlOf(arn: string): string;
}

export interface ResourceOptions {
  endpoints: Emulators['endpoints'];
  region: string;
  /** The visibility timeout (s) that a queue gets here instead of its own, by logical id. */
  visibilitySeconds: Readonly<Record<string, number>>;
}

interface Made {
  ref: string;
  arn?: string;
}

/** Makes what is not there yet; a table and queues of an earlier run keep what they hold. */
export async function makeResources(declared: Record<string, Resource>, options: ResourceOptions): Promise<Resources> {
  const made = new Map<string, Made>();
  const dynamodb = new DynamoDBClient({
    region: options.region,
    endpoint: options.endpoints.AWS_ENDPOINT_URL_DYNAMODB,
  });
  const endpoint = options.endpoints.AWS_ENDPOINT_URL_SQS;
  const sqs = new SQSClient({ region: options.region, endpoint, useQueueUrlAsEndpoint: false });
  for (const [id, { Properties }] of ofType(declared, 'AWS::DynamoDB::Table'))
    made.set(id, await makeTable(dynamodb, id, Properties ?? {}));
  for (const [id, { Properties = {} }] of deadLettersFirst(ofType(declared, 'AWS::SQS::Queue'))) {
    const visibility = options.visibilitySeconds[id];
    const own = visibility === undefined ? Properties : { ...Properties, VisibilityTimeout: visibility };
    made.set(id, await makeQueue({ sqs, endpoint, resolveArn: (value) => resolve(made, value) }, id, own));
  }
  dynamodb.destroy();
  sqs.destroy();
  return {
    resolve: (value) => resolve(made, value),
    queueUrlOf: (arn) => {
      for (const thing of made.values()) if (thing.arn === arn) return thing.ref;
      throw new Error(`no queue of serverless.yml has the ARN ${arn}`);
    },
  };
}

/** The logical id that a reference names. */
export function logicalIdOf(value: Value): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  return value.Ref ?? value['Fn::GetAtt']?.[0];
}

function resolve(made: ReadonlyMap<string, Made>, value: Value): string {
  if (typeof value !== 'object' || value === null) return String(value ?? '');
  const thing = made.get(logicalIdOf(value) ?? '');
  const plain = value.Ref === undefined ? thing?.arn : thing?.ref;
  if (plain === undefined) throw new Error(`the embedded stack cannot resolve ${JSON.stringify(value)}`);
  return plain;
}

function ofType(declared: Record<string, Resource>, type: string): [string, Resource][] {
  return Object.entries(declared).filter(([, resource]) => resource.Type === type);
}

/** A queue names its dead-letter queue, which must be there by then. */
function deadLettersFirst(queues: [string, Resource][]): [string, Resource][] {
  const redrives = ([, { Properties }]: [string, Resource]) => Number('RedrivePolicy' in (Properties ?? {}));
  return queues.toSorted((a, b) => redrives(a) - redrives(b));
}

/** What both CloudFormation and CreateTable know under the same name. */
const TABLE_PROPERTIES = ['AttributeDefinitions', 'KeySchema', 'BillingMode', 'GlobalSecondaryIndexes'];

async function makeTable(dynamodb: DynamoDBClient, id: string, properties: Record<string, unknown>): Promise<Made> {
  const known = Object.entries(properties).filter(([name]) => TABLE_PROPERTIES.includes(name));
  const input: CreateTableCommandInput = { AttributeDefinitions: undefined, KeySchema: undefined, TableName: id };
  try {
    await dynamodb.send(new CreateTableCommand(Object.assign(input, Object.fromEntries(known))));
  } catch (error) {
    if (!(error instanceof Error && error.name === 'ResourceInUseException')) throw error; // kept from an earlier run
  }
  return { ref: id };
}

/** CloudFormation's properties that are no queue attributes. */
const NO_ATTRIBUTES = ['QueueName', 'Tags', 'RedrivePolicy', 'RedriveAllowPolicy'];

interface QueueServer {
  sqs: SQSClient;
  endpoint: string;
  resolveArn(value: Value): string;
}

async function makeQueue(server: QueueServer, id: string, properties: Record<string, unknown>): Promise<Made> {
  const { sqs, endpoint, resolveArn } = server;
  const name = properties.FifoQueue ? `${id}.fifo` : id;
  const attributes = Object.fromEntries(
    Object.entries(properties).flatMap(([key, value]) => (NO_ATTRIBUTES.includes(key) ? [] : [[key, String(value)]])),
  );
  if (isRedrivePolicy(properties.RedrivePolicy)) {
    const { deadLetterTargetArn, maxReceiveCount } = properties.RedrivePolicy;
    attributes.RedrivePolicy = JSON.stringify({
      deadLetterTargetArn: resolveArn(deadLetterTargetArn),
      maxReceiveCount,
    });
  }
  const url = await createOrAdjust(sqs, name, attributes);
  const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['QueueArn'] }));
  // fauxqs' own host name does not resolve everywhere, and a kept queue still has the port of the run that made it.
  return { ref: new URL(new URL(url).pathname, endpoint).href, arn: Attributes?.QueueArn ?? '' };
}

/** Through the API, never through fauxqs' own `createQueue`: that one replaces a kept queue and loses its messages. */
async function createOrAdjust(sqs: SQSClient, name: string, attributes: Record<string, string>): Promise<string> {
  try {
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: name, Attributes: attributes }));
    return QueueUrl ?? '';
  } catch (error) {
    if (!(error instanceof Error && error.name.endsWith('QueueNameExists'))) throw error;
    const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: name }));
    const { FifoQueue, ...settable } = attributes;
    await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: settable }));
    return QueueUrl ?? '';
  }
}

function isRedrivePolicy(value: unknown): value is { deadLetterTargetArn: Value; maxReceiveCount: number } {
  return typeof value === 'object' && value !== null && 'deadLetterTargetArn' in value;
}
