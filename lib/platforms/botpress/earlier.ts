/** Stop 6. What was said in a Botpress conversation so far, in one request: as the user who asks where we can sign for that user, who is surely there. */
import * as z from 'zod/mini';
import { Later } from '../../errors.ts';
import type { Earlier } from '../../types.ts';
import { readPayload } from './payload.ts';
import { type BotpressSeat, listPage } from './seat.ts';

const pageShape = z.object({ messages: z.array(z.unknown()) });
const messageShape = z.object({
  id: z.string().check(z.minLength(1), z.maxLength(255)),
  userId: z.string(),
  createdAt: z.string(),
  payload: z.looseObject({ type: z.string() }),
});

/** The newest page of messages; what cannot be read is left out. Throws `Later` when Botpress does not show them. */
export async function listEarlier(seat: BotpressSeat, speaker: string): Promise<Earlier[]> {
  const answer = await listPage(seat, undefined);
  const page = answer.kind === 'done' ? pageShape.safeParse(answer.body) : undefined;
  if (!page?.success)
    throw new Later(`botpress: ${answer.kind === 'refused' ? answer.type : 'a list that cannot be read'}`);
  return page.data.messages.flatMap((item) => {
    const message = messageShape.safeParse(item);
    const at = Date.parse(message.data?.createdAt ?? '');
    if (!message.success || Number.isNaN(at)) return [];
    const { id, userId, payload } = message.data;
    const words = wordsOf(payload);
    const by = userId === seat.botUserId ? 'bot' : userId === speaker ? 'user' : 'somebody';
    return words === '' ? [] : { id, at, from: userId, by, text: words };
  });
}

function wordsOf(payload: { type: string }): string {
  try {
    const { text, attachments } = readPayload(payload);
    return [text, ...(attachments.length > 0 ? ['(with a file)'] : [])].filter(Boolean).join(' ');
  } catch {
    return '';
  }
}
