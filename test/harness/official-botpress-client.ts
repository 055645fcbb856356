/** The official client of the Chat API. Its own declarations do not pass a strict compiler: only what is used here is declared. */
import { createRequire } from 'node:module';

type Payload = { type: 'text'; text: string };
interface Message {
  id: string;
  userId: string;
  payload: Payload;
}

export interface BotpressClient {
  getUser(input: object): Promise<{ user: { id: string } }>;
  createConversation(input: { id?: string }): Promise<{ conversation: { id: string } }>;
  addParticipant(input: { conversationId: string; userId: string }): Promise<unknown>;
  removeParticipant(input: { conversationId: string; userId: string }): Promise<unknown>;
  createMessage(input: { conversationId: string; payload: Payload }): Promise<{ message: Message }>;
  list: { messages(input: { conversationId: string }): { collect(): Promise<Message[]> } };
}

type ErrorClass = new () => Error;

interface Package {
  Client: {
    connect(options: { apiUrl: string; encryptionKey?: string; userId?: string }): Promise<BotpressClient>;
  };
  UnauthorizedError: ErrorClass;
  ForbiddenError: ErrorClass;
  InvalidPayloadError: ErrorClass;
  ReferenceNotFoundError: ErrorClass;
  AlreadyExistsError: ErrorClass;
}

const require = createRequire(import.meta.url);
export const official: Package = require('@botpress/chat');
