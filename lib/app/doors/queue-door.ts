/** The door of every consumer of a queue: an event of SQS in, the messages to deliver again out, and the last catch. */
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { BadSettings } from '../../errors.ts';
import { doorFailed } from './failed.ts';

/** One message as the queue hands it over. */
export interface QueueMessage {
  id: string;
  receipt: string;
  /** 1 for the first delivery. */
  attempts: number;
  /** Empty where the queue has none. */
  group: string;
  /** When the queue took it (ms), where it says so. */
  takenAt?: number;
  body: string;
}

export type QueueHandler = (
  event: SQSEvent,
  context: Pick<Context, 'getRemainingTimeInMillis'>,
) => Promise<SQSBatchResponse>;

/**
 * `verb` gives the ids of what the queue shall deliver again: all of it when `open` or the verb throws, or when `open` gives nothing,
 * for which the log says what is `missing`.
 */
export function queueDoor<Deps>(
  open: () => Promise<Deps | undefined>,
  verb: (deps: Deps, messages: readonly QueueMessage[], remainingMs: () => number) => Promise<readonly string[]>,
  missing = 'the settings are missing',
): QueueHandler {
  return async ({ Records }, context) => {
    const messages = Records.map(({ messageId, receiptHandle, body, attributes }) => ({
      id: messageId,
      receipt: receiptHandle,
      attempts: Number(attributes.ApproximateReceiveCount),
      group: attributes.MessageGroupId ?? '',
      ...(Number(attributes.SentTimestamp) > 0 ? { takenAt: Number(attributes.SentTimestamp) } : {}),
      body,
    }));
    try {
      const deps = await open();
      if (!deps) throw new BadSettings(missing);
      return failed(await verb(deps, messages, () => context.getRemainingTimeInMillis()));
    } catch (error) {
      doorFailed(error);
      return failed(messages.map(({ id }) => id));
    }
  };
}

function failed(ids: readonly string[]): SQSBatchResponse {
  return { batchItemFailures: ids.map((itemIdentifier) => ({ itemIdentifier })) };
}
