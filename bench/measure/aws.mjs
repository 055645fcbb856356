/** DynamoDB and SQS, emulated, in a process of their own, with the table and the queues of the stack. */
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CreateQueueCommand, GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { openSqs, openTurnsQueue } from '../../lib/queue.ts';
import { startEmulators } from '../../local/emulators.ts';
import { turnRecord } from '../start/events.mjs';
import { answerParent } from './children.mjs';

const { endpoints } = await startEmulators(undefined);
Object.assign(process.env, endpoints);
const sqs = openSqs();
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
const RECORDS_QUEUE_URL = await queue('logs', {});

answerParent(
  {
    /** What users said before anybody listened: the first message of every conversation, then the second of each. */
    async enqueue(conversations, messages) {
      const turns = openTurnsQueue(openSqs(), TURNS_QUEUE_URL);
      for (let number = 1; number <= messages; number++)
        for (let conversation = 0; conversation < conversations; conversation++)
          await turns.put(JSON.parse(turnRecord(`burst-${conversation}`).body).inbound);
    },

    /** Messages of the turns queue, waiting or in somebody's hands. */
    async depth() {
      const AttributeNames = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'];
      const { Attributes } = await sqs.send(
        new GetQueueAttributesCommand({ QueueUrl: TURNS_QUEUE_URL, AttributeNames }),
      );
      return AttributeNames.reduce((sum, name) => sum + Number(Attributes[name]), 0);
    },
  },
  { env: { ...endpoints, TABLE_NAME: 'table', TURNS_QUEUE_URL, RECORDS_QUEUE_URL } },
);
