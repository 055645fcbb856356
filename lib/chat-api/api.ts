/** The Chat API server: what its operations work with, and what each of them asks first. */

import type { Conversations, StoredConversation } from '../store/chat-api/conversations.ts';
import type { Messages } from '../store/chat-api/messages.ts';
import type { Once } from '../store/chat-api/once.ts';
import type { SignalLog } from '../store/chat-api/signals.ts';
import type { StreamLeases } from '../store/chat-api/streams.ts';
import type { Users } from '../store/chat-api/users.ts';
import type { Forget } from '../store/forget.ts';
import type { Rate } from '../turn/rate.ts';
import type { Inbound, MessageRef } from '../types.ts';
import type { Allowance } from './allowance.ts';
import { ApiError } from './api-error.ts';
import type { Keys } from './keys.ts';
import type { User } from './models.ts';
import type { BodyOf, PlainName, ResponseOf } from './operations.ts';
import type { Publish } from './publish.ts';
import type { Share } from './share.ts';

export interface ChatApi {
  keys: Keys;
  users: Users;
  conversations: Conversations;
  messages: Messages;
  signals: SignalLog;
  once: Once;
  share: Share;
  publish: Publish;
  /** Resolves when the bot's queue has it. */
  putTurn(inbound: Inbound): Promise<void>;
  /** Removes all that is kept of a conversation. */
  forget: Forget;
  /** Takes what a user thinks of an answer, or takes it back. */
  rate: Rate;
  allowance: Allowance;
  streams: StreamLeases;
  /** Those of these turns (in the order they were said) that nobody has answered yet. */
  unanswered(turns: readonly MessageRef[]): Promise<readonly MessageRef[]>;
  /** `echo` gives events back, as conformance suites want it. */
  bot: 'claude' | 'echo';
  /** The name of the bot that is spoken to, and which fields it is told. */
  name: string;
  context: readonly string[];
  now(): number;
}

/** A request whose key, parameters and body have been checked. */
export interface ApiRequest<K extends PlainName> {
  /** From the key; empty where an operation needs none. */
  caller: string;
  /** Of the path, decoded. */
  params: { id: string; conversationId: string; userId: string };
  nextToken: string | undefined;
  idempotencyKey: string | undefined;
  /** Where it came from, as API Gateway tells. */
  address: string;
  /** Of the body as it came. */
  bytes: number;
  body: BodyOf<K>;
}

export type Handlers = { [K in PlainName]: (request: ApiRequest<K>) => Promise<ResponseOf<K>> };

/** A user and the conversation in which the user may act. */
export interface Standing {
  user: User;
  conversation: StoredConversation;
}

/** The user of the key; throws when there never was one, or it was deleted. */
export function existing(stored: { user: User; isDeleted: boolean } | undefined, id: string): User {
  if (stored === undefined) throw new ApiError('ResourceNotFound', `User with id ${id} doesn't exist`);
  if (stored.isDeleted) throw new ApiError('Unauthorized', 'Invalid user key');
  return stored.user;
}

/** Throws `Forbidden` unless the caller takes part; an unknown conversation is told apart from a closed one to nobody. */
export async function asParticipant(api: ChatApi, caller: string, id: string, what: string): Promise<Standing> {
  const standing = await api.conversations.look(caller, id);
  const user = existing(standing.user, caller);
  const { conversation, isParticipant } = standing;
  if (!conversation || !isParticipant) {
    throw new ApiError('Forbidden', `You are not a participant in this ${what}`);
  }
  return { user, conversation };
}

/** Throws `ResourceNotFound` for an unknown conversation and `Forbidden` for who does not own it. */
export async function asOwner(api: ChatApi, caller: string, id: string): Promise<Standing> {
  const standing = await api.conversations.look(caller, id);
  const user = existing(standing.user, caller);
  const { conversation, isOwner } = standing;
  if (!conversation) throw noConversation(id);
  if (!isOwner) throw new ApiError('Forbidden', 'You are not the owner of this conversation');
  return { user, conversation };
}

/** The contract’s answer to an unknown conversation, 404. */
export function noConversation(id: string): ApiError {
  return new ApiError('ResourceNotFound', `Conversation with id ${id} doesn't exist`);
}
