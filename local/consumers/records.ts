/** The embedded stack: queue messages in the shape in which Lambda's SQS event source hands them to a function. */
import type { Message } from '@aws-sdk/client-sqs';
import type { SQSEvent, SQSMessageAttributes, SQSRecord } from 'aws-lambda';

export function toSqsEvent(messages: readonly Message[], queueArn: string): SQSEvent {
  return { Records: messages.map((message) => toRecord(message, queueArn)) };
}

function toRecord(message: Message, queueArn: string): SQSRecord {
  const { Attributes: system = {} } = message;
  return {
    messageId: message.MessageId ?? '',
    receiptHandle: message.ReceiptHandle ?? '',
    body: message.Body ?? '',
    attributes: {
      ...system,
      ApproximateReceiveCount: system.ApproximateReceiveCount ?? '1',
      SentTimestamp: system.SentTimestamp ?? '',
      SenderId: system.SenderId ?? '',
      ApproximateFirstReceiveTimestamp: system.ApproximateFirstReceiveTimestamp ?? '',
    },
    messageAttributes: toAttributes(message),
    md5OfBody: message.MD5OfBody ?? '',
    ...(message.MD5OfMessageAttributes ? { md5OfMessageAttributes: message.MD5OfMessageAttributes } : {}),
    eventSource: 'aws:sqs',
    eventSourceARN: queueArn,
    awsRegion: queueArn.split(':')[3] ?? '',
  };
}

function toAttributes({ MessageAttributes = {} }: Message): SQSMessageAttributes {
  return Object.fromEntries(
    Object.entries(MessageAttributes).map(([name, { DataType, StringValue, BinaryValue }]) => [
      name,
      {
        dataType: DataType ?? 'String',
        stringListValues: [],
        binaryListValues: [],
        ...(StringValue === undefined ? {} : { stringValue: StringValue }),
        ...(BinaryValue === undefined ? {} : { binaryValue: Buffer.from(BinaryValue).toString('base64') }),
      },
    ]),
  );
}

/**
 * The messages of a batch that are done with, by what the function returned. As Lambda reads it: nothing in particular
 * means all, an entry that names no message of the batch makes the whole batch failed.
 */
export function doneOf(messages: readonly Message[], result: unknown, reportsFailures: boolean): readonly Message[] {
  if (!reportsFailures || typeof result !== 'object' || result === null) return messages;
  const failures = 'batchItemFailures' in result ? result.batchItemFailures : [];
  if (failures === null) return messages;
  if (!Array.isArray(failures)) return [];
  const failed = new Set(failures.map(identifierOf));
  const known = new Set(messages.map(({ MessageId = '' }) => MessageId));
  if ([...failed].some((id) => !known.has(id))) return [];
  return messages.filter(({ MessageId = '' }) => !failed.has(MessageId));
}

function identifierOf(failure: unknown): string {
  const isEntry = typeof failure === 'object' && failure !== null && 'itemIdentifier' in failure;
  return isEntry ? String(failure.itemIdentifier) : '';
}
