/** The inspection tool: how much a queue holds. */
import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import type { Place } from './place.ts';

/** Everything in it: what waits, what is delayed and what somebody works on. As SQS counts it, nearly. */
export async function depthOf({ sqs, queueUrl }: Pick<Place, 'sqs' | 'queueUrl'>, id: string): Promise<number> {
  const { Attributes = {} } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: await queueUrl(id), AttributeNames: ['All'] }),
  );
  const { ApproximateNumberOfMessages, ApproximateNumberOfMessagesNotVisible, ApproximateNumberOfMessagesDelayed } =
    Attributes;
  return [ApproximateNumberOfMessages, ApproximateNumberOfMessagesNotVisible, ApproximateNumberOfMessagesDelayed]
    .map(Number)
    .reduce((sum, count) => sum + (count || 0), 0);
}
