/** The TalkJS stand-in: `/v1/{appId}/…`. */
import * as z from 'zod/mini';
import { ApiError } from './api-error.ts';
import type { App } from './events.ts';
import type { Message } from './rooms.ts';

export interface Call {
  method: string;
  /** Decoded segments below the app. */
  path: readonly string[];
  query: URLSearchParams;
  body: unknown;
}

interface Limits {
  /** TalkJS names no figure. */
  maxTextChars: number;
  now: () => number;
}

const custom = z.exactOptional(z.record(z.string(), z.string()));
const changedCustom = z.exactOptional(z.record(z.string(), z.nullable(z.string())));
const text = z.string().check(z.minLength(1));
const common = { custom, idempotencyKey: z.exactOptional(z.string().check(z.minLength(1))) };
const messageShape = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('UserMessage'),
    sender: z.string(),
    text,
    referencedMessageId: z.exactOptional(z.nullable(z.string())),
    ...common,
  }),
  z.object({ type: z.literal('SystemMessage'), text, ...common }),
]);
const messagesShape = z.array(messageShape).check(z.minLength(1), z.maxLength(10));
const editShape = z.object({ text: z.exactOptional(text), custom: changedCustom });
const userShape = z.object({
  name: z.exactOptional(z.string()),
  email: z.exactOptional(z.nullable(z.array(z.string()))),
  phone: z.exactOptional(z.nullable(z.array(z.string()))),
  photoUrl: z.exactOptional(z.nullable(z.string())),
  role: z.exactOptional(z.nullable(z.string())),
  locale: z.exactOptional(z.nullable(z.string())),
  custom,
});
const conversationShape = z.object({
  participants: z.exactOptional(z.array(z.string())),
  subject: z.exactOptional(z.nullable(z.string())),
  custom: changedCustom,
});
const participantShape = z.object({
  access: z.exactOptional(z.enum(['ReadWrite', 'Read', 'None'])),
  notify: z.exactOptional(z.union([z.boolean(), z.literal('MentionsOnly')])),
});

/** An `idempotencyKey` is remembered this long. */
const keyLifetimeMs = 24 * 60 * 60 * 1000;

/** Answers calls on the app; throws `ApiError`. */
export function openRest(app: App, { maxTextChars, now }: Limits) {
  const sentKeys = new Map<string, { id: string; at: number }>();

  function postMessages(conversationId: string, body: unknown): { id: string }[] {
    const items = read(messagesShape, body);
    const { participants } = app.conversation(conversationId);
    for (const item of items) {
      if (item.text.length > maxTextChars) throw new ApiError(400, 'INVALID_ARGUMENT', 'text is too long');
      if (item.type === 'SystemMessage') continue;
      if (!app.findUser(item.sender)) throw new ApiError(400, 'USER_NOT_FOUND', 'the sender does not exist');
      if (!Object.hasOwn(participants, item.sender)) {
        throw new ApiError(400, 'NOT_A_PARTICIPANT', 'the sender is not a participant');
      }
    }
    return items.map((item) => {
      const key = item.idempotencyKey === undefined ? undefined : `${conversationId}\n${item.idempotencyKey}`;
      const known = key === undefined ? undefined : sentKeys.get(key);
      if (known && now() - known.at < keyLifetimeMs) return { id: known.id };
      const { id } = app.add(conversationId, {
        type: item.type,
        senderId: item.type === 'UserMessage' ? item.sender : null,
        text: item.text,
        origin: 'rest',
        custom: { ...item.custom },
        ...(item.type === 'UserMessage' ? { referencedMessageId: item.referencedMessageId ?? null } : {}),
      });
      if (key !== undefined) sentKeys.set(key, { id, at: now() });
      return { id };
    });
  }

  function listMessages(conversationId: string, query: URLSearchParams): { data: Message[] } {
    return { data: page([...app.messages(conversationId)].reverse(), query, 100) };
  }

  function onMessage({ method, body }: Call, conversationId: string, id: string): unknown {
    if (method === 'GET') return app.message(conversationId, id);
    if (method === 'PUT') {
      const change = read(editShape, body);
      if ((change.text?.length ?? 0) > maxTextChars) throw new ApiError(400, 'INVALID_ARGUMENT', 'text is too long');
      app.edit(conversationId, id, change);
      return {};
    }
    if (method !== 'DELETE') throw notFound();
    app.remove(conversationId, id);
    return {};
  }

  function onReaction({ method }: Call, id: string, messageId: string, [emoji, userId, ...more]: string[]): unknown {
    if (!emoji || !userId || more.length > 0 || (method !== 'PUT' && method !== 'DELETE')) throw notFound();
    if (!Object.hasOwn(app.conversation(id).participants, userId))
      throw new ApiError(400, 'NOT_A_PARTICIPANT', 'who reacts is not a participant');
    app.react(id, messageId, { emoji, userId, isOn: method === 'PUT' });
    return {};
  }

  function onConversation({ method, body }: Call, id: string): unknown {
    if (method === 'GET') return app.conversation(id);
    if (method === 'DELETE') app.deleteConversation(id);
    else if (method === 'PUT') {
      const { participants = [], ...change } = read(conversationShape, body);
      for (const member of participants) app.user(member);
      app.putConversation(id, change, participants);
    } else throw notFound();
    return {};
  }

  function onParticipant({ method, body }: Call, id: string, userId: string): unknown {
    const known = app.conversation(id).participants[userId];
    app.user(userId);
    if (method === 'PUT') app.setParticipant(id, userId, read(participantShape, body), undefined);
    else if (!known) throw new ApiError(404, 'PARTICIPANT_NOT_FOUND', `${userId} is no participant`);
    else if (method === 'PATCH') app.setParticipant(id, userId, read(participantShape, body), known);
    else if (method === 'DELETE') app.removeParticipant(id, userId);
    else throw notFound();
    return {};
  }

  function onUser({ method, body }: Call, id: string): unknown {
    if (method === 'GET') return app.user(id);
    if (method !== 'PUT') throw notFound();
    const change = read(userShape, body);
    if (!app.findUser(id) && !change.name) throw new ApiError(400, 'INVALID_ARGUMENT', 'a new user needs a name');
    app.putUser(id, change);
    return {};
  }

  return (call: Call): unknown => {
    const { method, query, body } = call;
    const [kind, id, part, partId, ...more] = call.path;
    if (more[0] === 'reactions' && part === 'messages' && id && partId)
      return onReaction(call, id, partId, more.slice(1));
    if (more.length > 0) throw notFound();
    if (kind === 'users' && id !== undefined && part === undefined) return onUser(call, id);
    if (kind !== 'conversations') throw notFound();
    if (id === undefined && method === 'GET')
      return { data: page(inOrder(afterActivity(app.conversations(), query), query), query, 30) };
    if (id === undefined) throw notFound();
    if (part === undefined) return onConversation(call, id);
    if (part === 'participants' && partId !== undefined) return onParticipant(call, id, partId);
    if (part !== 'messages') throw notFound();
    if (partId !== undefined) return onMessage(call, id, partId);
    if (method === 'GET') return listMessages(id, query);
    if (method === 'POST') return postMessages(id, body);
    throw notFound();
  };
}

