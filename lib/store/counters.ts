/** The table, of counters: sums that stay below their caps however many count at once, each with one conditional write. */
import { createHash } from 'node:crypto';
import { GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { type Dynamo, unavailable, unlessRefused } from './dynamo.ts';
import { partition } from './keys.ts';

/** An item; `expiresAt` (s) is for tidiness, nothing relies on it. */
export interface CounterKey {
  pk: string;
  sk: string;
  expiresAt: number;
}

/** Adds the whole number `by` to the counter `name` if that is at most `room` by now. */
export interface Addition {
  name: string;
  by: number;
  room: number;
}

/** A stretch of time that is counted by itself. */
interface Window {
  /** What is counted in it. */
  what: string;
  ms: number;
}

/** How long (ms) a counter is kept after its window, for whoever wants to look. */
const KEPT_MS = 24 * 3_600_000;

/** The counter of the window that `now` (ms) lies in. */
export function counterOf({ what, ms }: Window, now: number): CounterKey {
  return { pk: `L#${Math.floor(now / ms)}#${what}`, sk: '-', expiresAt: endOf(ms, now) };
}

/** What is told once a window in a conversation. It lies among the conversation's own, and is forgotten with it. */
export function onceIn(of: { platform: string; conversation: string }, { what, ms }: Window, now: number): CounterKey {
  return { pk: partition(of), sk: `L#${Math.floor(now / ms)}#${what}`, expiresAt: endOf(ms, now) };
}

function endOf(ms: number, now: number): number {
  return Math.ceil(((Math.floor(now / ms) + 1) * ms + KEPT_MS) / 1000);
}

/** Names a message without telling which: a counter outlives the conversation it last counted for. */
export function markFor({ conversation, sk }: { conversation: string; sk: string }): string {
  return createHash('sha256').update(`${conversation}\u0000${sk}`).digest('base64url').slice(0, 22);
}

export type Counters = ReturnType<typeof openCounters>;

export function openCounters(dynamo: Dynamo, table: string) {
  return {
    /**
     * All of it or nothing; false when a counter has no room, or when `mark` is the mark of the last addition already.
     * Throws `Later` when the table does not answer: it may have counted then, which errs on the safe side.
     */
    async add({ pk, sk, expiresAt }: CounterKey, additions: readonly Addition[], mark?: string): Promise<boolean> {
      const conditions = additions.map((_, i) => `(attribute_not_exists(#n${i}) OR #n${i} <= :room${i})`);
      const marked = mark === undefined ? [] : ['(attribute_not_exists(#mark) OR #mark <> :mark)'];
      const command = new UpdateCommand({
        TableName: table,
        Key: { pk, sk },
        UpdateExpression: `SET expiresAt = :expires${mark === undefined ? '' : ', #mark = :mark'} ADD ${additions.map((_, i) => `#n${i} :by${i}`).join(', ')}`,
        ConditionExpression: [...conditions, ...marked].join(' AND '),
        ExpressionAttributeNames: {
          ...Object.fromEntries(additions.map(({ name }, i) => [`#n${i}`, name])),
          ...(mark === undefined ? {} : { '#mark': 'mark' }),
        },
        ExpressionAttributeValues: {
          ':expires': expiresAt,
          ...Object.fromEntries(
            additions.flatMap(({ by, room }, i) => [
              [`:by${i}`, by],
              [`:room${i}`, room],
            ]),
          ),
          ...(mark === undefined ? {} : { ':mark': mark }),
        },
      });
      return (await unlessRefused(dynamo.send(command))) !== undefined;
    },

    /** The mark of the last addition. */
    async markOf({ pk, sk }: CounterKey): Promise<string | undefined> {
      const command = new GetCommand({ TableName: table, Key: { pk, sk }, ConsistentRead: true });
      const { Item } = await dynamo.send(command).catch(unavailable);
      return typeof Item?.mark === 'string' ? Item.mark : undefined;
    },

    /**
     * Corrects counters by what was added too much or too little. False when the table did not take it for certain: it is sent once
     * only, since a repeat after a lost answer would give back twice.
     */
    async correct({ pk, sk }: CounterKey, changes: Readonly<Record<string, number>>): Promise<boolean> {
      const entries = Object.entries(changes);
      const command = new UpdateCommand({
        TableName: table,
        Key: { pk, sk },
        UpdateExpression: `ADD ${entries.map((_, i) => `#n${i} :by${i}`).join(', ')}`,
        ExpressionAttributeNames: Object.fromEntries(entries.map(([name], i) => [`#n${i}`, name])),
        ExpressionAttributeValues: Object.fromEntries(entries.map(([, by], i) => [`:by${i}`, by])),
      });
      command.middlewareStack.add(sendOnce(), {
        step: 'finalizeRequest',
        priority: 'low',
        name: 'sendOnce',
        override: true, // the document client adds a command's own steps twice
      });
      return dynamo.send(command).then(
        () => true,
        () => false,
      );
    },

    /** The value that was set first, by whoever it was. */
    async firstOf({ pk, sk, expiresAt }: CounterKey, value: string): Promise<string> {
      const command = new UpdateCommand({
        TableName: table,
        Key: { pk, sk },
        UpdateExpression: 'SET expiresAt = :expires, #first = if_not_exists(#first, :value)',
        ExpressionAttributeNames: { '#first': 'first' },
        ExpressionAttributeValues: { ':value': value, ':expires': expiresAt },
        ReturnValues: 'ALL_NEW',
      });
      const { Attributes } = await dynamo.send(command).catch(unavailable);
      return String(Attributes?.first);
    },
  };
}

/** Innermost of the steps that the SDK repeats for each of its attempts: lets only the first one out. */
function sendOnce() {
  let isSent = false;
  return <Sent, Answer>(next: (sent: Sent) => Promise<Answer>) =>
    (sent: Sent): Promise<Answer> => {
      if (isSent) return Promise.reject(new Error('sent already'));
      isSent = true;
      return next(sent);
    };
}
