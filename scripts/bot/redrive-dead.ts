/** The inspection tool: `redrive records` and `redrive events` give another chance to what those who get records, or who is to be told, did not take. */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  DeleteMessageBatchCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { Answer } from '../../lib/operator/verb.ts';
import type { Command } from './command.ts';
import type { Place } from './place.ts';

export const redriveRecords: Command = {
  about: 'sends the records among the dead letters on their way again',
  takes: [],
  run: (place) => redriveAll(place, 'Records', 'record'),
};

export const redriveEvents: Command = {
  about: 'tells again what is among the dead letters to who is to be told',
  takes: [],
  run: (place) => redriveAll(place, 'Events', 'event'),
};

async function redriveAll({ sqs, queueUrl }: Place, queue: 'Records' | 'Events', thing: string): Promise<Answer> {
  const [from, to] = [await queueUrl(`${queue}DeadLetters`), await queueUrl(`${queue}Queue`)];
  const count = await moveAll(sqs, { from, to, until: Date.now() });
  const text =
    count === 0
      ? `No ${thing} waits among the dead letters.`
      : `${count} ${count === 1 ? `${thing} is` : `${thing}s are`} on the way again.`;
  return { text, json: { [`${thing}s`]: count } };
}

/** Long enough to move a batch; what an ended run had taken is back after this (s). */
const HELD_SECONDS = 30;
/** A queue on AWS is many machines, and a look at some of them may find nothing. */
const EMPTY_LOOKS = 3;

/** Moves what was there before `until` (ms), so that what fails again meanwhile is not moved for ever. Gives the count. */
export async function moveAll(
  sqs: SQSClient,
  { from, to, until }: { from: string; to: string; until: number },
): Promise<number> {
  let moved = 0;
  for (let looks = 0; looks < EMPTY_LOOKS; ) {
    const old = (await take(sqs, from)).filter(({ Attributes }) => Number(Attributes?.SentTimestamp) <= until);
    if (old.length === 0) {
      looks += 1;
      await sleep(100);
      continue;
    }
    // First there, then gone here: whatever ends this in between leaves a copy, and a repeat is recognised by its id. In their order.
    for (const { Body, ...letter } of old)
      await sqs.send(new SendMessageCommand({ QueueUrl: to, MessageBody: Body, ...groupOf(letter) }));
    const Entries = old.map(({ ReceiptHandle }, i) => ({ Id: String(i), ReceiptHandle }));
    await sqs.send(new DeleteMessageBatchCommand({ QueueUrl: from, Entries }));
    moved += old.length;
  }
  return moved;
}

/** Of a queue that keeps an order: the old deduplication id would make it a repeat. */
export function groupOf({ MessageId, Attributes }: Message) {
  const { MessageGroupId } = Attributes ?? {};
  return MessageGroupId ? { MessageGroupId, MessageDeduplicationId: `redrive:${MessageId}:${Date.now()}` } : {};
}

async function take(sqs: SQSClient, url: string): Promise<Message[]> {
  const { Messages } = await sqs.send(
    new ReceiveMessageCommand({
      QueueUrl: url,
      MaxNumberOfMessages: 10,
      VisibilityTimeout: HELD_SECONDS,
      MessageSystemAttributeNames: ['SentTimestamp', 'MessageGroupId'],
    }),
  );
  return Messages ?? [];
}
