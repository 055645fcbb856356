/** The table. One item per user message is its claim, lease, idempotency record, history and outbox. */
import { ConditionalCheckFailedException, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  DynamoDBDocumentClient,
  GetCommand,
  QueryCommand,
  type QueryCommandInput,
  UpdateCommand,
  type UpdateCommandInput,
} from '@aws-sdk/lib-dynamodb';
import { Later, Superseded } from './errors.ts';
import { failureKey } from './store-failures.ts';
import { gone, partition, pointer, turnSk } from './store-keys.ts';
import type { Conversation, Correction, MessageRef, Owner, Reply, Said, Summary, Turn } from './types.ts';

/** Who holds a turn: every write after the claim is refused for anybody else (fencing). */
export interface Holder {
  owner: string;
  epoch: number;
}

/** What one look at a conversation gives: its newest turns, oldest first, and whose it is. */
export interface Recent {
  turns: Turn[];
  conversation: Conversation;
}

export type Store = ReturnType<typeof openStore>;

export function openDynamo(): DynamoDBDocumentClient {
  return DynamoDBDocumentClient.from(new DynamoDBClient(), { marshallOptions: { removeUndefinedValues: true } });
}

/** Read consistently: may have been written a moment ago. */
const NEWEST_TURNS = 24;

/** The most turns a window can hold; keeps one read under DynamoDB's 1 MB and its price constant. */
const MAX_TURNS = 200;

/** How long a conversation is remembered after a message; the expiry is for tidiness only, nothing relies on it. */
const KEPT_SECONDS = 400 * 24 * 3600;

/** Sorts after every turn, so that one backward read gives the conversation's own item and its newest turns. */
const CONVERSATION_SK = '~';

export { partition, partsOfSk, turnSk } from './store-keys.ts';

