/** Reads a queue and hands its messages to an exported handler, as Lambda's event source does. */
import {
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';

export type QueueHandler = (
  event: SQSEvent,
  context: { getRemainingTimeInMillis(): number },
) => Promise<SQSBatchResponse>;

export interface ConsumerOptions {
  sqs: SQSClient;
  url: string;
  handler: QueueHandler;
  /** Invocations side by side. */
  lanes?: number;
  timeoutMs?: number;
}

/** Runs until stopped; what the handler throws is a failed invocation, of which nothing is deleted. */
export function startConsumer({ sqs, url, handler, lanes = 4, timeoutMs = 60_000 }: ConsumerOptions) {
  const stopping = new AbortController();
  async function lane() {
    while (!stopping.signal.aborted) {
      const messages = await receive(sqs, url, 1).catch(() => []);
      if (messages.length > 0) await invoke(sqs, url, handler, messages, timeoutMs).catch(() => {});
    }
  }
  const running = Array.from({ length: lanes }, lane);
  return {
    stop: async () => {
      stopping.abort();
      await Promise.all(running);
    },
  };
}

export async function receive(sqs: SQSClient, url: string, waitSeconds = 0, max = 10): Promise<Message[]> {
  const { Messages } = await sqs.send(
    new ReceiveMessageCommand({
      QueueUrl: url,
      MaxNumberOfMessages: max,
      WaitTimeSeconds: waitSeconds,
      MessageSystemAttributeNames: ['All'],
    }),
  );
  return Messages ?? [];
}

export async function invoke(
  sqs: SQSClient,
  url: string,
  handler: QueueHandler,
  messages: Message[],
  timeoutMs = 60_000,
) {
  const deadline = Date.now() + timeoutMs;
  const { batchItemFailures } = await handler(toEvent(messages), {
    getRemainingTimeInMillis: () => deadline - Date.now(),
  });
  const failed = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
  const done = messages.filter(({ MessageId }) => !failed.has(MessageId ?? ''));
  if (done.length > 0) {
    const Entries = done.map(({ ReceiptHandle }, i) => ({ Id: String(i), ReceiptHandle }));
    await sqs.send(new DeleteMessageBatchCommand({ QueueUrl: url, Entries }));
  }
  return { failed: [...failed] };
}

function toEvent(messages: readonly Message[]): SQSEvent {
  const Records = messages.map(({ MessageId, ReceiptHandle, Body, Attributes }) => ({
    messageId: MessageId,
    receiptHandle: ReceiptHandle,
    body: Body,
    attributes: Attributes,
    messageAttributes: {},
    eventSource: 'aws:sqs',
  }));
  return { Records } as unknown as SQSEvent;
}

/** Waiting, in flight and delayed together. */
export async function depth(sqs: SQSClient, url: string): Promise<number> {
  const names = [
    'ApproximateNumberOfMessages',
    'ApproximateNumberOfMessagesNotVisible',
    'ApproximateNumberOfMessagesDelayed',
  ] as const;
  const { Attributes = {} } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: [...names] }),
  );
  return names.reduce((sum, name) => sum + Number(Attributes[name] ?? 0), 0);
}
