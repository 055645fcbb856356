/** The Botpress stand-in: the operations of the Chat API on users, conversations, participants and messages. Always status 200. */
import type { Acts } from './acts.ts';
import { ApiError, BareError } from './api-error.ts';
import * as bodies from './bodies.ts';
import type { Cloud, Conversation, Message, User } from './cloud.ts';
import { Listening } from './listeners.ts';
import { page } from './page.ts';
import { toConversation, toMessage, toUser } from './signals.ts';
import { signKey } from './user-keys.ts';

export interface RestOptions {
  secret: string;
  /** An encryption key is configured: nobody gets a key from the API. */
  isManual: boolean;
  pageSize: number;
}

export interface RestRequest {
  method: string;
  /** Below the webhook id, and not decoded: Botpress does not either. */
  path: readonly string[];
  query: URLSearchParams;
  body: unknown;
  /** The id in the caller's key; asked only where a key is needed. */
  caller(): Promise<string>;
}

type Operation = (request: RestRequest, ids: readonly string[]) => Promise<unknown>;

/** `*` stands for one segment. The first that fits wins, so fixed names come first. */
export function openRest(cloud: Cloud, acts: Acts, options: RestOptions) {
  const { read } = bodies;

  async function self(request: RestRequest): Promise<User> {
    const user = cloud.user(await request.caller());
    if (!user) throw new ApiError('ResourceNotFound', 'User not found');
    return user;
  }

  /** The conversation and the caller, who takes part in it: a stranger learns not even whether it exists. */
  async function inside(request: RestRequest, id: string, what = 'this conversation') {
    const [user, room] = [cloud.user(await request.caller()), cloud.conversation(id)];
    if (user && room?.participants.has(user)) return { user, room };
    throw new ApiError('Forbidden', `You are not a participant in ${what}`);
  }

  async function owned(request: RestRequest, id: string): Promise<Conversation> {
    const [user, room] = [cloud.user(await request.caller()), cloud.conversation(id)];
    if (user && room?.owner === user) return room;
    throw new ApiError('Forbidden', 'You are not the owner of this conversation');
  }

  function messageOf(id: string): Message {
    const message = cloud.message(id);
    if (!message) throw new ApiError('ResourceNotFound', 'Message not found');
    return message;
  }

  const operations: Record<string, Operation> = {
    'GET hello': async () => 'Hello, Botpress User 🤖',
    'POST users': async ({ body }) => {
      const { id, ...profile } = read(bodies.newUserShape, body);
      if (options.isManual)
        throw new ApiError(
          'Unauthorized',
          'The "createUser" operation can only be called when using the shared encryption key.',
        );
      const user = toUser(cloud.addUser(id, profile));
      return { user, key: await signKey(user.id, options.secret) };
    },
    'POST users/get-or-create': async (request) => {
      const id = await request.caller();
      const profile = read(bodies.profileShape, request.body);
      const known = cloud.user(id);
      if (known) Object.assign(known, profile);
      return { user: { ...toUser(known ?? cloud.addUser(id, profile)), id } };
    },
    'GET users/me': async (request) => ({ user: toUser(await self(request)) }),
    'PUT users/me': async (request) => {
      const user = await self(request);
      return { user: toUser(Object.assign(user, read(bodies.profileShape, request.body))) };
    },
    'DELETE users/me': async (request) => {
      cloud.removeUser(await self(request));
      return {};
    },
    'POST conversations/get-or-create': async (request) => {
      const user = await self(request);
      const { id } = read(bodies.namedConversationShape, request.body);
      const known = cloud.conversation(id);
      if (known && known.owner !== user) throw new ApiError('Forbidden', 'You are not the owner of this conversation');
      return { conversation: toConversation(known ?? cloud.addConversation(id, user)) };
    },
    'POST conversations': async (request) => {
      const user = await self(request);
      return {
        conversation: toConversation(cloud.addConversation(read(bodies.newConversationShape, request.body).id, user)),
      };
    },
    'GET conversations': async (request) => {
      const all = cloud.ownedBy(await self(request)).map(toConversation);
      const { items, meta } = page(all, request.query, options.pageSize);
      return { conversations: items, meta };
    },
    'GET conversations/*': async (request, [id = '']) => {
      if (!cloud.conversation(id)) throw new ApiError('ResourceNotFound', 'Conversation not found');
      return { conversation: toConversation((await inside(request, id)).room) };
    },
    'DELETE conversations/*': async (request, [id = '']) => {
      cloud.removeConversation(await owned(request, id));
      return {};
    },
    'GET conversations/*/messages': async (request, [id = '']) => {
      const { room } = await inside(request, id);
      const { items, meta } = page(room.messages.map(toMessage).reverse(), request.query, options.pageSize);
      return { messages: items, meta };
    },
    'GET conversations/*/listen': async (request, [id = '']) => new Listening((await inside(request, id)).room),
    'GET conversations/*/participants': async (request, [id = '']) => {
      const { room } = await inside(request, id);
      const { items, meta } = page([...room.participants].map(toUser), request.query, options.pageSize);
      return { participants: items, meta };
    },
    'POST conversations/*/participants': async (request, [id = '']) => {
      const room = await owned(request, id);
      const user = cloud.user(read(bodies.participantShape, request.body).userId);
      if (!user) throw new ApiError('ReferenceNotFound', 'User not found');
      await acts.addParticipant(room, user);
      return { participant: toUser(user) };
    },
    'GET conversations/*/participants/*': async (request, [id = '', userId = '']) => {
      const user = cloud.user(userId);
      const isIn = user && (await owned(request, id)).participants.has(user);
      if (!user || !isIn) throw new ApiError('ResourceNotFound', 'Participant not found');
      return { participant: toUser(user) };
    },
    'DELETE conversations/*/participants/*': async (request, [id = '', userId = '']) => {
      const room = await owned(request, id);
      const user = cloud.user(userId);
      if (user === room.owner)
        throw new ApiError(
          'InvalidPayload',
          'You cannot remove yourself from the conversation because you are its owner',
        );
      if (user) await acts.removeParticipant(room, user);
      return {};
    },
    'POST messages': async (request) => {
      const caller = await request.caller();
      const { conversationId, payload, metadata } = read(bodies.messageShape, request.body);
      const as = { ...request, caller: async () => caller };
      const { user, room } = await inside(as, conversationId, "this message's conversation");
      const message = await acts.createMessage({ conversation: room, author: user, payload, metadata });
      return { message: toMessage(message) };
    },
    'GET messages/*': async (request, [id = '']) => {
      const message = messageOf(id);
      await inside(request, message.conversation.internalId);
      return { message: toMessage(message) };
    },
    'DELETE messages/*': async (request, [id = '']) => {
      const message = messageOf(id);
      if ((await self(request)) !== message.author)
        throw new ApiError('Forbidden', 'You are not the sender of this message');
      await acts.deleteMessage(message);
      return {};
    },
  };

  return (request: RestRequest): Promise<unknown> => {
    for (const [name, operation] of Object.entries(operations)) {
      const [method, pattern = ''] = name.split(' ');
      const ids = match(pattern.split('/'), request.path);
      if (ids && method === request.method) return operation(request, ids);
    }
    throw new BareError(404, "Route doesn't exist");
  };
}

/** The segments that stand for `*`, or nothing when the path is another one. */
function match(pattern: readonly string[], path: readonly string[]): string[] | undefined {
  if (pattern.length !== path.length) return undefined;
  if (pattern.some((segment, i) => segment !== '*' && segment !== path[i])) return undefined;
  return path.filter((_, i) => pattern[i] === '*');
}
