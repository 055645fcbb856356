/** The TalkJS stand-in: a user in front of the screen, who speaks and reads. */
import * as z from 'zod/mini';
import type { App } from './events.ts';
import type { Message } from './rooms.ts';

export const sayShape = z.object({
  conversationId: z.string().check(z.minLength(1)),
  userId: z.string().check(z.minLength(1)),
  text: z.optional(z.string()),
  /** Answer when the webhooks were taken, or given up: whoever speaks next is behind this message. */
  wait: z.optional(z.boolean()),
  /** A file; together with a text it becomes a message of its own in front of it, as a message has one content only. */
  attachment: z.optional(
    z.object({
      url: z.string(),
      size: z.optional(z.number()),
      filename: z.optional(z.string()),
      subtype: z.optional(z.enum(['image', 'video', 'audio', 'voice'])),
    }),
  ),
  location: z.optional(z.tuple([z.number(), z.number()])),
  name: z.optional(z.string()),
  email: z.optional(z.string()),
  role: z.optional(z.string()),
  locale: z.optional(z.string()),
  custom: z.optional(z.record(z.string(), z.string())),
  /** Of an app with several bots, the one with whom a new conversation is. */
  bot: z.optional(z.string()),
  /** The message that it answers to. */
  referencedMessageId: z.optional(z.string()),
  /** Who else is in the conversation. */
  participants: z.optional(z.array(z.string())),
});

export type Saying = z.infer<typeof sayShape>;

export interface Line {
  id: string;
  sender: string | null;
  text: string | null;
  createdAt: number;
  editedAt?: number;
  custom?: Record<string, string>;
  attachment?: Message['attachment'];
}

/** Speaks as a user; makes the user, and the conversation with the bot in it, when they are new. Gives the messages sent. */
export function say(app: App, botId: string, saying: Saying): Message[] {
  const { conversationId, userId, text, attachment, location, name, email, role, locale, custom = {} } = saying;
  const profile = {
    ...(name ? { name } : {}),
    ...(email ? { email: [email] } : {}),
    ...(role ? { role } : {}),
    ...(locale ? { locale } : {}),
  };
  app.putUser(userId, profile);
  const { participants: others = [], referencedMessageId = null } = saying;
  const bot = saying.bot ?? botId;
  for (const other of [bot, ...others]) if (!app.findUser(other)) app.putUser(other, {});
  const joining = app.hasConversation(conversationId) ? [] : [bot];
  app.putConversation(conversationId, {}, [userId, ...joining, ...others]);

  const sent = (content: Partial<Message>) =>
    app.add(conversationId, {
      type: 'UserMessage',
      senderId: userId,
      origin: 'web',
      custom,
      referencedMessageId,
      ...content,
    });
  const messages: Message[] = [];
  if (attachment) {
    const { url, size, filename, subtype } = attachment;
    const file = { type: 'file', url, size, filename, subtype, fileToken: 'local' };
    messages.push(sent({ text: '', attachment: { url, ...(size === undefined ? {} : { size }) }, content: [file] }));
  }
  if (location) {
    const [latitude, longitude] = location;
    messages.push(sent({ location, content: [{ type: 'location', latitude, longitude }] }));
  }
  if (text !== undefined) messages.push(sent({ text }));
  return messages;
}

/** What a user would see, oldest first. */
export function transcribe(app: App, conversationId: string): Line[] {
  if (!app.hasConversation(conversationId)) return [];
  return app.messages(conversationId).map(({ id, senderId, text, createdAt, editedAt, custom, attachment }) => ({
    id,
    sender: senderId,
    text,
    createdAt,
    ...(editedAt === null ? {} : { editedAt }),
    ...(Object.keys(custom).length > 0 ? { custom: { ...custom } } : {}),
    ...(attachment === null ? {} : { attachment }),
  }));
}
