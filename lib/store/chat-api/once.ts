/** The table, of the Chat API: what the first attempt under an idempotency key decided, for every later one to find. */
import { createHash } from 'node:crypto';
import type { Key, Table } from '../items.ts';
import { messagesOf } from './messages.ts';

export interface OnceDecision {
  messageId: string;
  /** ms */
  createdAt: number;
  /** Of what was asked for: another request under the same key is somebody's mistake. */
  digest: string;
}

export interface Decided extends OnceDecision {
  isRepeat: boolean;
  /** The first attempt, or a later one, went through to its end. */
  isDone: boolean;
}

export type Once = ReturnType<typeof openOnce>;

/** As long as TalkJS keeps its own, and longer than a turn waits in the queue. */
const KEPT_SECONDS = 24 * 3600;

/** What was done under an idempotency key, so that a repeat is answered and not done. */
export function openOnce(table: Table, now: () => number) {
  return {
    /** `proposed` is kept if it is the first under `name` in the conversation; else the earlier one is given. */
    async decide(conversationKey: string, name: string, proposed: OnceDecision): Promise<Decided> {
      const key = keyOf(conversationKey, name);
      const expiresAt = Math.floor(now() / 1000) + KEPT_SECONDS;
      const isFirst = await table.add({ ...key, ...proposed, expiresAt });
      if (isFirst) return { ...proposed, isRepeat: false, isDone: false };
      const [item] = await table.read([key]);
      if (!item) return { ...proposed, isRepeat: true, isDone: false };
      const { messageId, createdAt, digest, isDone } = item;
      const decision = { messageId: String(messageId), createdAt: Number(createdAt), digest: String(digest) };
      return { ...decision, isRepeat: true, isDone: isDone === true };
    },

    async finish(conversationKey: string, name: string): Promise<void> {
      await table.update(keyOf(conversationKey, name), {
        UpdateExpression: 'SET isDone = :true',
        ConditionExpression: 'attribute_exists(pk)',
        ExpressionAttributeValues: { ':true': true },
      });
    },
  };
}

/** Beside the messages, so that it goes with them. Hashed: a key of the client's may be of any length. */
function keyOf(conversationKey: string, name: string): Key {
  return { pk: messagesOf(conversationKey), sk: `O#${bodyDigest(name)}` };
}

/** What tells one body from another: SHA-256, in hexadecimal. */
export function bodyDigest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
