/** Stops 4 and 8, and the consumers' side of them. The turns queue: SQS FIFO, one message group per conversation. The records queue: any order. */
import { ChangeMessageVisibilityBatchCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { waits } from './bounds.ts';
import type { Letter } from './events/event.ts';
import { beside } from './queue/died.ts';
import { eventMessage, recordMessage, turnMessage } from './queue/message.ts';
import type { Died, Inbound } from './types.ts';

export interface TurnsQueue {
  /** Resolves when the queue has the message; one AWS call. A repeat within 5 minutes is accepted and dropped by SQS. */
  put(inbound: Inbound, generation?: number): Promise<void>;
  /** Sets how long (s, 0 to 43,200) each receipt stays invisible, counted from now. At most 10 receipts. */
  hold(holds: readonly { receipt: string; seconds: number }[]): Promise<void>;
}

/** `useQueueUrlAsEndpoint: false`: else the SDK takes the host out of the queue URL, which no laptop resolves. */
export function openSqs(): SQSClient {
  return new SQSClient({
    useQueueUrlAsEndpoint: false,
    requestHandler: { requestTimeout: waits.queue, throwOnRequestTimeout: true },
  });
}

/** The queue of turns behind `url`. Every call throws what the SDK throws. */
export function openTurnsQueue(sqs: SQSClient, url: string): TurnsQueue {
  return {
    async put(inbound, generation = 0) {
      await sqs.send(new SendMessageCommand(turnMessage(url, inbound, generation)));
    },
    hold: (holds) => hold(sqs, url, holds),
  };
}

export interface RecordsQueue {
  /** Resolves when the queue has the body (JSON, at most 1 MiB). Throws after 3 s, so that no answer waits longer for its log. `died` on its way to the dead letters. */
  put(body: string, died?: Died): Promise<void>;
  /** As with the turns. */
  hold: TurnsQueue['hold'];
}

/** A healthy queue takes a message in milliseconds. */
const PUT_LIMIT_MS = 3_000;

/** The queue of records behind `url`. Every call throws what the SDK throws. */
export function openRecordsQueue(sqs: SQSClient, url: string): RecordsQueue {
  return {
    async put(body, died) {
      const command = new SendMessageCommand({ ...recordMessage(url, body), ...beside(died) });
      await sqs.send(command, { abortSignal: AbortSignal.timeout(PUT_LIMIT_MS) });
    },
    hold: (holds) => hold(sqs, url, holds),
  };
}

export interface EventsQueue {
  /** Resolves when the queue has it; those of one conversation for one receiver stay in order, a repeat within 5 minutes is dropped. */
  put(letter: Letter, died?: Died): Promise<void>;
  /** As with the turns. */
  hold: TurnsQueue['hold'];
}

/** The queue of events behind `url`, or that of its dead letters. Every call throws what the SDK throws. */
export function openEventsQueue(sqs: SQSClient, url: string): EventsQueue {
  return {
    async put(letter, died) {
      const command = new SendMessageCommand({ ...eventMessage(url, letter), ...beside(died) });
      await sqs.send(command, { abortSignal: AbortSignal.timeout(PUT_LIMIT_MS) });
    },
    hold: (holds) => hold(sqs, url, holds),
  };
}

async function hold(sqs: SQSClient, url: string, holds: readonly { receipt: string; seconds: number }[]) {
  if (holds.length === 0) return;
  await sqs.send(
    new ChangeMessageVisibilityBatchCommand({
      QueueUrl: url,
      Entries: holds.map(({ receipt, seconds }, i) => ({
        Id: String(i),
        ReceiptHandle: receipt,
        VisibilityTimeout: Math.min(Math.max(Math.ceil(seconds), 0), MAX_VISIBILITY_SECONDS),
      })),
    }),
  );
}

/** SQS' own upper limit, 12 hours. */
const MAX_VISIBILITY_SECONDS = 43_200;
