/** The table, of plain items. Every read names its partition: nothing scans, however much there is. */
import {
  BatchGetCommand,
  BatchWriteCommand,
  DeleteCommand,
  PutCommand,
  QueryCommand,
  UpdateCommand,
  type UpdateCommandInput,
} from '@aws-sdk/lib-dynamodb';
import { type Dynamo, unavailable, unlessRefused } from './dynamo.ts';

export interface Key {
  pk: string;
  sk: string;
}

export type Item = Key & Record<string, unknown>;

export interface Range {
  pk: string;
  /** Both ends are included. */
  from: string;
  to: string;
  newestFirst?: boolean;
  limit?: number;
  /** The sort key after which to go on. */
  after?: string | undefined;
}

export interface List extends Pick<Range, 'pk' | 'newestFirst' | 'limit' | 'after'> {
  prefix: string;
}

export interface Page {
  items: Item[];
  /** The sort key to go on after, when there is more. */
  next: string | undefined;
}

interface Condition {
  condition: string;
  values: Record<string, unknown>;
  names?: Record<string, string>;
}

export type Table = ReturnType<typeof openTable>;

/** DynamoDB's own limit. */
const WRITES_PER_BATCH = 25;
const CLEARED_AT_ONCE = 100;

/** No id that exists is longer, and DynamoDB takes keys of 1 KB at most. */
const MAX_ID = 128;

/** A foreign id as a part of a key; what cannot be an id becomes one that nobody has. */
export function keyPart(id: string): string {
  return id.length <= MAX_ID && id.isWellFormed() ? id : '~';
}

/** All reads are consistent; `Later` is thrown when the table does not answer. */
export function openTable(dynamo: Dynamo, name: string) {
  async function query({ pk, from, to, newestFirst = false, limit, after }: Range): Promise<Page> {
    const { Items = [], LastEvaluatedKey } = await dynamo
      .send(
        new QueryCommand({
          TableName: name,
          KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
          ExpressionAttributeValues: { ':pk': pk, ':from': from, ':to': to },
          ScanIndexForward: !newestFirst,
          ConsistentRead: true,
          ...(limit === undefined ? {} : { Limit: limit }),
          ...(after === undefined ? {} : { ExclusiveStartKey: { pk, sk: after } }),
        }),
      )
      .catch(unavailable);
    const next = LastEvaluatedKey === undefined ? undefined : String(LastEvaluatedKey.sk);
    return { items: Items.map(toItem), next };
  }

  /** Removes these items, some of which may not be there. */
  async function removeAll(keys: readonly Key[]): Promise<void> {
    const different = new Map(keys.map(({ pk, sk }) => [`${pk}\u0000${sk}`, { pk, sk }]));
    let left = [...different.values()].map((Key) => ({ DeleteRequest: { Key } }));
    while (left.length > 0) {
      const command = new BatchWriteCommand({ RequestItems: { [name]: left.slice(0, WRITES_PER_BATCH) } });
      const { UnprocessedItems } = await dynamo.send(command).catch(unavailable);
      // What a busy table left undone.
      const undone = (UnprocessedItems?.[name] ?? []).flatMap(({ DeleteRequest }) =>
        DeleteRequest?.Key ? [{ DeleteRequest: { Key: toItem(DeleteRequest.Key) } }] : [],
      );
      left = [...undone, ...left.slice(WRITES_PER_BATCH)];
    }
  }

  return {
    query,

    /**
     * The items whose sort keys begin with `prefix`. `after` and `next` are sort keys without it: they may be given to a client and
     * taken back, since no text of theirs leads out of the list. They are of `[\w/#:-]`, as all ids of ours are.
     */
    async list({ pk, prefix, after, ...rest }: List): Promise<Page> {
      const range = { pk, from: prefix, to: `${prefix}~`, ...rest };
      const { items, next } = await query({ ...range, after: after === undefined ? undefined : `${prefix}${after}` });
      return { items, next: next?.slice(prefix.length) };
    },

    /** The items of `keys` in their order, `undefined` for those that are not there; one call for up to 100. */
    async read(keys: readonly Key[]): Promise<(Item | undefined)[]> {
      const found: Item[] = [];
      let asked: Key[] = keys.map(({ pk, sk }) => ({ pk, sk }));
      while (asked.length > 0) {
        const { Responses, UnprocessedKeys } = await dynamo
          .send(new BatchGetCommand({ RequestItems: { [name]: { Keys: asked, ConsistentRead: true } } }))
          .catch(unavailable);
        found.push(...(Responses?.[name] ?? []).map(toItem));
        asked = (UnprocessedKeys?.[name]?.Keys ?? []).map(toItem);
      }
      return keys.map(({ pk, sk }) => found.find((item) => item.pk === pk && item.sk === sk));
    },

    /** False when there is such an item already and it may not be replaced; `unless` is the condition under which it may. */
    async add(item: Item, unless?: Condition): Promise<boolean> {
      const condition = ['attribute_not_exists(pk)', ...(unless ? [unless.condition] : [])].join(' OR ');
      return succeeded(
        dynamo.send(
          new PutCommand({
            TableName: name,
            Item: item,
            ConditionExpression: condition,
            ...(unless ? { ExpressionAttributeValues: unless.values } : {}),
            ...(unless?.names ? { ExpressionAttributeNames: unless.names } : {}),
          }),
        ),
      );
    },

    async put(item: Item): Promise<void> {
      await dynamo.send(new PutCommand({ TableName: name, Item: item })).catch(unavailable);
    },

    /** False when the condition was not met. */
    async update({ pk, sk }: Key, input: Omit<UpdateCommandInput, 'TableName' | 'Key'>): Promise<boolean> {
      return succeeded(dynamo.send(new UpdateCommand({ TableName: name, Key: { pk, sk }, ...input })));
    },

    /** False when there was nothing to remove, or `onlyIf` was not met. */
    async remove({ pk, sk }: Key, onlyIf?: Condition): Promise<boolean> {
      return succeeded(
        dynamo.send(
          new DeleteCommand({
            TableName: name,
            Key: { pk, sk },
            ConditionExpression: onlyIf?.condition ?? 'attribute_exists(pk)',
            ...(onlyIf ? { ExpressionAttributeValues: onlyIf.values } : {}),
            ...(onlyIf?.names ? { ExpressionAttributeNames: onlyIf.names } : {}),
          }),
        ),
      );
    },

    removeAll,

    /** Removes what lies in the range, as long as there is time for it; false where some is left. */
    async clear(range: Pick<Range, 'pk' | 'from' | 'to'>, hasTime = () => true): Promise<boolean> {
      for (;;) {
        const { items, next } = await query({ ...range, limit: CLEARED_AT_ONCE });
        await removeAll(items);
        if (next === undefined) return true;
        if (!hasTime()) return false;
      }
    },
  };
}

async function succeeded(write: Promise<unknown>): Promise<boolean> {
  return (await unlessRefused(write)) !== undefined;
}

function toItem(found: Record<string, unknown>): Item {
  return { ...found, pk: String(found.pk), sk: String(found.sk) };
}
