/** The Chat API server: its operations, the contract's 21 and those of the webchat widget. The router serves, and the OpenAPI document describes, what stands here. */
import * as z from 'zod/mini';
import { sizes } from '../bounds.ts';
import { conversation, event, json, message, payload, user, userFields } from './models.ts';

export interface Operation {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** `:name` is a parameter. */
  path: string;
  summary: string;
  status: 200 | 201;
  /** Needs no key, or in its place the secret that keys are signed with; else the user's own. */
  auth?: 'none' | 'admin';
  /** Parameters of the query, each by choice. */
  query?: readonly string[];
  body?: z.ZodMiniType;
  /** Absent for streams. */
  response?: z.ZodMiniType;
}

const chosenId = z.optional(z.string().check(z.minLength(1)));
const meta = z.object({ nextToken: z.optional(z.string()) });
const nothing = z.object({});
/** The last millisecond that a date can name. */
const MAX_TIME = 8.64e15;
const people = '/conversations/:conversationId/participants';

/** The contract says 201 for what creates; the Botpress cloud answers 200, and its client takes either. */
export const operations = {
  createUser: {
    method: 'POST',
    path: '/users',
    summary: 'Creates a user and gives its key (shared authentication only)',
    status: 201,
    auth: 'none',
    body: z.object({ id: chosenId, ...userFields }),
    response: z.object({ user, key: z.string() }),
  },
  createUserKey: {
    method: 'POST',
    path: '/users/key',
    summary: 'Gives a key for a user of that id, there or not yet, to who holds the secret (header x-admin-secret)',
    status: 201,
    auth: 'admin',
    body: z.object({
      id: z.string().check(z.minLength(1)),
      expiresAt: z.optional(z.int().check(z.minimum(0), z.maximum(MAX_TIME))),
    }),
    response: z.object({ key: z.string() }),
  },
  getUser: {
    method: 'GET',
    path: '/users/me',
    summary: 'Gives the user of the key',
    status: 200,
    response: z.object({ user }),
  },
  getOrCreateUser: {
    method: 'POST',
    path: '/users/get-or-create',
    summary: 'Creates the user of the key, or changes the fields that are given',
    status: 201,
    body: z.object(userFields),
    response: z.object({ user }),
  },
  updateUser: {
    method: 'PUT',
    path: '/users/me',
    summary: 'Changes the fields that are given',
    status: 200,
    body: z.object(userFields),
    response: z.object({ user }),
  },
  deleteUser: {
    method: 'DELETE',
    path: '/users/me',
    summary: 'Deletes the user; its keys and its id are dead for good',
    status: 200,
    response: nothing,
  },
  createConversation: {
    method: 'POST',
    path: '/conversations',
    summary: 'Creates a conversation of which the caller is owner and participant',
    status: 201,
    body: z.object({ id: chosenId }),
    response: z.object({ conversation }),
  },
  listConversations: {
    method: 'GET',
    path: '/conversations',
    summary: 'Lists the conversations the caller takes part in, the newest first',
    status: 200,
    query: ['nextToken'],
    response: z.object({ conversations: z.array(conversation), meta }),
  },
  getOrCreateConversation: {
    method: 'POST',
    path: '/conversations/get-or-create',
    summary: 'Gives the conversation of that id to its owner, or creates it',
    status: 201,
    body: z.object({ id: z.string().check(z.minLength(1)) }),
    response: z.object({ conversation }),
  },
  getConversation: {
    method: 'GET',
    path: '/conversations/:id',
    summary: 'Gives a conversation to its participants',
    status: 200,
    response: z.object({ conversation }),
  },
  deleteConversation: {
    method: 'DELETE',
    path: '/conversations/:id',
    summary: 'Deletes a conversation with its messages (owner)',
    status: 200,
    response: nothing,
  },
  listenConversation: {
    method: 'GET',
    path: '/conversations/:id/listen',
    summary: 'Opens a stream of signals (text/event-stream)',
    status: 200,
  },
  initialize: {
    method: 'GET',
    path: '/initialize',
    summary:
      'Opens a stream (text/event-stream) that begins with a conversation and what was said in it; without a key, for a new user',
    status: 200,
    auth: 'none',
    query: ['conversationId'],
  },
  listMessages: {
    method: 'GET',
    path: '/conversations/:conversationId/messages',
    summary: 'Lists messages, the newest first',
    status: 200,
    query: ['nextToken'],
    response: z.object({ messages: z.array(message), meta }),
  },
  addParticipant: {
    method: 'POST',
    path: people,
    summary: 'Adds a user (owner)',
    status: 200,
    body: z.object({ userId: z.string().check(z.minLength(1)) }),
    response: z.object({ participant: user }),
  },
  listParticipants: {
    method: 'GET',
    path: people,
    summary: 'Lists participants',
    status: 200,
    query: ['nextToken'],
    response: z.object({ participants: z.array(user), meta }),
  },
  getParticipant: {
    method: 'GET',
    path: `${people}/:userId`,
    summary: 'Gives a participant (owner)',
    status: 200,
    response: z.object({ participant: user }),
  },
  removeParticipant: {
    method: 'DELETE',
    path: `${people}/:userId`,
    summary: 'Removes a participant and ends its streams of this conversation (owner)',
    status: 200,
    response: nothing,
  },
  createMessage: {
    method: 'POST',
    path: '/messages',
    summary: 'Says something; the bot answers. A request with the same x-idempotency-key makes one message',
    status: 201,
    body: z.object({ conversationId: z.string().check(z.minLength(1)), payload, metadata: z.optional(json) }),
    response: z.object({ message }),
  },
  getMessage: {
    method: 'GET',
    path: '/messages/:id',
    summary: 'Gives a message to the participants',
    status: 200,
    response: z.object({ message }),
  },
  updateMessage: {
    method: 'PUT',
    path: '/messages/:id',
    summary: 'Changes what is given of a message (author); the bot remembers the new words, and answers no second time',
    status: 200,
    body: z.object({ payload: z.optional(payload), metadata: z.optional(json) }),
    response: z.object({ message }),
  },
  deleteMessage: {
    method: 'DELETE',
    path: '/messages/:id',
    summary: 'Deletes a message (author)',
    status: 200,
    response: nothing,
  },
  rateMessage: {
    method: 'PUT',
    path: '/messages/:id/feedback',
    summary: 'Says what the caller thinks of a message of the bot; the last word counts',
    status: 200,
    body: z.object({
      value: z.enum(['positive', 'negative']),
      comment: z.optional(z.string().check(z.maxLength(sizes.commentChars))),
    }),
    response: nothing,
  },
  unrateMessage: {
    method: 'DELETE',
    path: '/messages/:id/feedback',
    summary: 'Takes back what was thought of a message of the bot',
    status: 200,
    response: nothing,
  },
  createFile: {
    method: 'POST',
    path: '/files',
    summary: 'Is always refused: files are sent as links',
    status: 201,
    response: nothing,
  },
  createEvent: {
    method: 'POST',
    path: '/events',
    summary: 'Sends a custom event to the streams of the conversation',
    status: 201,
    body: z.object({ conversationId: z.string().check(z.minLength(1)), payload: json }),
    response: z.object({ event }),
  },
  getEvent: {
    method: 'GET',
    path: '/events/:id',
    summary: 'Gives an event to the participants',
    status: 200,
    response: z.object({ event }),
  },
} as const satisfies Record<string, Operation>;

export type Operations = typeof operations;
export type OperationName = keyof Operations;

/** Those that are answered at once: all but the streams. */
export type PlainName = Exclude<OperationName, 'listenConversation' | 'initialize'>;

export type BodyOf<K extends PlainName> = Operations[K] extends { body: infer B extends z.ZodMiniType }
  ? z.output<B>
  : undefined;

export type ResponseOf<K extends PlainName> = z.output<Operations[K]['response']>;
