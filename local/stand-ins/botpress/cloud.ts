/** The Botpress stand-in: users, conversations and messages of one bot in memory, under Botpress' own ids and under chosen ones. */
import { randomBytes } from 'node:crypto';
import { ApiError } from './api-error.ts';
import type { Payload } from './bodies.ts';

export interface Profile {
  name?: string | undefined;
  pictureUrl?: string | undefined;
  profile?: string | undefined;
}

export interface User extends Profile {
  /** Botpress' own id; what clients see is the chosen one, where there is one. */
  internalId: string;
  chosenId: string | undefined;
  createdAt: number;
  updatedAt: number;
}

export interface Conversation {
  internalId: string;
  chosenId: string | undefined;
  owner: User;
  participants: Set<User>;
  /** Oldest first. */
  messages: Message[];
  createdAt: number;
}

export interface Message {
  id: string;
  conversation: Conversation;
  /** The bot itself is no user of the API. */
  author: User | 'bot';
  payload: Payload;
  metadata: Record<string, unknown> | undefined;
  createdAt: number;
}

interface Known {
  internalId: string;
  chosenId: string | undefined;
}

/** What clients see. */
export function publicId({ internalId, chosenId }: Known): string {
  return chosenId ?? internalId;
}

const chosenIdShape = /^[a-zA-Z0-9_\-\\/]+$/;
const maxChosenIdChars = 70;

export type Cloud = ReturnType<typeof openCloud>;

export function openCloud(now: () => number) {
  const users = new Map<string, User>();
  const conversations = new Map<string, Conversation>();
  const messages = new Map<string, Message>();
  let lastMessageAt = 0;

  function newId(known: ReadonlyMap<string, Known>, prefix: string, chosenId: string | undefined): Known {
    if (chosenId !== undefined) {
      if (chosenId.length > maxChosenIdChars)
        throw new ApiError('InvalidPayload', 'Fid length exceeds the maximum allowed length of 70');
      if (!chosenIdShape.test(chosenId)) throw new ApiError('InvalidPayload', 'Fid contains invalid characters');
      const what = prefix === 'user_' ? 'User' : 'Conversation';
      if (find(known, chosenId)) throw new ApiError('AlreadyExists', `${what} with id ${chosenId} already exists`);
    }
    return { internalId: `${prefix}${ulid(now())}`, chosenId };
  }

  return {
    user: (id: string) => find(users, id),
    addUser(chosenId: string | undefined, profile: Profile): User {
      const user = { ...newId(users, 'user_', chosenId), ...profile, createdAt: now(), updatedAt: now() };
      users.set(user.internalId, user);
      return user;
    },
    removeUser: (user: User) => void users.delete(user.internalId),
    conversation: (id: string) => find(conversations, id),
    ownedBy: (owner: User) => [...conversations.values()].filter((one) => one.owner === owner).reverse(),
    addConversation(chosenId: string | undefined, owner: User): Conversation {
      const ids = newId(conversations, 'conv_', chosenId);
      const conversation = { ...ids, owner, participants: new Set([owner]), messages: [], createdAt: now() };
      conversations.set(ids.internalId, conversation);
      return conversation;
    },
    removeConversation: (conversation: Conversation) => void conversations.delete(conversation.internalId),
    message: (id: string) => messages.get(id),
    addMessage(draft: Pick<Message, 'conversation' | 'author' | 'payload' | 'metadata'>): Message {
      lastMessageAt = Math.max(now(), lastMessageAt + 1);
      const message = { id: `msg_${ulid(lastMessageAt)}`, createdAt: lastMessageAt, ...draft };
      messages.set(message.id, message);
      draft.conversation.messages.push(message);
      return message;
    },
    removeMessage(message: Message): void {
      messages.delete(message.id);
      const { messages: all } = message.conversation;
      all.splice(all.indexOf(message), 1);
    },
  };
}

function find<T extends Known>(known: ReadonlyMap<string, T>, id: string): T | undefined {
  for (const one of known.values()) if (one.chosenId === id) return one;
  return known.get(id);
}

const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** 26 characters: 10 of the time (ms), 16 random ones. */
function ulid(time: number): string {
  let head = '';
  for (let rest = time; head.length < 10; rest = Math.floor(rest / 32)) head = (alphabet[rest % 32] ?? '') + head;
  return head + [...randomBytes(16)].map((byte) => alphabet[byte % 32]).join('');
}
