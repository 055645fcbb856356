/** Our worker with the queue in front, as Lambda's event source reads it: arguments are the bundle, invocations at once, and their limit (ms). */
import { DeleteMessageCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { answerParent } from '../measure/children.mjs';

const [, , bundle, lanes, limitMs] = process.argv;
const { handler } = await import(bundle);
const QueueUrl = process.env.TURNS_QUEUE_URL;
const sqs = new SQSClient({
  useQueueUrlAsEndpoint: false,
  requestHandler: { httpsAgent: {}, httpAgent: { maxSockets: 200 } },
});
let answered = 0;
for (let lane = 0; lane < Number(lanes); lane++) void work();
answerParent({
  answered: () => answered,
  memory: () => process.memoryUsage().rss,
});

async function work() {
  const asked = { QueueUrl, MaxNumberOfMessages: 1, WaitTimeSeconds: 2, MessageSystemAttributeNames: ['All'] };
  for (;;) {
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand(asked));
    for (const { MessageId, ReceiptHandle, Body, Attributes } of Messages) {
      const deadline = Date.now() + Number(limitMs);
      const record = { messageId: MessageId, receiptHandle: ReceiptHandle, body: Body, attributes: Attributes };
      const { batchItemFailures } = await handler(
        { Records: [record] },
        { getRemainingTimeInMillis: () => deadline - Date.now() },
      );
      if (batchItemFailures.length > 0) continue;
      answered += 1;
      await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
    }
  }
}
