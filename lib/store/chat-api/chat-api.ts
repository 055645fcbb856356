/** The table, of the Chat API: users, conversations, what is said in them and what is told to those who listen. */
import { fromTurnConversation } from '../../chat-api/ids.ts';
import type { Table } from '../items.ts';
import { openChatConversations } from './conversations.ts';
import { openMessages } from './messages.ts';
import { openOnce } from './once.ts';
import { openSignalLog } from './signals.ts';
import { openUsers } from './users.ts';

export type ChatApiStore = ReturnType<typeof openChatApiStore>;

/** All that the Chat API keeps in the table of one realm: the webhook id of another bot than the default one. */
export function openChatApiStore(table: Table, now: () => number, realm?: string) {
  return {
    users: openUsers(table, now, realm),
    conversations: openChatConversations(table, now, realm),
    messages: openMessages(table, now),
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
      await openChatApiStore(table, now, ref.realm).conversations.close(ref);
    },

    /** What was said in it, and then who took part. */
    async remove(conversation: string): Promise<void> {
      const ref = fromTurnConversation(conversation);
      const { conversations, messages, signals } = openChatApiStore(table, now, ref.realm);
      await Promise.all([messages.clear(ref), signals.clear(ref.key)]);
      await conversations.remove(ref);
    },
  };
}
