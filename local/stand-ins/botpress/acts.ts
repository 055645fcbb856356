/** The Botpress stand-in: what happens in it, each act with its signal; the webhook is awaited before an act ends. */
import { type Cloud, type Conversation, type Message, publicId, type User } from './cloud.ts';
import { created, deleted, participation, type Signal } from './signals.ts';

/** What the bot says to a user's message, if anything. */
export type Bot = (message: Message) => string | undefined;

export type Acts = ReturnType<typeof openActs>;

export function openActs(cloud: Cloud, emit: (signal: Signal) => Promise<void>, bot: Bot) {
  /** The bot is triggered before the user's signal goes out, and answers in its own time. */
  async function letBotAnswer(message: Message): Promise<void> {
    const text = bot(message);
    if (text !== undefined) await createBotMessage(message.conversation, text);
  }

  async function createBotMessage(conversation: Conversation, text: string): Promise<void> {
    const payload = { type: 'text', text } as const;
    await emit(created(cloud.addMessage({ conversation, author: 'bot', payload, metadata: undefined })));
  }

  return {
    createBotMessage,
    async createMessage(draft: Omit<Message, 'id' | 'createdAt' | 'author'> & { author: User }): Promise<Message> {
      const message = cloud.addMessage(draft);
      const botAnswer = letBotAnswer(message);
      await emit(created(message));
      await botAnswer;
      return message;
    },
    async deleteMessage(message: Message): Promise<void> {
      cloud.removeMessage(message);
      await emit(deleted(message));
    },
    async addParticipant(room: Conversation, user: User): Promise<void> {
      room.participants.add(user);
      await emit(participation('participant_added', room, user));
    },
    async removeParticipant(room: Conversation, user: User): Promise<void> {
      room.participants.delete(user);
      await emit(participation('participant_removed', room, user));
    },
  };
}

/** Answers everybody, also our own user: two bots in one room. */
export const echoBot: Bot = ({ author, payload }) =>
  author === 'bot' ? undefined : `${publicId(author)} sent me ${payload.type}`;
export const silentBot: Bot = () => undefined;
