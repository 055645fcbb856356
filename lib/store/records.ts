/** The table, stop 8: which records of the interaction log are out, those too large for a queue, and the intake's idempotency keys. */
import {
  DeleteCommand,
  GetCommand,
  QueryCommand,
  type QueryCommandOutput,
  UpdateCommand,
  type UpdateCommandInput,
} from '@aws-sdk/lib-dynamodb';
import { type Dynamo, unavailable, unlessRefused } from './dynamo.ts';
import { PARKED, partition as partitionOf } from './keys.ts';

/** Longer than two stays of 14 days in a queue and one among the dead letters; for tidiness only, nothing relies on it. */
const KEPT_SECONDS = 45 * 24 * 3600;

/** An item may have 400 KB, its keys and names included. */
const PIECE_BYTES = 340 * 1024;

const STATE = 'STATE#';
const STRANDED = 'L#stranded';

/** What lib/records/shelf.ts asks for, and the keys of the intake. Throws `Later` when the table does not answer. */
export function openShelf(dynamo: Dynamo, table: string, now: () => number) {
  type Change = Omit<UpdateCommandInput, 'TableName' | 'Key' | 'UpdateExpression'> & { set: string };

  /** The item as it is then, or `undefined` when the condition was not met. */
  async function update(pk: string, sk: string, { set, ...input }: Change) {
    const values = { ':expires': Math.floor(now() / 1000) + KEPT_SECONDS, ...input.ExpressionAttributeValues };
    const written = await unlessRefused(
      dynamo.send(
        new UpdateCommand({
          TableName: table,
          Key: { pk, sk },
          ReturnValues: 'ALL_NEW',
          ...input,
          UpdateExpression: `SET ${set}, expiresAt = :expires`,
          ExpressionAttributeValues: values,
        }),
      ),
    );
    return written && (written.Attributes ?? {});
  }

  async function query(pk: string, prefix: string, limit?: number) {
    const items: NonNullable<QueryCommandOutput['Items']> = [];
    let start: QueryCommandOutput['LastEvaluatedKey'];
    do {
      const page: QueryCommandOutput = await dynamo
        .send(
          new QueryCommand({
            TableName: table,
            KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
            ExpressionAttributeValues: { ':pk': pk, ':prefix': prefix },
            ConsistentRead: true,
            Limit: limit,
            ExclusiveStartKey: start,
          }),
        )
        .catch(unavailable);
      items.push(...(page.Items ?? []));
      start = page.LastEvaluatedKey;
    } while (start && limit === undefined);
    return items;
  }

  async function remove(pk: string, sk: string) {
    await dynamo.send(new DeleteCommand({ TableName: table, Key: { pk, sk } })).catch(unavailable);
  }

  return {
    async claim(id: string, to: string, leaseMs: number): Promise<'mine' | 'held' | 'delivered'> {
      const claimed = await update(partition(id), STATE + to, {
        set: 'leaseUntil = :until',
        ConditionExpression:
          'attribute_not_exists(deliveredAt) AND (attribute_not_exists(leaseUntil) OR leaseUntil < :now)',
        ExpressionAttributeValues: { ':until': now() + leaseMs, ':now': now() },
        ReturnValues: 'NONE',
      });
      if (claimed) return 'mine';
      const Key = { pk: partition(id), sk: STATE + to };
      const found = await dynamo
        .send(new GetCommand({ TableName: table, Key, ConsistentRead: true }))
        .catch(unavailable);
      return found.Item?.deliveredAt === undefined ? 'held' : 'delivered';
    },

    async release(id: string, to: string): Promise<void> {
      const ExpressionAttributeValues = { ':zero': 0 };
      await update(partition(id), STATE + to, {
        set: 'leaseUntil = :zero',
        ExpressionAttributeValues,
        ReturnValues: 'NONE',
      });
    },

    async finish(id: string, to: string): Promise<void> {
      const ExpressionAttributeValues = { ':now': now() };
      await update(partition(id), STATE + to, {
        set: 'deliveredAt = :now',
        ExpressionAttributeValues,
        ReturnValues: 'NONE',
      });
    },

    async finished(id: string): Promise<string[]> {
      const states = await query(partition(id), STATE);
      return states.filter((item) => item.deliveredAt !== undefined).map(({ sk }) => String(sk).slice(STATE.length));
    },

    async park(id: string, bytes: Uint8Array): Promise<void> {
      const of = Math.ceil(bytes.byteLength / PIECE_BYTES);
      for (let i = 0; i < of; i++) {
        const piece = bytes.subarray(i * PIECE_BYTES, (i + 1) * PIECE_BYTES);
        await update(partition(id), pieceKey(i), {
          set: '#bytes = :bytes, #of = :of',
          ExpressionAttributeNames: { '#bytes': 'bytes', '#of': 'of' },
          ExpressionAttributeValues: { ':bytes': piece, ':of': of },
          ReturnValues: 'NONE',
        });
      }
    },

    /** Notes which message of which conversation a parked record is about. */
    async noteParked(about: { platform: string; conversation: string; messageId: string }, id: string): Promise<void> {
      await update(partitionOf(about), `${PARKED.from}${id}`, {
        set: 'messageId = :message',
        ExpressionAttributeValues: { ':message': about.messageId },
        ReturnValues: 'NONE',
      });
    },

    async fetch(id: string): Promise<Uint8Array | undefined> {
      const pieces = await query(partition(id), 'PIECE#');
      if (pieces.length === 0 || pieces.length !== pieces[0]?.of) return undefined;
      return Buffer.concat(pieces.map(({ bytes }) => bytes as Uint8Array));
    },

    async clear(id: string): Promise<void> {
      const pieces = await query(partition(id), 'PIECE#');
      await Promise.all(pieces.map(({ sk }) => remove(partition(id), String(sk))));
    },

    async strand(id: string): Promise<void> {
      const ExpressionAttributeValues = { ':now': now() };
      await update(STRANDED, strandedKey(id), {
        set: 'strandedAt = :now',
        ExpressionAttributeValues,
        ReturnValues: 'NONE',
      });
    },

    async stranded(limit: number): Promise<string[]> {
      return (await query(STRANDED, strandedKey(''), limit)).map(({ sk }) => String(sk).slice(strandedKey('').length));
    },

    async unstrand(id: string): Promise<void> {
      await remove(STRANDED, strandedKey(id));
    },

    /**
     * Ties an intake's idempotency key to what it came with. Gives the time (ms) of its first use, or `undefined` when it was used
     * for something else.
     */
    async reserve(key: string, fingerprint: string): Promise<number | undefined> {
      const item = await update(partition(key), 'INTAKE', {
        set: 'fingerprint = :fingerprint, #at = if_not_exists(#at, :now)',
        ConditionExpression: 'attribute_not_exists(fingerprint) OR fingerprint = :fingerprint',
        ExpressionAttributeNames: { '#at': 'at' },
        ExpressionAttributeValues: { ':fingerprint': fingerprint, ':now': now() },
      });
      return item && Number(item.at);
    },
  };
}

function partition(id: string): string {
  return `L#${id}`;
}

function strandedKey(id: string): string {
  return `LOG#${id}`;
}

function pieceKey(i: number): string {
  return `PIECE#${String(i).padStart(4, '0')}`;
}
