/** Stop 6. The earlier message that a user of TalkJS answers to, where the table does not know it. */
import * as z from 'zod/mini';
import { Later } from '../../errors.ts';
import type { Quoted } from '../../types.ts';
import { contentFields, readContent } from './content.ts';
import type { TalkjsSeat } from './messages.ts';
import type { OurUsers } from './our-users.ts';

const messageShape = z.object({ senderId: z.nullish(z.string()), createdAt: z.number(), ...contentFields });

/** In one request; nothing when it is gone. Throws `Later` when TalkJS does not answer. */
export async function findQuoted(
  { api, conversation, signal }: Pick<TalkjsSeat, 'api' | 'conversation' | 'signal'>,
  messageId: string,
  { ours, speaker }: { ours: OurUsers; speaker: string },
): Promise<Quoted | undefined> {
  const answer = await api({ method: 'GET', path: ['conversations', conversation, 'messages', messageId], signal });
  if (!answer.ok && answer.status === 404) return undefined;
  const message = answer.ok ? messageShape.safeParse(answer.body) : undefined;
  if (!message?.success) throw new Later('talkjs: a message that cannot be read');
  const { senderId, createdAt, ...content } = message.data;
  const isOurs = ours.some(({ userId }) => userId === senderId);
  const by = isOurs ? 'bot' : senderId === speaker ? 'user' : 'somebody';
  return { by, text: readContent(content).text, at: createdAt, from: senderId ?? '' };
}
