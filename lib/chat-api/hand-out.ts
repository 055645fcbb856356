/** The Chat API server: conversations that are handed out and stored nowhere until something is said in them. */

// Most pages with a window are only looked at. The id itself says to whom it was given.

import { createHmac, timingSafeEqual } from 'node:crypto';
import { type ConversationRef, keyIn, newConversationRef, timeOf, ulid } from './ids.ts';

export interface HandOut {
  /** One for this user, at `now` (ms). */
  conversation(userId: string, now: number): ConversationRef;
  /** The conversation of that id, if it was handed out to this user; it may have been said something in. */
  find(userId: string, id: string): ConversationRef | undefined;
}

/** `secret` is what the keys of users are signed with: what was given under one webhook id is unknown under another. */
export function openHandOut(secret: string): HandOut {
  const keyOf = (userId: string, time: number) =>
    ulid(time, createHmac('sha256', secret).update(`conversation ${time} ${userId}`).digest());
  return {
    conversation: (userId, now) => newConversationRef(undefined, now, keyOf(userId, now)),
    find: (userId, id) => {
      const key = keyIn(id);
      if (key === undefined) return undefined;
      const isTheirs = timingSafeEqual(Buffer.from(key), Buffer.from(keyOf(userId, timeOf(key))));
      return isTheirs ? { id, key } : undefined;
    },
  };
}
