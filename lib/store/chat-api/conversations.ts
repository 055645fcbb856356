/** The table, of the Chat API: conversations and who takes part in them. Membership is kept on both sides, so that neither list needs a search. */

import type { ConversationRef } from '../../chat-api/ids.ts';
import type { User, WireConversation } from '../../chat-api/models.ts';
import { isoTime } from '../../chat-api/models.ts';
import { type Item, type Key, keyPart, type Table } from '../items.ts';
import { toStoredUser, userKey, userPartition } from './users.ts';

export interface StoredConversation extends ConversationRef {
  owner: string;
  /** ms */
  createdAt: number;
}

/** What one read tells of a user and a conversation. */
export interface Standing {
  user: { user: User; isDeleted: boolean } | undefined;
  conversation: StoredConversation | undefined;
  isOwner: boolean;
  isParticipant: boolean;
}

export type Conversations = ReturnType<typeof openChatConversations>;

/** Entries of a page, as the Botpress cloud is said to have. */
export const PAGE = 20;

/** Conversations of a realm, who takes part in them, and the lists of both. Throws `Later` when the table does not answer. */
export function openChatConversations(table: Table, now: () => number, realm?: string) {
  const partition = (id: string) => `${conversationsOf(realm)}${keyPart(id)}`;
  const idOf = ({ pk }: Item) => pk.slice(conversationsOf(realm).length);
  const metaKey = (id: string): Key => ({ pk: partition(id), sk: 'A' });
  /** A member's item counts only as long as it names the conversation's key: one of an earlier conversation of that id does not. */
  const memberKey = (id: string, userId: string): Key => ({ pk: partition(id), sk: `${MEMBERS}${keyPart(userId)}` });
  const listingKey = (userId: string, at: number, conversationId: string): Key => ({
    pk: userPartition(userId, realm),
    sk: `${LISTINGS}${String(at).padStart(13, '0')}#${conversationId}`,
  });
  const own = realm === undefined ? {} : { realm };

  function toConversation(meta: Item | undefined): StoredConversation | undefined {
    if (!meta || meta.isDeleted === true) return undefined;
    const [key, owner] = [String(meta.key), String(meta.owner)];
    return { id: idOf(meta), key, ...own, owner, createdAt: Number(meta.createdAt) };
  }

  async function look(userId: string, conversationId: string): Promise<Standing> {
    const [user, meta, member] = await table.read([
      userKey(userId, realm),
      metaKey(conversationId),
      memberKey(conversationId, userId),
    ]);
    const conversation = toConversation(meta);
    const isOwner = conversation?.owner === userId;
    const isMember = conversation !== undefined && member?.key === conversation.key;
    return { user: user && toStoredUser(user, realm), conversation, isOwner, isParticipant: isOwner || isMember };
  }

  async function unlist(userId: string, item: Item | undefined): Promise<void> {
    if (item) await table.remove(listingKey(userId, Number(item.addedAt), idOf(item)));
  }

  return {
    look,

    async find(id: string): Promise<StoredConversation | undefined> {
      const [meta] = await table.read([metaKey(id)]);
      return toConversation(meta);
    },

    /** `undefined` when the id is taken; while one is being removed, its own key is, too. */
    async create(owner: string, { id, key }: ConversationRef): Promise<StoredConversation | undefined> {
      const createdAt = now();
      const listing = { ...listingKey(owner, createdAt, id), key };
      // First: an entry of a conversation that never came to be is left out of the list, a conversation in no list is lost.
      await table.put(listing);
      const meta = { ...metaKey(id), key, owner, createdAt };
      const isFree = await table.add(meta, {
        condition: '(isDeleted = :true AND #key <> :key)',
        names: { '#key': 'key' },
        values: { ':true': true, ':key': key },
      });
      if (isFree) return { id, key, ...own, owner, createdAt };
      await table.remove(listing);
      return undefined;
    },

    /** The newest first; a page may hold fewer than it could. */
    async list(userId: string, after: string | undefined) {
      const { items, next } = await table.list({
        pk: userPartition(userId, realm),
        prefix: LISTINGS,
        newestFirst: true,
        limit: PAGE,
        after,
      });
      const ids = items.map(({ sk }) => sk.split('#').slice(2).join('#'));
      const metas = ids.length === 0 ? [] : await table.read(unique(ids).map(metaKey));
      const known = new Map(metas.flatMap((meta) => toConversation(meta) ?? []).map((found) => [found.id, found]));
      const conversations = items.flatMap(({ key }, i) => {
        const found = known.get(ids[i] ?? '');
        return found && found.key === key ? [toModel(found)] : [];
      });
      return { conversations, next };
    },

    /** A repeat changes nothing. */
    async addMember({ id, key }: ConversationRef, userId: string): Promise<void> {
      const addedAt = now();
      const listing = { ...listingKey(userId, addedAt, id), key };
      await table.put(listing);
      const member = { ...memberKey(id, userId), key, addedAt };
      const isNew = await table.add(member, {
        condition: '#key <> :key',
        names: { '#key': 'key' },
        values: { ':key': key },
      });
      if (!isNew) await table.remove(listing);
    },

    async removeMember({ id }: ConversationRef, userId: string): Promise<void> {
      const [member] = await table.read([memberKey(id, userId)]);
      await table.remove(memberKey(id, userId));
      await unlist(userId, member);
    },

    /** User ids; the first page begins with the owner. */
    async members({ id, key, owner }: StoredConversation, after: string | undefined) {
      const { items, next } = await table.list({ pk: partition(id), prefix: MEMBERS, limit: PAGE, after });
      const others = items.filter((item) => item.key === key).map(({ sk }) => sk.slice(MEMBERS.length));
      return { ids: after === undefined ? [owner, ...others] : others, next };
    },

    /** Who takes part beside the user. */
    async others({ id, key }: ConversationRef, userId: string): Promise<string[]> {
      const [meta] = await table.read([metaKey(id)]);
      const owner = meta?.key === key ? [String(meta.owner)] : [];
      const { items } = await table.list({ pk: partition(id), prefix: MEMBERS });
      const members = items.filter((item) => item.key === key).map(({ sk }) => sk.slice(MEMBERS.length));
      return unique([...owner, ...members]).filter((one) => one !== userId);
    },

    /** The user takes part no more; whoever is next owns what was theirs. */
    async leave(ref: ConversationRef, userId: string): Promise<void> {
      const [meta, member] = await table.read([metaKey(ref.id), memberKey(ref.id, userId)]);
      if (member?.key === ref.key) await table.remove(member, sameKey(ref.key));
      const [next] = await this.others(ref, userId);
      if (meta?.key !== ref.key || meta.owner !== userId || next === undefined) return;
      await table.update(metaKey(ref.id), {
        UpdateExpression: 'SET #owner = :next',
        ConditionExpression: '#key = :key',
        ExpressionAttributeNames: { '#owner': 'owner', '#key': 'key' },
        ExpressionAttributeValues: { ':next': next, ':key': ref.key },
      });
    },

    /** All conversations in the user's list. */
    async refsOf(userId: string): Promise<ConversationRef[]> {
      const refs: ConversationRef[] = [];
      for (let after: string | undefined; ; ) {
        const { items, next } = await table.list({ pk: userPartition(userId, realm), prefix: LISTINGS, after });
        refs.push(...items.map(({ sk, key }) => ({ id: sk.split('#').slice(2).join('#'), key: String(key), ...own })));
        if (next === undefined) return refs;
        after = next;
      }
    },

    /** Takes the user out of every conversation it was added to. */
    async leaveAll(userId: string): Promise<void> {
      for (let after: string | undefined; ; ) {
        const { items, next } = await table.list({
          pk: userPartition(userId, realm),
          prefix: LISTINGS,
          limit: PAGE,
          after,
        });
        const ids = items.map(({ sk }) => sk.split('#').slice(2).join('#'));
        await Promise.all(ids.map((id) => table.remove(memberKey(id, userId))));
        await Promise.all(items.map((item) => table.remove(item)));
        if (next === undefined) return;
        after = next;
      }
    },

    /** From here on nobody finds it; its owner may still end the deletion. */
    async close({ id, key }: ConversationRef): Promise<void> {
      await table.update(metaKey(id), {
        UpdateExpression: 'SET isDeleted = :true',
        ConditionExpression: '#key = :key',
        ExpressionAttributeNames: { '#key': 'key' },
        ExpressionAttributeValues: { ':key': key, ':true': true },
      });
    },

    /** What was closed and not yet removed, if `owner` closed it. */
    async findClosed(owner: string, id: string): Promise<ConversationRef | undefined> {
      const [meta] = await table.read([metaKey(id)]);
      return meta?.isDeleted === true && meta.owner === owner ? { id, key: String(meta.key), ...own } : undefined;
    },

    /** Removes a closed conversation's memberships and, last of all, what was left of itself. */
    async remove({ id, key }: ConversationRef): Promise<void> {
      for (let after: string | undefined; ; ) {
        const { items, next } = await table.list({ pk: partition(id), prefix: MEMBERS, limit: PAGE, after });
        const members = items.filter((item) => item.key === key);
        await Promise.all(members.map((item) => unlist(item.sk.slice(MEMBERS.length), item)));
        await Promise.all(members.map((item) => table.remove(item, sameKey(key))));
        if (next === undefined) break;
        after = next;
      }
      const [meta] = await table.read([metaKey(id)]);
      if (meta?.key !== key || meta.isDeleted !== true) return;
      await table.remove(listingKey(String(meta.owner), Number(meta.createdAt), id));
      await table.remove(meta, sameKey(key));
    },
  };
}

function sameKey(key: string) {
  return { condition: '#key = :key', names: { '#key': 'key' }, values: { ':key': key } };
}

/** As a client sees it. */
export function toModel({ id, createdAt }: StoredConversation): WireConversation {
  return { id, createdAt: isoTime(createdAt), updatedAt: isoTime(createdAt) };
}

/** Like the users of a realm. */
function conversationsOf(realm: string | undefined): string {
  return realm === undefined ? 'CHAT-CONVERSATION#' : `CHAT-CONVERSATION-OF#${realm}#`;
}

const MEMBERS = 'P#';
const LISTINGS = 'C#';

function unique(ids: readonly string[]): string[] {
  return [...new Set(ids)];
}