function page<T extends { id: string }>(items: readonly T[], query: URLSearchParams, maxLimit: number): T[] {
  const limit = Number(query.get('limit') ?? 10);
  if (!Number.isInteger(limit) || limit < 1 || limit > maxLimit) {
    throw new ApiError(400, 'INVALID_ARGUMENT', `limit must be 1 to ${maxLimit}`);
  }
  const after = query.get('startingAfter');
  const start = after === null ? 0 : items.findIndex(({ id }) => id === after) + 1;
  if (after !== null && start === 0) throw new ApiError(400, 'INVALID_ARGUMENT', 'startingAfter is unknown');
  return items.slice(start, start + limit);
}

/** The newest first, by their last message or by their beginning, unless `orderDirection` says otherwise. */
function inOrder<T extends { createdAt: number }>(items: readonly T[], query: URLSearchParams): T[] {
  const by = query.get('orderBy') ?? 'createdAt';
  const direction = query.get('orderDirection') ?? 'DESC';
  if (!['createdAt', 'lastActivity'].includes(by) || !['ASC', 'DESC'].includes(direction)) {
    throw new ApiError(400, 'INVALID_ARGUMENT', 'unknown order');
  }
  const newestFirst = by === 'lastActivity' ? [...items] : items.toSorted((a, b) => b.createdAt - a.createdAt);
  return direction === 'ASC' ? newestFirst.reverse() : newestFirst;
}

const filterShape = z.object({ lastMessageTs: z.optional(z.tuple([z.literal('>'), z.number()])) });

/** The one filter that matters here: conversations with a message after a time. */
function afterActivity<T extends { lastMessage: Message | null }>(items: readonly T[], query: URLSearchParams): T[] {
  const filter = query.get('filter');
  if (filter === null) return [...items];
  const { lastMessageTs } = read(filterShape, parseJson(filter));
  return items.filter(({ lastMessage }) => !lastMessageTs || (lastMessage?.createdAt ?? 0) > lastMessageTs[1]);
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw new ApiError(400, 'INVALID_ARGUMENT', 'not JSON');
  }
}

function read<T extends z.core.$ZodType>(schema: T, value: unknown): z.output<T> {
  const parsed = z.safeParse(schema, value);
  if (parsed.success) return parsed.data;
  throw new ApiError(400, 'INVALID_ARGUMENT', z.prettifyError(parsed.error));
}

function notFound(): ApiError {
  return new ApiError(404, 'NOT_FOUND', 'no such resource');
}