export function openStore(dynamo: DynamoDBDocumentClient, table: string, now: () => number) {
  const expiresAt = () => Math.floor(now() / 1000) + KEPT_SECONDS;

  /** True when the update was made, false when its condition was not met. */
  async function update(
    pk: string,
    sk: string,
    input: Omit<UpdateCommandInput, 'TableName' | 'Key'>,
  ): Promise<boolean> {
    return (await updated(pk, sk, input)) !== undefined;
  }

  async function updated(pk: string, sk: string, input: Omit<UpdateCommandInput, 'TableName' | 'Key'>) {
    try {
      const { Attributes } = await dynamo.send(new UpdateCommand({ TableName: table, Key: { pk, sk }, ...input }));
      return Attributes ?? {};
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return undefined;
      throw unavailable(error);
    }
  }

  async function query(input: Omit<QueryCommandInput, 'TableName' | 'ScanIndexForward'>) {
    try {
      return await dynamo.send(new QueryCommand({ TableName: table, ScanIndexForward: false, ...input }));
    } catch (error) {
      throw unavailable(error);
    }
  }

  /** A write that only the holder of the turn may make. */
  async function asHolder(
    ref: MessageRef,
    holder: Holder,
    input: { set: string; names?: Record<string, string>; values: Record<string, unknown> },
  ) {
    const done = await update(partition(ref), turnSk(ref), {
      UpdateExpression: input.set,
      ConditionExpression: '#state = :claimed AND #owner = :owner AND epoch = :epoch',
      ExpressionAttributeNames: { '#state': 'state', '#owner': 'owner', ...input.names },
      ExpressionAttributeValues: {
        ':claimed': 'CLAIMED',
        ':owner': holder.owner,
        ':epoch': holder.epoch,
        ...input.values,
      },
    });
    if (!done) throw new Superseded('another worker holds this turn');
  }

  async function conversationOf(of: Pick<MessageRef, 'platform' | 'conversation'>): Promise<Conversation> {
    const Key = { pk: partition(of), sk: CONVERSATION_SK };
    try {
      const { Item } = await dynamo.send(new GetCommand({ TableName: table, Key, ConsistentRead: true }));
      return toConversation(Item);
    } catch (error) {
      throw unavailable(error);
    }
  }

  async function noteFailure(ref: MessageRef): Promise<void> {
    const { pk, sk } = failureKey(ref);
    const { platform, conversation, messageId, createdAt } = ref;
    await update(pk, sk, {
      UpdateExpression:
        'SET platform = :platform, conversation = :conversation, messageId = :id, createdAt = :at, expiresAt = :expires',
      ExpressionAttributeValues: {
        ':platform': platform,
        ':conversation': conversation,
        ':id': messageId,
        ':at': createdAt,
        ':expires': expiresAt(),
      },
    });
  }

  return {
    /**
     * Takes the turn of `ref` until `leaseUntil` (ms): possible when nobody has, when the holder's lease ran out, or for a newer
     * generation. The messages of the turn are those of its very first claim. `undefined` when the turn is not to be had.
     */
    async claim(
      ref: MessageRef,
      { said, owner, leaseUntil, generation }: { said: Said[]; owner: string; leaseUntil: number; generation: number },
    ): Promise<Turn | undefined> {
      const item = await updated(partition(ref), turnSk(ref), {
        UpdateExpression:
          'SET #state = :claimed, #owner = :owner, leaseUntil = :until, generation = :generation, said = if_not_exists(said, :said), expiresAt = :expires ADD epoch :one',
        ConditionExpression:
          // The owner's own claim again: the client repeats a write whose answer was lost.
          'attribute_not_exists(#state) OR (#state = :claimed AND (leaseUntil < :now OR #owner = :owner)) OR (generation < :generation AND #state <> :delivered)',
        ExpressionAttributeNames: { '#state': 'state', '#owner': 'owner' },
        ExpressionAttributeValues: {
          ':claimed': 'CLAIMED',
          ':delivered': 'DELIVERED',
          ':owner': owner,
          ':until': leaseUntil,
          ':generation': generation,
          ':said': said,
          ':expires': expiresAt(),
          ':one': 1,
          ':now': now(),
        },
        ReturnValues: 'ALL_NEW',
      });
      return item && toTurn(item);
    },

    /** The turn of `ref` as it stands, read consistently. */
    async find(ref: MessageRef): Promise<Turn | undefined> {
      const Key = { pk: partition(ref), sk: turnSk(ref) };
      try {
        const { Item } = await dynamo.send(new GetCommand({ TableName: table, Key, ConsistentRead: true }));
        return Item && toTurn(Item);
      } catch (error) {
        throw unavailable(error);
      }
    },

    /**
     * The newest turns, oldest first, back to the cut point that the newest answered one names. What a page of the newest does not
     * hold is long settled, and is read at half the price. Never more than 200 turns.
     */
    async recent(of: Pick<MessageRef, 'platform' | 'conversation'>): Promise<Recent> {
      const pk = partition(of);
      const newest = await query({
        KeyConditionExpression: 'pk = :pk AND sk BETWEEN :first AND :last',
        ExpressionAttributeValues: { ':pk': pk, ':first': 'T#', ':last': CONVERSATION_SK },
        Limit: NEWEST_TURNS + 1,
        ConsistentRead: true,
      });
      const items = newest.Items ?? [];
      const own = items.find(({ sk }) => sk === CONVERSATION_SK);
      const turns = items.filter((item) => item !== own).map(toTurn);
      const windowFrom = turns.find(({ reply }) => reply?.windowFrom)?.reply?.windowFrom ?? 'T#';
      if (newest.LastEvaluatedKey && String(newest.LastEvaluatedKey.sk) > windowFrom) {
        const older = await query({
          KeyConditionExpression: 'pk = :pk AND sk BETWEEN :first AND :last',
          ExpressionAttributeValues: { ':pk': pk, ':first': windowFrom, ':last': newest.LastEvaluatedKey.sk },
          ExclusiveStartKey: newest.LastEvaluatedKey,
          Limit: MAX_TURNS - turns.length,
        });
        turns.push(...(older.Items ?? []).map(toTurn));
      }
      return { turns: turns.reverse(), conversation: toConversation(own) };
    },

    /** The turns from one sort key up to, not including, another, oldest first; at most 200. */
    async between(of: Pick<MessageRef, 'platform' | 'conversation'>, from: string, to: string): Promise<Turn[]> {
      const { Items = [] } = await query({
        KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
        ExpressionAttributeValues: { ':pk': partition(of), ':from': from, ':to': to },
        Limit: MAX_TURNS + 1,
      });
      return Items.map(toTurn)
        .filter(({ sk }) => sk !== to)
        .reverse();
    },

    /** Replaces the summary, unless one that reaches further was written meanwhile. */
    async summarize(of: Pick<MessageRef, 'platform' | 'conversation'>, summary: Summary): Promise<void> {
      await update(partition(of), CONVERSATION_SK, {
        UpdateExpression: 'SET summary = :summary, expiresAt = :expires',
        ConditionExpression: 'attribute_not_exists(summary) OR summary.upTo < :upTo',
        ExpressionAttributeValues: { ':summary': summary, ':upTo': summary.upTo, ':expires': expiresAt() },
      });
    },

    /** Hands the conversation to somebody; what is said from then on is answered by the bot only when it is the owner. */
    async handOver(of: Pick<MessageRef, 'platform' | 'conversation'>, owner: Owner): Promise<void> {
      await update(partition(of), CONVERSATION_SK, {
        UpdateExpression: 'SET #owner = :owner, ownedAt = :now, expiresAt = :expires',
        ExpressionAttributeNames: { '#owner': 'owner' },
        ExpressionAttributeValues: { ':owner': owner, ':now': now(), ':expires': expiresAt() },
      });
    },

    /**
     * Somebody of the team spoke at `at` (ms): the conversation is theirs unless it is not the bot's anyway, or was given to the bot
     * after they spoke.
     */
    async takeOver(of: Pick<MessageRef, 'platform' | 'conversation'>, member: string, at: number): Promise<void> {
      await update(partition(of), CONVERSATION_SK, {
        UpdateExpression: 'SET expiresAt = :expires ADD team :member',
        ExpressionAttributeValues: { ':member': new Set([member]), ':expires': expiresAt() },
      });
      await update(partition(of), CONVERSATION_SK, {
        UpdateExpression: 'SET #owner = :human, ownedAt = :now',
        ConditionExpression:
          '(attribute_not_exists(#owner) OR #owner = :bot) AND (attribute_not_exists(ownedAt) OR ownedAt < :at)',
        ExpressionAttributeNames: { '#owner': 'owner' },
        ExpressionAttributeValues: { ':human': 'human', ':bot': 'bot', ':now': now(), ':at': at },
      });
    },

    /** Keeps what somebody of the team said as part of the history: a turn that nobody has to answer. */
    async note(ref: MessageRef, said: Said): Promise<void> {
      await update(partition(ref), turnSk(ref), {
        UpdateExpression:
          'SET #state = :skipped, said = :said, generation = :zero, epoch = :zero, expiresAt = :expires',
        ConditionExpression: 'attribute_not_exists(#state)',
        ExpressionAttributeNames: { '#state': 'state' },
        ExpressionAttributeValues: { ':skipped': 'SKIPPED', ':said': [said], ':zero': 0, ':expires': expiresAt() },
      });
    },

    /** What the conversation's own item says at this moment. */
    conversationOf,

    /** Who answers in the conversation at this moment. */
    async ownerOf(of: Pick<MessageRef, 'platform' | 'conversation'>): Promise<Owner> {
      return (await conversationOf(of)).owner;
    },

    /** When the conversation was forgotten (ms); 0 if it never was. */
    async forgottenAt(of: Pick<MessageRef, 'platform' | 'conversation'>): Promise<number> {
      try {
        const { Item } = await dynamo.send(new GetCommand({ TableName: table, Key: gone(of), ConsistentRead: true }));
        return Number(Item?.at ?? 0);
      } catch (error) {
        throw unavailable(error);
      }
    },

    /** Marks `member` as answered by the turn `into`; false when it already went its own way. */
    async merge(member: MessageRef, into: string): Promise<boolean> {
      return update(partition(member), turnSk(member), {
        UpdateExpression:
          'SET #state = :merged, #into = :into, generation = if_not_exists(generation, :zero), expiresAt = :expires',
        ConditionExpression: 'attribute_not_exists(#state) OR (#state = :merged AND #into = :into)',
        ExpressionAttributeNames: { '#state': 'state', '#into': 'into' },
        ExpressionAttributeValues: { ':merged': 'MERGED', ':into': into, ':zero': 0, ':expires': expiresAt() },
      });
    },

    /** Stores the reply before it is sent. Throws `Superseded` when another worker took the turn over. */
    async answer(ref: MessageRef, holder: Holder, reply: Reply, said: readonly Said[]): Promise<void> {
      await asHolder(ref, holder, {
        set: 'SET #state = :answered, reply = :reply, said = :said REMOVE #owner, leaseUntil',
        values: { ':answered': 'ANSWERED', ':reply': reply, ':said': said },
      });
    },

    /** Ends a turn whose message the reply of another one covers. */
    async retire(ref: MessageRef, holder: Holder, into: string): Promise<void> {
      await asHolder(ref, holder, {
        set: 'SET #state = :merged, #into = :into REMOVE #owner, leaseUntil',
        names: { '#into': 'into' },
        values: { ':merged': 'MERGED', ':into': into },
      });
    },

    /** Ends a turn that a human answers: what was said stays in the history. */
    async skip(ref: MessageRef, holder: Holder): Promise<void> {
      await asHolder(ref, holder, {
        set: 'SET #state = :skipped REMOVE #owner, leaseUntil',
        values: { ':skipped': 'SKIPPED' },
      });
    },

    /** Ends the lease early, so that the next attempt need not wait for it. */
    async release(ref: MessageRef, holder: Holder): Promise<void> {
      await asHolder(ref, holder, { set: 'SET leaseUntil = :zero', values: { ':zero': 0 } });
    },

    /**
     * The stored reply is out (DELIVERED), or was an apology or can never be (FAILED), or must not be any more (SKIPPED). A repeat
     * changes nothing. A failed one is also noted where an operator finds it, and that first: no crash may hide it.
     */
    async finish(
      ref: MessageRef,
      state: 'DELIVERED' | 'FAILED' | 'SKIPPED',
      replyIds: readonly string[] = [],
    ): Promise<void> {
      if (state === 'FAILED') await noteFailure(ref);
      await update(partition(ref), turnSk(ref), {
        UpdateExpression: 'SET #state = :state, finishedAt = :now, replyIds = :ids',
        ConditionExpression: '#state = :answered',
        ExpressionAttributeNames: { '#state': 'state' },
        ExpressionAttributeValues: { ':state': state, ':answered': 'ANSWERED', ':now': now(), ':ids': replyIds },
      });
    },

    /** Keeps the newest change of a message beside it; also when the change overtook the message itself. */
    async correct(ref: MessageRef, correction: Correction): Promise<void> {
      await update(partition(ref), turnSk(ref), {
        UpdateExpression: 'SET correction = :correction, expiresAt = :expires',
        ConditionExpression: 'attribute_not_exists(correction) OR correction.#at < :at',
        ExpressionAttributeNames: { '#at': 'at' },
        ExpressionAttributeValues: { ':correction': correction, ':at': correction.at, ':expires': expiresAt() },
      });
    },

    /** Notes where the message of this id is; true when its deletion came before it. One write unit. */
    async notePlace({ platform, conversation, messageId, createdAt }: MessageRef): Promise<boolean> {
      const item = await updated(pointer(platform, messageId), POINTER_SK, {
        UpdateExpression: 'SET conversation = :conversation, createdAt = :createdAt, expiresAt = :expires',
        ExpressionAttributeValues: {
          ':conversation': conversation,
          ':createdAt': createdAt,
          ':expires': expiresAt(),
        },
        ReturnValues: 'ALL_NEW',
      });
      return item?.isDeleted === true;
    },

    /**
     * Where a deleted message is, by its id alone; `undefined` when it is not known, and then `notePlace` will tell. Whichever of
     * the two writes to the item last sees the other's mark.
     */
    async noteDeletion({
      platform,
      messageId,
    }: Pick<MessageRef, 'platform' | 'messageId'>): Promise<MessageRef | undefined> {
      const item = await updated(pointer(platform, messageId), POINTER_SK, {
        UpdateExpression: 'SET isDeleted = :true, expiresAt = :expires',
        ExpressionAttributeValues: { ':true': true, ':expires': expiresAt() },
        ReturnValues: 'ALL_NEW',
      });
      if (typeof item?.conversation !== 'string') return undefined;
      return { platform, messageId, conversation: item.conversation, createdAt: Number(item.createdAt) };
    },
  };
}

/** The one item of its partition. */
const POINTER_SK = 'I';

/** An item of ours is taken as it is. */
export function toTurn(item: Record<string, unknown>): Turn {
  return { said: [], generation: 0, epoch: 0, ...(item as Partial<Turn>), sk: String(item.sk) };
}

function toConversation(item: Record<string, unknown> | undefined): Conversation {
  return {
    owner: item?.owner === 'human' || item?.owner === 'paused' ? item.owner : 'bot',
    team: item?.team instanceof Set ? [...item.team].map(String) : [],
    ...(item?.summary ? { summary: item.summary as Summary } : {}),
  };
}

/** Whatever DynamoDB cannot do now it may do later; its message may quote values, so only its class goes on. */
function unavailable(error: unknown): Error {
  return new Later('the table did not answer', { cause: error });
}
