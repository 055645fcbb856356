/** The Botpress stand-in: what it reports, and how models look from outside. */
import { type Conversation, type Message, publicId, type User } from './cloud.ts';

export type Signal =
  | { type: 'message_created'; data: ReturnType<typeof toMessage> & { isBot: boolean } }
  | { type: 'message_deleted'; data: { id: string; conversationId: string; userId: string } }
  | { type: 'participant_added' | 'participant_removed'; data: { conversationId: string; participantId: string } };

/** The bot's own id is none of a user. */
const botId = '5f1c7c2e-0b1d-4e53-9a6e-3f0f7d1f9b11';

export function toUser({ name, pictureUrl, profile, createdAt, updatedAt, ...user }: User) {
  const times = { createdAt: iso(createdAt), updatedAt: iso(updatedAt) };
  return { id: publicId(user), name, pictureUrl, profile, ...times };
}

export function toConversation(conversation: Conversation) {
  const at = iso(conversation.createdAt);
  return { id: publicId(conversation), createdAt: at, updatedAt: at };
}

export function toMessage({ id, createdAt, conversation, author, payload, metadata }: Message) {
  return {
    id,
    createdAt: iso(createdAt),
    conversationId: publicId(conversation),
    userId: author === 'bot' ? botId : publicId(author),
    payload,
    ...(metadata ? { metadata } : {}),
  };
}

export function created(message: Message): Signal {
  return { type: 'message_created', data: { ...toMessage(message), isBot: message.author === 'bot' } };
}

/** Botpress' own ids, whatever the app has chosen: a mistake of the cloud that receivers have to live with. */
export function deleted({ id, conversation, author }: Message): Signal {
  const userId = author === 'bot' ? botId : author.internalId;
  return { type: 'message_deleted', data: { id, conversationId: conversation.internalId, userId } };
}

export function participation(
  type: 'participant_added' | 'participant_removed',
  room: Conversation,
  user: User,
): Signal {
  return { type, data: { conversationId: publicId(room), participantId: publicId(user) } };
}

function iso(time: number): string {
  return new Date(time).toISOString();
}
