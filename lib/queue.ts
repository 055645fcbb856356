/** Stops 4 and 8, and the consumers' side of them. The turns queue: SQS FIFO, one message group per conversation. The records queue: any order. */
import { hash } from 'node:crypto';
import { ChangeMessageVisibilityBatchCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { waits } from './bounds.ts';
import type { Letter } from './events/event.ts';
import type { Inbound, MessageRef } from './types.ts';

/** What travels: the message and the generation of its turn (above 0 only after a redrive). */
export interface Envelope {
  v: 1;
  generation: number;
  inbound: Inbound;
}

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
      await sqs.send(
        new SendMessageCommand({
          QueueUrl: url,
          MessageBody: legal(JSON.stringify({ v: 1, generation, inbound } satisfies Envelope)),
          MessageGroupId: inbound.event === 'intervened' ? besideOf(inbound) : groupOf(inbound),
          MessageDeduplicationId: inConversation(dedupeId(inbound, generation), groupOf(inbound)),
        }),
      );
    },
    hold: (holds) => hold(sqs, url, holds),
  };
}

export interface RecordsQueue {
  /** Resolves when the queue has the body (JSON, at most 1 MiB). Throws after 3 s, so that no answer waits longer for its log. */
  put(body: string): Promise<void>;
  /** As with the turns. */
  hold: TurnsQueue['hold'];
}

/** A healthy queue takes a message in milliseconds. */
const PUT_LIMIT_MS = 3_000;

/** The queue of records behind `url`. Every call throws what the SDK throws. */
export function openRecordsQueue(sqs: SQSClient, url: string): RecordsQueue {
  return {
    async put(body) {
      const command = new SendMessageCommand({ QueueUrl: url, MessageBody: legal(body) });
      await sqs.send(command, { abortSignal: AbortSignal.timeout(PUT_LIMIT_MS) });
    },
    hold: (holds) => hold(sqs, url, holds),
  };
}

export interface EventsQueue {
  /** Resolves when the queue has it; those of one conversation for one receiver stay in order, a repeat within 5 minutes is dropped. */
  put(letter: Letter): Promise<void>;
  /** As with the turns. */
  hold: TurnsQueue['hold'];
}

/** The queue of events behind `url`, or that of its dead letters. Every call throws what the SDK throws. */
export function openEventsQueue(sqs: SQSClient, url: string): EventsQueue {
  return {
    async put(letter) {
      const { to, id, platform, conversation } = letter;
      const command = new SendMessageCommand({
        QueueUrl: url,
        MessageBody: legal(JSON.stringify({ v: 1, ...letter })),
        MessageGroupId: sha256(`${to}\u0000${platform}\u0000${conversation}`),
        MessageDeduplicationId: sha256(`${to}\u0000${id}`),
      });
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

/** Hashed: a group id may have at most 128 characters, a conversation id any. */
export function groupOf({ platform, conversation }: Pick<MessageRef, 'platform' | 'conversation'>): string {
  return sha256(`${platform}\u0000${conversation}`);
}

/** A group of its own beside the conversation's: behind a turn that is just answered it would come too late to stop the answer. */
function besideOf({ platform, conversation }: MessageRef): string {
  return sha256(`${platform}\u0000${conversation}\u0000team`);
}

/** Names the event, not only the message, so that an edit of a message is not taken for a repeat of it. */
export function dedupeId(inbound: Inbound, generation = 0): string {
  const { messageId } = inbound;
  const id =
    generation > 0
      ? `redrive:${messageId}:${generation}`
      : inbound.event === 'edited'
        ? `edited:${messageId}:${inbound.editedAt}`
        : inbound.event === 'due'
          ? `due:${messageId}:${inbound.what}:${inbound.createdAt}`
          : `${inbound.event}:${messageId}`;
  return LEGAL_DEDUPE_ID.test(id) ? id : sha256(id);
}

/** An id of a message need be unique in its conversation only, also on a queue that looks for repeats in all groups at once. */
function inConversation(id: string, group: string): string {
  const whole = `${id}#${group.slice(0, 16)}`;
  return LEGAL_DEDUPE_ID.test(whole) ? whole : sha256(whole);
}

const LEGAL_DEDUPE_ID = /^[\w:.\-#+=/]{1,128}$/;

/** SQS takes only characters that XML allows, and fauxqs only those below U+10000; JSON can say all of them in ASCII. */
function legal(json: string): string {
  return json.replace(/[\uD800-\uDFFF\uFFFE\uFFFF]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16)}`);
}

function sha256(text: string): string {
  return hash('sha256', text);
}
