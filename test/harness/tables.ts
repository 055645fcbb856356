/** A table and queues of a test file's own, on the emulators of the run. */
import { randomUUID } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CreateQueueCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { createTable } from '../../local/table.ts';

export async function makeTable(): Promise<string> {
  const name = `table-${randomUUID()}`;
  await createTable(new DynamoDBClient(), name);
  return name;
}

export interface Queues {
  turns: string;
  deadLetters: string;
}

/** The turns queue with its dead letters, as serverless.yml has them, but with a short visibility timeout. */
export async function makeTurnsQueues(
  sqs: SQSClient,
  { visibilitySeconds = 20, maxReceiveCount = 10 } = {},
): Promise<Queues> {
  const id = randomUUID();
  const fifo = { FifoQueue: 'true', VisibilityTimeout: String(visibilitySeconds) };
  const make = async (name: string, attributes: Record<string, string>) => {
    const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: name, Attributes: attributes }));
    return QueueUrl;
  };
  const deadLetters = await make(`dead-${id}.fifo`, fifo);
  const deadLetterTargetArn = `arn:aws:sqs:us-east-1:000000000000:dead-${id}.fifo`;
  const turns = await make(`turns-${id}.fifo`, {
    ...fifo,
    RedrivePolicy: JSON.stringify({ deadLetterTargetArn, maxReceiveCount }),
  });
  return { turns, deadLetters };
}

/** A FIFO queue of a test's own. */
export async function makeFifo(sqs: SQSClient, name: string): Promise<string> {
  const Attributes = { FifoQueue: 'true', VisibilityTimeout: '20' };
  const { QueueUrl = '' } = await sqs.send(
    new CreateQueueCommand({ QueueName: `${name}-${randomUUID()}.fifo`, Attributes }),
  );
  return QueueUrl;
}
