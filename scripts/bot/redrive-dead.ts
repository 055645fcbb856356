/** The inspection tool: `redrive records` and `redrive events` give another chance to what those who get records, or who is to be told, did not take. */
import { type Message, SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { tellHeld } from '../../lib/operator/held.ts';
import type { Answer } from '../../lib/operator/verb.ts';
import { openLetters } from '../../lib/queue/letters.ts';
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
  const { moved, held } = await moveAll(sqs, { from, to, until: Date.now() });
  const text =
    moved === 0
      ? `No ${thing} waits among the dead letters.`
      : `${moved} ${moved === 1 ? `${thing} is` : `${thing}s are`} on the way again.`;
  return {
    text: held === 0 ? text : `${text} ${tellHeld(held)}`,
    json: { [`${thing}s`]: moved, ...(held === 0 ? {} : { held }) },
  };
}

/** Moves what was there before `until` (ms), so that what fails again meanwhile is not moved for ever, and gives the rest back. */
export async function moveAll(
  sqs: SQSClient,
  { from, to, until }: { from: string; to: string; until: number },
): Promise<{ moved: number; held: number }> {
  const letters = openLetters(sqs, async () => from);
  // Before this takes any itself.
  const held = await letters.held();
  const moved = await letters.sift({
    wants: (_body, { Attributes }) => Number(Attributes?.SentTimestamp) <= until,
    take: async (MessageBody, letter) => {
      await sqs.send(new SendMessageCommand({ QueueUrl: to, MessageBody, ...groupOf(letter) }));
    },
  });
  return { moved, held };
}

/** Of a queue that keeps an order: the old deduplication id would make it a repeat. */
export function groupOf({ MessageId, Attributes }: Message) {
  const { MessageGroupId } = Attributes ?? {};
  return MessageGroupId ? { MessageGroupId, MessageDeduplicationId: `redrive:${MessageId}:${Date.now()}` } : {};
}
