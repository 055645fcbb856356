/** The Chat API server: who opens a window, and in which conversation. Both may be new, and are then kept nowhere until something is said. */
import type { StoredConversation } from '../store/chat-api/conversations.ts';
import type { ChatApi } from './api.ts';
import { ApiError } from './api-error.ts';
import { checkUserId, newConversationRef, timeOf, ulid } from './ids.ts';
import { isoTime, type User } from './models.ts';

/** What a window says of itself. */
export interface Visitor {
  key: string | undefined;
  /** The conversation that it was in. */
  conversationId: string | undefined;
  /** Where it is, as API Gateway tells. */
  address: string;
}

export interface Visit {
  user: User;
  /** Of the user. */
  key: string;
  conversation: StoredConversation;
  /** Whether the conversation is in the table. */
  isKept: boolean;
}

/**
 * Always a visit, whatever the window brings: an unknown or a foreign conversation is a new one, a bad key a new user. Throws
 * `RateLimited` for one new user too many, `Unauthorized` where users come with a key of the operator's alone, and `Later`.
 */
export async function openVisit(api: ChatApi, { key, conversationId, address }: Visitor): Promise<Visit> {
  const known = await userOf(api, key);
  if (known) return { ...known, ...(await placeOf(api, known.user.id, conversationId)) };
  if (api.keys.isManual) throw new ApiError('Unauthorized', 'A key is needed');
  await api.allowance.countNewUser(address);
  const id = `user_${ulid(api.now())}`;
  return { user: unkept(id, api.now()), key: await api.keys.sign(id, api.now()), ...fresh(api, id) };
}

/** A visit of somebody who is turned away. Its key is worth no more than the one that was brought: each try counts as the first did. */
export async function closedVisit({ keys, now }: ChatApi, visitor: Visitor): Promise<Omit<Visit, 'isKept'>> {
  const { key = 'none', conversationId } = visitor;
  const id = await keys.verify(key, now()).catch(() => `user_${ulid(now())}`);
  const ref = newConversationRef(undefined, now());
  // The window keeps what it is told: the conversation that it was in must not be lost to it.
  const conversation = { ...ref, id: conversationId ?? ref.id, owner: id, createdAt: now() };
  return { user: unkept(id, now()), key, conversation };
}

async function userOf({ keys, users, now }: ChatApi, key: string | undefined) {
  const id = await keys.verify(key, now()).catch(() => undefined);
  if (id === undefined || key === undefined) return undefined;
  const stored = await users.find(id);
  if (stored) return stored.isDeleted ? undefined : { user: stored.user, key };
  return mayBe(id) ? { user: unkept(id, now()), key } : undefined;
}

async function placeOf(api: ChatApi, userId: string, id: string | undefined) {
  if (id === undefined) return fresh(api, userId);
  const { conversation, isParticipant } = await api.conversations.look(userId, id);
  if (conversation) return isParticipant ? { conversation, isKept: true } : fresh(api, userId);
  const ref = api.handOut.find(userId, id);
  return ref
    ? { conversation: { ...ref, owner: userId, createdAt: timeOf(ref.key) }, isKept: false }
    : fresh(api, userId);
}

function fresh({ handOut, now }: ChatApi, owner: string) {
  return { conversation: { ...handOut.conversation(owner, now()), owner, createdAt: now() }, isKept: false };
}

/** Not one that nobody may be called, which a key of the operator's could name. */
function mayBe(id: string): boolean {
  try {
    checkUserId(id);
    return true;
  } catch {
    return false;
  }
}

function unkept(id: string, now: number): User {
  return { id, createdAt: isoTime(now), updatedAt: isoTime(now) };
}
