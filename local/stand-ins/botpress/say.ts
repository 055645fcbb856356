/** The Botpress stand-in: a user in front of the screen, who speaks and reads. */
import * as z from 'zod/mini';
import type { Acts } from './acts.ts';
import { payloadShape } from './bodies.ts';
import { type Cloud, type Message, publicId } from './cloud.ts';

const id = z.string().check(z.minLength(1));

export const sayShape = z.object({
  conversationId: id,
  userId: id,
  text: z.optional(id),
  /** Instead of a text: any of the Chat API's payloads. */
  payload: z.optional(payloadShape),
  metadata: z.optional(z.record(z.string(), z.unknown())),
  /** Who else takes part in the conversation, added by its owner. */
  participants: z.optional(z.array(id)),
});

export type Saying = z.infer<typeof sayShape>;

export interface Line {
  id: string;
  /** The user's id, or `bot`. */
  sender: string;
  text: string | null;
  createdAt: number;
  payload: unknown;
  metadata?: Record<string, unknown>;
}

/** Makes users and conversation when they are new; the first who speaks owns it. Ends, as the API does, after the webhook. */
export async function say(cloud: Cloud, acts: Acts, saying: Saying): Promise<Message> {
  const { conversationId, userId, metadata, participants = [] } = saying;
  const author = userOf(cloud, userId);
  const conversation = cloud.conversation(conversationId) ?? cloud.addConversation(conversationId, author);
  for (const user of [author, ...participants.map((one) => userOf(cloud, one))])
    if (!conversation.participants.has(user)) await acts.addParticipant(conversation, user);
  const payload = saying.payload ?? { type: 'text' as const, text: saying.text ?? '' };
  return acts.createMessage({ conversation, author, payload, metadata });
}

function userOf(cloud: Cloud, userId: string) {
  return cloud.user(userId) ?? cloud.addUser(userId, {});
}

/** What a user would see, oldest first. */
export function transcribe(cloud: Cloud, conversationId: string): Line[] {
  const messages = cloud.conversation(conversationId)?.messages ?? [];
  return messages.map(({ id, author, payload, createdAt, metadata }) => ({
    id,
    sender: author === 'bot' ? 'bot' : publicId(author),
    text: textOf(payload),
    createdAt,
    payload,
    ...(metadata ? { metadata } : {}),
  }));
}

function textOf(payload: Message['payload']): string | null {
  if (payload.type === 'markdown') return payload.markdown;
  return 'text' in payload && typeof payload.text === 'string' ? payload.text : null;
}
