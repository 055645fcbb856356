/** The table, of the Chat API: what is kept of a user, as it is handed out. */
import { fromTurnConversation, ownIdOf, realmOf, toTurnConversation } from '../../chat-api/ids.ts';
import type { Table } from '../items.ts';
import { openChatApiStore } from './chat-api.ts';

/** Users and conversations as the turns know them. */
export function openKept(table: Table, now: () => number) {
  return {
    /** The profile, and where the user takes part. */
    async userOf(user: string) {
      const { users, conversations } = openChatApiStore(table, now, { realm: realmOf(user) });
      const stored = await users.find(ownIdOf(user));
      const refs = await conversations.refsOf(ownIdOf(user));
      return { profile: stored?.user, conversations: refs.map(toTurnConversation) };
    },

    /** Messages and events, of everybody or of one user, oldest first; behind the place `from`, which each of them tells as `at`. */
    async *saidIn(conversation: string, user: string | undefined, from: string | undefined) {
      const ref = fromTurnConversation(conversation);
      const { messages } = openChatApiStore(table, now, ref);
      for await (const { kind, stored, at } of messages.all(ref, from)) {
        if (user !== undefined && stored.userId !== ownIdOf(user)) continue;
        const { id, createdAt, userId, payload, metadata } = stored;
        const what = { kind: kind === 'msg' ? 'message' : 'event', message: id, at: new Date(createdAt).toISOString() };
        yield { at, what: { ...what, user: userId, payload, metadata } };
      }
    },
  };
}
