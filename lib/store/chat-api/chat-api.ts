/** The table, of the Chat API: users, conversations, what is said in them and what is told to those who listen. */

import { KEPT_DAYS } from '../../bounds.ts';
import { fromTurnConversation, ownIdOf, realmOf, toTurnConversation } from '../../chat-api/ids.ts';
import type { Table } from '../items.ts';
import { openChatConversations } from './conversations.ts';
import { openMessages } from './messages.ts';
import { openOnce } from './once.ts';
import { openSignalLog } from './signals.ts';
import { openUsers } from './users.ts';

export type ChatApiStore = ReturnType<typeof openChatApiStore>;

interface ChatApiStoreOptions {
  /** The webhook id of another bot than the default one. */
  realm?: string | undefined;
  /** How long messages are kept. */
  keptDays?: number;
}

/** All that the Chat API keeps in the table of one realm; `now` in ms. */
export function openChatApiStore(
  table: Table,
  now: () => number,
  { realm, keptDays = KEPT_DAYS }: ChatApiStoreOptions = {},
) {
  return {
    users: openUsers(table, now, realm),
    conversations: openChatConversations(table, now, realm),
    messages: openMessages(table, now, keptDays),
    once: openOnce(table, now),
    signals: openSignalLog(table, now),
  };
}

/** Removes a conversation (as the turns know it) from the Chat API, step by step: each may be the last, and is then done again. */
export function openRemoval(table: Table, now: () => number) {
  return {
    /** From here on nobody finds it. */
    async close(conversation: string): Promise<void> {
      const ref = fromTurnConversation(conversation);
      await openChatApiStore(table, now, ref).conversations.close(ref);
    },

    /** What was said in it, and then who took part; false where there was no time for all of it. */
    async remove(conversation: string, hasTime?: () => boolean): Promise<boolean> {
      const ref = fromTurnConversation(conversation);
      const { conversations, messages, signals } = openChatApiStore(table, now, ref);
      const cleared = await Promise.all([messages.clear(ref, hasTime), signals.clear(ref.key, hasTime)]);
      if (cleared.includes(false)) return false;
      await conversations.remove(ref);
      return true;
    },

    /** Whether anybody but the user takes part. */
    async hasOthers(conversation: string, user: string): Promise<boolean> {
      const ref = fromTurnConversation(conversation);
      const { conversations } = openChatApiStore(table, now, ref);
      return (await conversations.others(ref, ownIdOf(user))).length > 0;
    },

    /** What the user has said in it up to `at` (ms), and what else has one of these ids; then the user takes part no more. */
    async removeSpeaker(conversation: string, user: string, ids: ReadonlySet<string>, at: number): Promise<void> {
      const ref = fromTurnConversation(conversation);
      const { conversations, messages, signals } = openChatApiStore(table, now, ref);
      const gone = await messages.removeOf(ref, ownIdOf(user), ids, at);
      await signals.silence(ref, [ownIdOf(user), ...ids, ...gone], at);
      await conversations.leave(ref, ownIdOf(user));
    },

    /** The conversations, as the turns know them, in which the user takes part. */
    async conversationsOf(user: string): Promise<string[]> {
      const { conversations } = openChatApiStore(table, now, { realm: realmOf(user) });
      return (await conversations.refsOf(ownIdOf(user))).map(toTurnConversation);
    },

    /** The user themself. */
    async removeUser(user: string): Promise<void> {
      await openChatApiStore(table, now, { realm: realmOf(user) }).users.clear(ownIdOf(user));
    },
  };
}
