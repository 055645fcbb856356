/** In-memory fakes with a clock of the test's own: the table behind the AWS client, and a FIFO queue with its dead letters. */
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  BatchWriteCommand,
  DeleteCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { change, type Fields, meets } from './fake-expressions.ts';

export interface FakeTable {
  dynamo: DynamoDBDocumentClient;
  /** Every item there is. */
  items(): Fields[];
}

/** One table whatever its name; pages are limited by their count only, not by their size. */
export function fakeTable(): FakeTable {
  const partitions = new Map<string, Map<string, Fields>>();

  const partition = (pk: unknown) => {
    const name = String(pk);
    const found = partitions.get(name) ?? new Map<string, Fields>();
    partitions.set(name, found);
    return found;
  };
  const find = (key: Fields | undefined) => partition(key?.pk).get(String(key?.sk));
  const keep = (item: Fields) => void partition(item.pk).set(String(item.sk), item);

  function check(command: UpdateCommand | PutCommand | DeleteCommand, item: Fields | undefined): void {
    const { ConditionExpression: condition, ExpressionAttributeNames: names } = command.input;
    const values = command.input.ExpressionAttributeValues;
    if (condition === undefined || meets(item ?? {}, condition, { names, values })) return;
    throw new ConditionalCheckFailedException({ message: 'The conditional request failed', $metadata: {} });
  }

  function update(command: UpdateCommand) {
    const { Key = {}, UpdateExpression = '', ReturnValues, ...rest } = command.input;
    const item = find(Key);
    check(command, item);
    const next = { ...Key, ...copy(item ?? {}) };
    change(next, UpdateExpression, { names: rest.ExpressionAttributeNames, values: rest.ExpressionAttributeValues });
    keep(copy(next));
    return ReturnValues === 'ALL_NEW' ? { Attributes: copy(find(Key)) } : {};
  }

  function query({ input }: QueryCommand) {
    const { ExpressionAttributeValues: values = {}, KeyConditionExpression = '', ScanIndexForward = true } = input;
    const within = [...partition(values[':pk']).values()].filter((item) =>
      meets(item, KeyConditionExpression, { names: input.ExpressionAttributeNames, values }),
    );
    const sorted = within.sort((a, b) => (String(a.sk) < String(b.sk) ? -1 : 1));
    if (!ScanIndexForward) sorted.reverse();
    const after = input.ExclusiveStartKey?.sk;
    const isPast = ({ sk }: Fields) => (ScanIndexForward ? String(sk) > String(after) : String(sk) < String(after));
    const rest = after === undefined ? sorted : sorted.filter(isPast);
    const Items = copy(rest.slice(0, input.Limit ?? rest.length));
    const last = Items.at(-1);
    // DynamoDB stops when it has as many as it was asked for, without a look at what follows.
    const isCut = input.Limit !== undefined && Items.length === input.Limit;
    return { Items, ...(isCut && last ? { LastEvaluatedKey: { pk: last.pk, sk: last.sk } } : {}) };
  }

  async function send(command: object): Promise<object> {
    if (command instanceof UpdateCommand) return update(command);
    if (command instanceof QueryCommand) return query(command);
    if (command instanceof GetCommand) {
      const Item = find(command.input.Key);
      return Item ? { Item: copy(Item) } : {};
    }
    if (command instanceof PutCommand) {
      const item = copy(command.input.Item ?? {});
      check(command, find(item));
      keep(item);
      return {};
    }
    if (command instanceof DeleteCommand) {
      const { Key = {} } = command.input;
      check(command, find(Key));
      partition(Key.pk).delete(String(Key.sk));
      return {};
    }
    if (command instanceof BatchGetCommand) {
      const [[name, request] = ['', undefined]] = Object.entries(command.input.RequestItems ?? {});
      const found = (request?.Keys ?? []).flatMap((key) => find(key) ?? []);
      return { Responses: { [name]: copy(found) } };
    }
    if (command instanceof BatchWriteCommand) {
      for (const { DeleteRequest } of Object.values(command.input.RequestItems ?? {}).flat()) {
        partition(DeleteRequest?.Key?.pk).delete(String(DeleteRequest?.Key?.sk));
      }
      return {};
    }
    throw new Error(`the fake table knows no ${command.constructor.name}`);
  }

  const dynamo = { send } as unknown as DynamoDBDocumentClient;
  return { dynamo, items: () => [...partitions.values()].flatMap((items) => [...items.values()]) };
}

