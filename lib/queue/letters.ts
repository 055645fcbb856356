/** Room of the queue: takes chosen messages out of one, and leaves the others as they are; for an operator. */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';

/** Long enough to look through a queue; what an ended run had taken is back after this (s). */
const HELD_SECONDS = 60;
/** A queue on AWS is many machines, and a look at some of them may find nothing. */
const EMPTY_LOOKS = 3;
const PAUSE_MS = 100;

export interface Sieve {
  wants(body: string, letter: Message): boolean;
  take(body: string, letter: Message): Promise<void>;
}

export interface Letters {
  /** Calls `take` for each message whose body is wanted, then deletes it. Gives their count. */
  sift(sieve: Sieve): Promise<number>;
  /** How many somebody else holds just now: no look finds them. As SQS counts it, nearly, and up to a minute late. */
  held(): Promise<number>;
}

/** The queue is asked for when it is first needed. What is there after `until` (ms) is not looked at any more. */
export function openLetters(
  sqs: SQSClient,
  queueUrl: () => Promise<string>,
  until = Number.POSITIVE_INFINITY,
): Letters {
  return {
    sift: async (sieve) => sift(sqs, await queueUrl(), sieve, until),
    held: async () => {
      const QueueUrl = await queueUrl();
      const { Attributes } = await sqs.send(
        new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['ApproximateNumberOfMessagesNotVisible'] }),
      );
      return Number(Attributes?.ApproximateNumberOfMessagesNotVisible ?? 0);
    },
  };
}

async function sift(sqs: SQSClient, QueueUrl: string, { wants, take }: Sieve, until: number): Promise<number> {
  const left = new Map<string, Message>();
  let taken = 0;
  try {
    for (let looks = 0; looks < EMPTY_LOOKS && Date.now() < until; ) {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({
          QueueUrl,
          MaxNumberOfMessages: 10,
          VisibilityTimeout: HELD_SECONDS,
          MessageSystemAttributeNames: ['All'],
          MessageAttributeNames: ['All'],
        }),
      );
      // What comes a second time was held for too long: it was looked at before.
      const unseen = Messages.filter(({ MessageId = '' }) => !left.has(MessageId));
      if (unseen.length === 0) {
        looks += 1;
        await sleep(PAUSE_MS);
      }
      for (const message of Messages) left.set(message.MessageId ?? '', message);
      for (const message of unseen) {
        const { MessageId = '', Body = '', ReceiptHandle } = message;
        if (!wants(Body, message)) continue;
        // First there, then gone here: whatever ends this in between leaves a copy.
        await take(Body, message);
        await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
        left.delete(MessageId);
        taken += 1;
      }
    }
  } finally {
    await giveBack(sqs, QueueUrl, [...left.values()]);
  }
  return taken;
}

async function giveBack(sqs: SQSClient, QueueUrl: string, messages: readonly Message[]): Promise<void> {
  for (let i = 0; i < messages.length; i += 10) {
    const Entries = messages
      .slice(i, i + 10)
      .map(({ ReceiptHandle }, n) => ({ Id: String(n), ReceiptHandle, VisibilityTimeout: 0 }));
    await sqs.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl, Entries }));
  }
}
