/** The table, of counters: sums that stay below their caps however many count at once, each with one conditional write. */
import { createHash } from 'node:crypto';
import { GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { type Dynamo, unavailable, unlessRefused } from './dynamo.ts';
import type { Table } from './items.ts';
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

const DAY_MS = 24 * 3_600_000;

/** How long (ms) a counter is kept after its window, for an operator who wants to look. */
const KEPT_MS = DAY_MS;

/** The counter of the window that `now` (ms) lies in. */
export function counterOf({ what, ms }: Window, now: number): CounterKey {
  return { pk: `L#${Math.floor(now / ms)}#${what}`, sk: '-', expiresAt: endOf(ms, now) };
}

/** Who spends is spread over so many partitions of a day: few enough to be read at once, enough to be written at once. */
const SPEND_SHARDS = 16;

/** What one user spent on the day that `now` (ms) lies in. */
export function spendOf({ platform, user }: { platform: string; user: string }, now: number): CounterKey {
  const sk = `${platform}#${user}`;
  const shard = (createHash('sha256').update(sk).digest()[0] ?? 0) % SPEND_SHARDS;
  return { pk: spendPartition(now, shard), sk, expiresAt: endOf(DAY_MS, now) };
}

function spendPartition(now: number, shard: number): string {
  return `L#${Math.floor(now / DAY_MS)}#spend#${shard}`;
}

/** What a user spent in a day, in millionths of a dollar. */
export interface Spent {
  platform: string;
  user: string;
  micros: number;
  /** By the name of the bot. */
  bots: Record<string, number>;
}

/** The counter of a user's item that is of one bot. */
export function ofBot(bot: string): string {
  return `${BOT}${bot}`;
}

const BOT = 'bot ';

/** Everybody who spent something on the day that `now` (ms) lies in: 16 queries, and a page more for each 1 MB. */
export async function whoSpent(table: Pick<Table, 'query'>, now: number): Promise<Spent[]> {
  const shards = Array.from({ length: SPEND_SHARDS }, (_, shard) => spentIn(table, spendPartition(now, shard)));
  return (await Promise.all(shards)).flat();
}

async function spentIn(table: Pick<Table, 'query'>, pk: string): Promise<Spent[]> {
  const all: Spent[] = [];
  for (let after: string | undefined; ; ) {
    const { items, next } = await table.query({ pk, from: ' ', to: '~', after });
    for (const { sk, user, ...rest } of items) {
      const bots = Object.entries(rest).flatMap(([name, micros]) =>
        name.startsWith(BOT) ? [[name.slice(BOT.length), Number(micros)] as const] : [],
      );
      const [platform = '', ...id] = sk.split('#');
      all.push({ platform, user: id.join('#'), micros: Number(user ?? 0), bots: Object.fromEntries(bots) });
    }
    if (next === undefined) return all;
    after = next;
  }
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

/** Counters of the table. Every call is one write or one read. */
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

    /** The value that was set first, by the first caller. */
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
