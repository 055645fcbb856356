/** DynamoDB and SQS, emulated, in a process of their own, with the table and the queues of the stack. */
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CreateQueueCommand, GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { startEmulators } from '../../local/emulators.ts';
import { answerParent } from './children.mjs';

const { endpoints } = await startEmulators(undefined);
Object.assign(process.env, endpoints);
const sqs = new SQSClient({ useQueueUrlAsEndpoint: false });
const queue = async (QueueName, Attributes) =>
  (await sqs.send(new CreateQueueCommand({ QueueName, Attributes }))).QueueUrl;
const keys = ['pk', 'sk'];
await new DynamoDBClient().send(
  new CreateTableCommand({
    TableName: 'table',
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: keys.map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
    KeySchema: keys.map((AttributeName, i) => ({ AttributeName, KeyType: i === 0 ? 'HASH' : 'RANGE' })),
  }),
);
/** A message whose worker dies before it has said how long it needs comes back after so long (s); deployed it is six times the worker's limit. */
const fifo = { FifoQueue: 'true', VisibilityTimeout: '30' };
const TURNS_QUEUE_URL = await queue('turns.fifo', fifo);
const LOGS_QUEUE_URL = await queue('logs', {});

answerParent(
  {
    /** Messages of the turns queue, waiting or in somebody's hands. */
    async depth() {
      const AttributeNames = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'];
      const { Attributes } = await sqs.send(
        new GetQueueAttributesCommand({ QueueUrl: TURNS_QUEUE_URL, AttributeNames }),
      );
      return AttributeNames.reduce((sum, name) => sum + Number(Attributes[name]), 0);
    },
  },
  { env: { ...endpoints, TABLE_NAME: 'table', TURNS_QUEUE_URL, LOGS_QUEUE_URL } },
);
