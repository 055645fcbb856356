/** The TalkJS stand-in: users, conversations and messages in memory, in the shapes of TalkJS' REST API. */
import { randomBytes } from 'node:crypto';
import { ApiError } from './api-error.ts';

export type Custom = Record<string, string>;
/** `null` takes a key away. */
type ChangedCustom = Record<string, string | null>;

export interface User {
  id: string;
  name: string;
  email: string[] | null;
  phone: string[] | null;
  photoUrl: string | null;
  role: string | null;
  locale: string | null;
  custom: Custom;
  createdAt: number;
}

export interface Participation {
  access: 'ReadWrite' | 'Read' | 'None';
  notify: boolean | 'MentionsOnly';
}

export interface Message {
  id: string;
  conversationId: string;
  type: 'UserMessage' | 'SystemMessage';
  senderId: string | null;
  text: string | null;
  attachment: { url: string; size?: number } | null;
  location: [number, number] | null;
  content: unknown[];
  origin: 'web' | 'rest';
  custom: Custom;
  readBy: string[];
  referencedMessageId: string | null;
  createdAt: number;
  editedAt: number | null;
  /** By the emoji the ids of those who reacted with it. */
  reactions: Record<string, string[]>;
}

export interface Conversation {
  id: string;
  subject: string | null;
  custom: Custom;
  participants: Record<string, Participation>;
  createdAt: number;
}

interface Room {
  conversation: Conversation;
  /** Oldest first. */
  messages: Message[];
  /** When somebody last joined (ms): that moves a conversation, too. */
  joinedAt: number;
}

/** What a message is made of before it is one. */
export type Draft = Pick<Message, 'type' | 'senderId' | 'origin'> & Partial<Message>;

const everybody: Participation = { access: 'ReadWrite', notify: true };

/** An empty TalkJS app; `now` in ms. */
export function openRooms(now: () => number) {
  const users = new Map<string, User>();
  const rooms = new Map<string, Room>();

  function roomOf(id: string): Room {
    const room = rooms.get(id);
    if (!room) throw new ApiError(404, 'CONVERSATION_NOT_FOUND', `no conversation ${id}`);
    return room;
  }

  function messageOf(conversationId: string, id: string): Message {
    const message = roomOf(conversationId).messages.find((candidate) => candidate.id === id);
    if (!message) throw new ApiError(404, 'MESSAGE_NOT_FOUND', `no message ${id}`);
    return message;
  }

  return {
    findUser: (id: string) => users.get(id),
    user(id: string): User {
      const user = users.get(id);
      if (!user) throw new ApiError(404, 'USER_NOT_FOUND', `no user ${id}`);
      return user;
    },
    putUser(id: string, change: Partial<User>): User {
      const fresh = {
        email: null,
        phone: null,
        photoUrl: null,
        role: null,
        locale: null,
        custom: {},
        createdAt: now(),
      };
      const user = { name: id, ...fresh, ...users.get(id), ...change, id };
      users.set(id, user);
      return user;
    },

    hasConversation: (id: string) => rooms.has(id),
    conversation: (id: string) => roomOf(id).conversation,
    /** Merges `custom`; nobody leaves by not being named. */
    putConversation(
      id: string,
      { custom, ...change }: Partial<Pick<Conversation, 'subject'>> & { custom?: ChangedCustom },
      members: readonly string[],
    ) {
      const known = rooms.get(id) ?? {
        conversation: { id, subject: null, custom: {}, participants: {}, createdAt: now() },
        messages: [],
        joinedAt: now(),
      };
      Object.assign(known.conversation, change);
      merge(known.conversation.custom, custom);
      for (const member of members) {
        if (!known.conversation.participants[member]) known.joinedAt = now();
        known.conversation.participants[member] ??= { ...everybody };
      }
      rooms.set(id, known);
      return known.conversation;
    },
    deleteConversation(id: string): Conversation {
      const { conversation } = roomOf(id);
      rooms.delete(id);
      return conversation;
    },
    /** Last active first, as `orderBy=lastActivity` gives them. */
    conversations: () =>
      [...rooms.values()]
        .toSorted((a, b) => activityIn(b) - activityIn(a))
        .map(({ conversation, messages }) => ({ ...conversation, lastMessage: messages.at(-1) ?? null })),
    setParticipant(id: string, userId: string, change: Partial<Participation>, base: Participation | undefined) {
      const room = roomOf(id);
      if (!room.conversation.participants[userId]) room.joinedAt = now();
      room.conversation.participants[userId] = { ...everybody, ...base, ...change };
    },
    removeParticipant(id: string, userId: string) {
      delete roomOf(id).conversation.participants[userId];
    },

    messages: (conversationId: string): readonly Message[] => roomOf(conversationId).messages,
    message: messageOf,
    add(conversationId: string, draft: Draft): Message {
      const message: Message = {
        text: null,
        attachment: null,
        location: null,
        content: draft.text ? [{ type: 'text', children: [draft.text] }] : [],
        custom: {},
        readBy: [],
        referencedMessageId: null,
        editedAt: null,
        reactions: {},
        ...draft,
        id: `msg_${randomBytes(16).toString('base64url')}`,
        conversationId,
        createdAt: now(),
      };
      roomOf(conversationId).messages.push(message);
      return message;
    },
    /** Merges `custom`. */
    edit(conversationId: string, id: string, change: { text?: string; custom?: ChangedCustom }): Message {
      const message = messageOf(conversationId, id);
      if (change.text !== undefined) {
        message.text = change.text;
        message.content = [{ type: 'text', children: [change.text] }];
      }
      merge(message.custom, change.custom);
      message.editedAt = now();
      return message;
    },
    /** With `isOn` false it is taken back. */
    react(
      conversationId: string,
      id: string,
      { emoji, userId, isOn }: { emoji: string; userId: string; isOn: boolean },
    ) {
      const { reactions } = messageOf(conversationId, id);
      const others = (reactions[emoji] ?? []).filter((one) => one !== userId);
      const all = isOn ? [...others, userId] : others;
      if (all.length > 0) reactions[emoji] = all;
      else delete reactions[emoji];
    },
    remove(conversationId: string, id: string): Message {
      const message = messageOf(conversationId, id);
      const { messages } = roomOf(conversationId);
      messages.splice(messages.indexOf(message), 1);
      return message;
    },
  };
}

function activityIn({ messages, joinedAt }: Room): number {
  return Math.max(joinedAt, messages.at(-1)?.createdAt ?? 0);
}

function merge(custom: Custom, changes: ChangedCustom = {}): void {
  for (const [key, value] of Object.entries(changes)) {
    if (value === null) delete custom[key];
    else custom[key] = value;
  }
}
