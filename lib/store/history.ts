/** The table, of the history: what a conversation came to. */

import type { Conversation, Earlier, MessageRef, Turn, TurnState } from '../types.ts';
import type { Access } from './access.ts';
import { toConversation } from './conversation.ts';
import { CONVERSATION_SK, EARLIER_SK, partition, partsOfSk, turnSk } from './keys.ts';

/** What one look at a conversation gives: its newest turns, oldest first, and whose it is. */
export interface Recent {
  turns: Turn[];
  conversation: Conversation;
  /** What was said before the bot came, oldest first. */
  earlier?: readonly Earlier[];
}

/** Read consistently: may have been written a moment ago. */
const NEWEST_TURNS = 24;

const FIRST_TURN = 'T#';
const BEHIND_TURNS = 'T$';

const ENDED: ReadonlySet<string> = new Set(['DELIVERED', 'FAILED', 'MERGED', 'SKIPPED'] satisfies TurnState[]);

/** The most turns a window can hold; keeps one read under DynamoDB's 1 MB and its price constant. */
const MAX_TURNS = 200;

/** Reads turns, one and many. Throws `Later` when the table does not answer. */
export function openHistory({ read, query }: Access) {
  return {
    /** Those of these messages whose turns have not ended, or not even begun. A read each. */
    async unanswered(refs: readonly MessageRef[]): Promise<readonly MessageRef[]> {
      const found = await Promise.all(refs.map((ref) => read(partition(ref), turnSk(ref))));
      return refs.filter((_, i) => !ENDED.has(String(found[i]?.state)));
    },

    /** The turn of `ref` as it stands, read consistently. */
    async find(ref: MessageRef): Promise<Turn | undefined> {
      const item = await read(partition(ref), turnSk(ref));
      return item && toTurn(item);
    },

    /**
     * The newest turns, oldest first, back to the cut point that the newest answered one names. What a page of the newest does not
     * hold is long settled, and is read at half the price. Never more than 200 turns.
     */
    async recent(of: Pick<MessageRef, 'platform' | 'conversation'>): Promise<Recent> {
      const pk = partition(of);
      const newest = await query({
        KeyConditionExpression: 'pk = :pk AND sk BETWEEN :first AND :last',
        ExpressionAttributeValues: { ':pk': pk, ':first': FIRST_TURN, ':last': EARLIER_SK },
        Limit: NEWEST_TURNS + 2,
        ConsistentRead: true,
      });
      const items = newest.Items ?? [];
      const own = items.find(({ sk }) => sk === CONVERSATION_SK);
      const before = items.find(({ sk }) => sk === EARLIER_SK)?.earlier as Earlier[] | undefined;
      const turns = items.filter(({ sk }) => sk !== CONVERSATION_SK && sk !== EARLIER_SK).map(toTurn);
      const windowFrom = turns.find(({ reply }) => reply?.windowFrom)?.reply?.windowFrom ?? FIRST_TURN;
      if (newest.LastEvaluatedKey && String(newest.LastEvaluatedKey.sk) > windowFrom) {
        const older = await query({
          KeyConditionExpression: 'pk = :pk AND sk BETWEEN :first AND :last',
          ExpressionAttributeValues: { ':pk': pk, ':first': windowFrom, ':last': newest.LastEvaluatedKey.sk },
          ExclusiveStartKey: newest.LastEvaluatedKey,
          Limit: MAX_TURNS - turns.length,
        });
        turns.push(...(older.Items ?? []).map(toTurn));
      }
      return { turns: oldestFirst(turns), conversation: toConversation(own), ...(before ? { earlier: before } : {}) };
    },

    /**
     * The newest turns from one sort key up to, not including, another, oldest first; at most 200. Without a sort key it is the
     * beginning, or the end.
     */
    async between(
      of: Pick<MessageRef, 'platform' | 'conversation'>,
      from: string | undefined,
      to?: string,
    ): Promise<Turn[]> {
      const items: Record<string, unknown>[] = [];
      // DynamoDB reads 1 MB at once, which may be three turns.
      for (let after: Record<string, unknown> | undefined; ; ) {
        const page = await query({
          KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
          ExpressionAttributeValues: { ':pk': partition(of), ':from': from ?? FIRST_TURN, ':to': to ?? BEHIND_TURNS },
          ExclusiveStartKey: after,
          Limit: MAX_TURNS + 1 - items.length,
        });
        items.push(...(page.Items ?? []));
        after = page.LastEvaluatedKey;
        if (after === undefined || items.length > MAX_TURNS) break;
      }
      return oldestFirst(items.map(toTurn).filter(({ sk }) => sk !== to));
    },
  };
}

/** Turns of one millisecond stand as they ended, which is how the queue took them; what has not ended is the newest. */
function oldestFirst(newestFirst: readonly Turn[]): Turn[] {
  const ended = ({ finishedAt = Number.MAX_SAFE_INTEGER }: Turn) => finishedAt;
  const at = ({ sk }: Turn) => partsOfSk(sk).createdAt;
  return newestFirst.toReversed().sort((a, b) => at(a) - at(b) || ended(a) - ended(b));
}

/** An item of ours is taken as it is. */
export function toTurn(item: Record<string, unknown>): Turn {
  const sk = String(item.sk);
  return { said: [], generation: 0, epoch: 0, ...(item as Partial<Turn>), sk, messageId: partsOfSk(sk).messageId };
}
