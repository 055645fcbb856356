/** Stop 6. What was said in a TalkJS conversation so far, in one request. */
import * as z from 'zod/mini';
import { Later } from '../../errors.ts';
import type { Earlier } from '../../types.ts';
import { contentFields, readContent } from './content.ts';
import type { TalkjsSeat } from './messages.ts';
import type { OurUsers } from './our-users.ts';

/** As many as tell what it is about. */
const count = 30;

const pageShape = z.object({ data: z.array(z.unknown()) });
const messageShape = z.object({
  id: z.string().check(z.minLength(1), z.maxLength(255)),
  type: z.literal('UserMessage'),
  senderId: z.string(),
  createdAt: z.number(),
  custom: z.nullish(z.record(z.string(), z.unknown())),
  ...contentFields,
});

/** The newest 30 messages; what is no message of somebody is left out. Throws `Later` when TalkJS does not answer. */
export async function listEarlier(
  { api, conversation, signal }: Pick<TalkjsSeat, 'api' | 'conversation' | 'signal'>,
  { ours, speaker }: { ours: OurUsers; speaker: string },
): Promise<Earlier[]> {
  const path = ['conversations', conversation, 'messages'];
  const answer = await api({ method: 'GET', path, query: { limit: `${count}` }, signal });
  const page = answer.ok ? pageShape.safeParse(answer.body) : undefined;
  if (!page?.success) throw new Later('talkjs: a list that cannot be read');
  const by = (senderId: string) =>
    ours.some(({ userId }) => userId === senderId) ? 'bot' : senderId === speaker ? 'user' : 'somebody';
  return page.data.data.flatMap((item) => {
    const message = messageShape.safeParse(item);
    if (!message.success || message.data.custom?.isTyping === 'true') return [];
    const { id, senderId, createdAt, ...content } = message.data;
    const { text, attachments } = readContent(content);
    const words = [text, ...(attachments.length > 0 ? ['(with a file)'] : [])].filter(Boolean).join(' ');
    return words === '' ? [] : { id, at: Math.floor(createdAt), from: senderId, by: by(senderId), text: words };
  });
}
