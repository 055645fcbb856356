/** The table: how it is read and written by all of its rooms. What it cannot do now is `Later`. */
import { ConditionalCheckFailedException, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  DynamoDBDocumentClient,
  GetCommand,
  QueryCommand,
  type QueryCommandInput,
  UpdateCommand,
  type UpdateCommandInput,
} from '@aws-sdk/lib-dynamodb';
import { Later } from '../errors.ts';

export type Access = ReturnType<typeof openAccess>;

type Change = Omit<UpdateCommandInput, 'TableName' | 'Key'>;

/** How long a conversation is remembered after a message; the expiry is for tidiness only, nothing relies on it. */
const KEPT_SECONDS = 400 * 24 * 3600;

export function openDynamo(): DynamoDBDocumentClient {
  return DynamoDBDocumentClient.from(new DynamoDBClient(), { marshallOptions: { removeUndefinedValues: true } });
}

export function openAccess(dynamo: DynamoDBDocumentClient, table: string, now: () => number) {
  /** The attributes asked for, or `undefined` when the condition was not met. */
  async function updated(pk: string, sk: string, change: Change) {
    try {
      const { Attributes } = await dynamo.send(new UpdateCommand({ TableName: table, Key: { pk, sk }, ...change }));
      return Attributes ?? {};
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return undefined;
      throw unavailable(error);
    }
  }

  return {
    now,
    updated,

    /** True when the update was made, false when its condition was not met. */
    update: async (pk: string, sk: string, change: Change): Promise<boolean> =>
      (await updated(pk, sk, change)) !== undefined,

    /** One item, read consistently. */
    async read(pk: string, sk: string): Promise<Record<string, unknown> | undefined> {
      try {
        const { Item } = await dynamo.send(new GetCommand({ TableName: table, Key: { pk, sk }, ConsistentRead: true }));
        return Item;
      } catch (error) {
        throw unavailable(error);
      }
    },

    /** Newest first. */
    async query(input: Omit<QueryCommandInput, 'TableName' | 'ScanIndexForward'>) {
      try {
        return await dynamo.send(new QueryCommand({ TableName: table, ScanIndexForward: false, ...input }));
      } catch (error) {
        throw unavailable(error);
      }
    },

    /** For a write of this moment (s). */
    expiresAt: () => Math.floor(now() / 1000) + KEPT_SECONDS,
  };
}

/** Its message may quote values, so only its class goes on. */
function unavailable(error: unknown): Error {
  return new Later('the table did not answer', { cause: error });
}
