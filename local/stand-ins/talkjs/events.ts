/** The TalkJS stand-in: everything that happens in a conversation, and the event that tells of it. */
import { type Conversation, type Draft, type Message, openRooms } from './rooms.ts';

type Emit = (type: string, data: unknown) => void;

export type App = ReturnType<typeof openApp>;

/** The app's data; each change to a message or conversation is told through `emit`. */
export function openApp(now: () => number, emit: Emit) {
  const rooms = openRooms(now);
  const tell = (type: string, message: Message, conversation: Conversation) =>
    emit(type, {
      sender: message.senderId === null ? null : (rooms.findUser(message.senderId) ?? null),
      conversation,
      message,
      mentionedUserIds: mentionsIn(message.text ?? ''),
    });
  return {
    ...rooms,
    add(conversationId: string, draft: Draft): Message {
      const message = rooms.add(conversationId, draft);
      tell('message.sent', message, rooms.conversation(conversationId));
      return message;
    },
    edit(...change: Parameters<typeof rooms.edit>): Message {
      const message = rooms.edit(...change);
      tell('message.updated', message, rooms.conversation(message.conversationId));
      return message;
    },
    remove(conversationId: string, id: string): Message {
      const message = rooms.remove(conversationId, id);
      tell('message.deleted', message, rooms.conversation(conversationId));
      return message;
    },
    deleteConversation(id: string): Conversation {
      const conversation = rooms.deleteConversation(id);
      emit('conversation.deleted', { conversation });
      return conversation;
    },
  };
}

function mentionsIn(text: string): string[] {
  return [...text.matchAll(/<!!mention:([^>|\s]*)\|[^>]*>/g)].flatMap(([, id]) => (id ? [id] : []));
}