/** A value of an item, apart from the caller's; what is undefined is left out, as the client leaves it out. */
function copy<T>(value: T): T {
  return copied(value) as T;
}

function copied(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(copied);
  if (value instanceof Set) return new Set(value);
  if (value instanceof Uint8Array) return value.slice();
  const all: Fields = {};
  for (const [name, inner] of Object.entries(value)) if (inner !== undefined) all[name] = copied(inner);
  return all;
}

export interface QueuedMessage {
  id: string;
  group: string;
  body: string;
}

export interface ReceivedMessage extends QueuedMessage {
  receipt: string;
  /** 1 for the first delivery. */
  attempts: number;
}

interface Entry extends QueuedMessage {
  attempts: number;
  receipt: string;
  visibleAt: number;
}

export type FakeFifo = ReturnType<typeof fakeFifo>;

/** SQS drops a repeat of a deduplication id for so long (ms). */
const DEDUPE_MS = 300_000;

/** A FIFO queue of SQS: groups, one delivery of a group in flight at a time, visibility, receive counts, dead letters. */
export function fakeFifo(
  now: () => number,
  {
    visibilitySeconds = 720,
    maxReceiveCount = 10,
    bury,
  }: {
    visibilitySeconds?: number;
    maxReceiveCount?: number;
    /** Takes what was delivered too often. */
    bury?: (message: QueuedMessage) => void;
  } = {},
) {
  const sentAt = new Map<string, number>();
  let entries: Entry[] = [];
  let names = 0;

  const isInFlight = (group: string) => entries.some((entry) => entry.group === group && entry.visibleAt > now());

  return {
    put({ group, dedupe, body }: { group: string; dedupe: string; body: string }): void {
      const known = sentAt.get(`${group} ${dedupe}`);
      if (known !== undefined && now() - known < DEDUPE_MS) return;
      sentAt.set(`${group} ${dedupe}`, now());
      entries.push({ id: `message-${++names}`, group, body, attempts: 0, receipt: '', visibleAt: 0 });
    },

    /** At most `max` messages of one group that waits, the first in line; nothing when none does. */
    receive(max = 10): ReceivedMessage[] {
      for (;;) {
        const head = entries.find(({ group }) => !isInFlight(group));
        if (!head) return [];
        const waiting = entries.filter(({ group }) => group === head.group).slice(0, max);
        const spent = waiting.filter(({ attempts }) => attempts >= maxReceiveCount);
        entries = entries.filter((entry) => !spent.includes(entry));
        for (const { id, group, body } of spent) bury?.({ id, group, body });
        if (spent.length > 0) continue;
        for (const entry of waiting) {
          entry.attempts += 1;
          entry.receipt = `${entry.id}-${entry.attempts}`;
          entry.visibleAt = now() + visibilitySeconds * 1000;
        }
        return waiting.map(({ id, group, body, receipt, attempts }) => ({ id, group, body, receipt, attempts }));
      }
    },

    /** A receipt counts as long as the message was not received anew. */
    hold(holds: readonly { receipt: string; seconds: number }[]): void {
      for (const { receipt, seconds } of holds) {
        const entry = entries.find((one) => one.receipt === receipt);
        if (entry) entry.visibleAt = now() + Math.ceil(Math.max(seconds, 0)) * 1000;
      }
    },

    remove(receipt: string): void {
      entries = entries.filter((entry) => entry.receipt !== receipt);
    },

    /** When something can be received again (ms); `undefined` when nothing is left. */
    nextAt(): number | undefined {
      const groups = Map.groupBy(entries, ({ group }) => group);
      const times = [...groups.values()].map((group) => Math.max(...group.map(({ visibleAt }) => visibleAt)));
      return times.length === 0 ? undefined : Math.min(...times);
    },

    /** What SQS does now and then, and what a repeat after five minutes does: every message is there twice, side by side or in two rows. */
    repeat(isSideBySide: boolean): void {
      const copyOf = (entry: Entry): Entry => ({ ...entry, id: `${entry.id}-again` });
      entries = isSideBySide
        ? entries.flatMap((entry) => [entry, copyOf(entry)])
        : [...entries, ...entries.map(copyOf)];
    },

    size: () => entries.length,
  };
}
