/** The table, of the Chat API: users, conversations, what is said in them and what is told to those who listen. */

import { KEPT_DAYS } from '../../bounds.ts';
import { fromTurnConversation } from '../../chat-api/ids.ts';
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

    /** What was said in it, and then who took part. */
    async remove(conversation: string): Promise<void> {
      const ref = fromTurnConversation(conversation);
      const { conversations, messages, signals } = openChatApiStore(table, now, ref);
      await Promise.all([messages.clear(ref), signals.clear(ref.key)]);
      await conversations.remove(ref);
    },
  };
}
