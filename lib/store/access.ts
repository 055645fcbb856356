/** The table: how it is read and written by everything that keeps something in it. What it cannot do now is `Later`. */
import {
  DeleteCommand,
  GetCommand,
  QueryCommand,
  type QueryCommandInput,
  UpdateCommand,
  type UpdateCommandInput,
} from '@aws-sdk/lib-dynamodb';
import { type Dynamo, unavailable, unlessRefused } from './dynamo.ts';

export type Access = ReturnType<typeof openAccess>;

type Change = Omit<UpdateCommandInput, 'TableName' | 'Key'>;

const DAY_SECONDS = 24 * 3600;

/** How every part of the table reads and writes it. Throws `Later` for an outage and `Unstorable` for what never fits. */
export function openAccess(dynamo: Dynamo, table: string, now: () => number, keptDays: number) {
  /** The attributes asked for, or `undefined` when the condition was not met. */
  async function updated(pk: string, sk: string, change: Change) {
    const written = await unlessRefused(
      dynamo.send(new UpdateCommand({ TableName: table, Key: { pk, sk }, ...change })),
    );
    return written && (written.Attributes ?? {});
  }

  return {
    now,
    updated,

    /** True when the update was made, false when its condition was not met. */
    update: async (pk: string, sk: string, change: Change): Promise<boolean> =>
      (await updated(pk, sk, change)) !== undefined,

    /** Removes an item that has none of the attributes `unless`; false when it has one. */
    async remove(pk: string, sk: string, { unless = [] }: { unless?: readonly string[] } = {}): Promise<boolean> {
      const command = new DeleteCommand({
        TableName: table,
        Key: { pk, sk },
        ...(unless.length === 0
          ? {}
          : {
              ConditionExpression: unless.map((_, i) => `attribute_not_exists(#n${i})`).join(' AND '),
              ExpressionAttributeNames: Object.fromEntries(unless.map((name, i) => [`#n${i}`, name])),
            }),
      });
      return (await unlessRefused(dynamo.send(command))) !== undefined;
    },

    /** One item, read consistently. */
    async read(pk: string, sk: string): Promise<Record<string, unknown> | undefined> {
      const command = new GetCommand({ TableName: table, Key: { pk, sk }, ConsistentRead: true });
      return (await dynamo.send(command).catch(unavailable)).Item;
    },

    /** Newest first. */
    async query(input: Omit<QueryCommandInput, 'TableName' | 'ScanIndexForward'>) {
      return dynamo.send(new QueryCommand({ TableName: table, ScanIndexForward: false, ...input })).catch(unavailable);
    },

    /** For a write of this moment (s). The expiry is for tidiness only, nothing relies on it. */
    expiresAt: () => Math.floor(now() / 1000) + keptDays * DAY_SECONDS,
  };
}
