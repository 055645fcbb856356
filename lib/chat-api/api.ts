/** The Chat API server: what its operations work with, and what each of them asks first. */

import type { Conversations, Standing as Looked, StoredConversation } from '../store/chat-api/conversations.ts';
import type { Messages } from '../store/chat-api/messages.ts';
import type { Once } from '../store/chat-api/once.ts';
import type { SignalLog } from '../store/chat-api/signals.ts';
import type { StreamLeases } from '../store/chat-api/streams.ts';
import type { Users } from '../store/chat-api/users.ts';
import type { Forget } from '../store/forget.ts';
import type { Speech } from '../text/sentences.ts';
import type { Rate } from '../turn/rate.ts';
import type { Inbound, MessageRef, Rating } from '../types.ts';
import type { Allowance } from './allowance.ts';
import { ApiError } from './api-error.ts';
import type { HandOut } from './hand-out.ts';
import { checkUserId } from './ids.ts';
import type { Keys } from './keys.ts';
import type { User } from './models.ts';
import type { BodyOf, PlainName, ResponseOf } from './operations.ts';
import type { Publish } from './publish.ts';
import type { Share } from './share.ts';

export interface ChatApi {
  keys: Keys;
  handOut: HandOut;
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
  /** What was thought of the answers of a conversation. */
  ratings(of: Pick<MessageRef, 'platform' | 'conversation'>): Promise<readonly Rating[]>;
  allowance: Allowance;
  streams: StreamLeases;
  /** Those of these turns (in the order they were said) that nobody has answered yet. */
  unanswered(turns: readonly MessageRef[]): Promise<readonly MessageRef[]>;
  /** `echo` gives events back, as conformance suites want it. */
  bot: 'claude' | 'echo';
  /** The name of the bot that is spoken to, and which fields it is told. */
  name: string;
  context: readonly string[];
  /** Our own sentences for who is of that locale. */
  speech(locale: string | undefined): Speech;
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
  return participating(await api.conversations.look(caller, id), caller, what);
}

/** The same of what was looked up already. */
export function participating({ user, conversation, isParticipant }: Looked, caller: string, what: string): Standing {
  const known = existing(user, caller);
  if (!conversation || !isParticipant) throw new ApiError('Forbidden', `You are not a participant in this ${what}`);
  return { user: known, conversation };
}

/** As `asParticipant`; what was handed out to the caller, and the caller, are kept from here on. */
export async function asSpeaker(api: ChatApi, caller: string, id: string, what: string): Promise<Standing> {
  const standing = await api.conversations.look(caller, id);
  const ref = standing.conversation ? undefined : api.handOut.find(caller, id);
  if (!ref) return participating(standing, caller, what);
  if (standing.user) existing(standing.user, caller);
  await api.allowance.count('conversation', caller);
  const user = standing.user ?? { user: await firstSeen(api, caller), isDeleted: false };
  const conversation = (await api.conversations.create(caller, ref)) ?? (await api.conversations.find(id));
  const isParticipant = conversation?.owner === caller;
  return participating({ ...standing, user, conversation, isParticipant }, caller, what);
}

/** Also when another request of the same user was first. */
async function firstSeen({ users }: ChatApi, id: string): Promise<User> {
  checkUserId(id);
  return (await users.create(id, {})) ?? existing(await users.find(id), id);
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
