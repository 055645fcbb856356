/** The Chat API server: what users think of the bot's answers. The contract has no such operation; the webchat widget's client has. */
import type { Rating } from '../types.ts';
import { isStreamId } from './answer-stream.ts';
import type { ChatApi, Handlers } from './api.ts';
import { ApiError } from './api-error.ts';
import { BOT_ID } from './bot.ts';
import { findMessage } from './find-message.ts';
import { inRealm, timeOf, toTurnConversation, whereIs } from './ids.ts';

type Names = 'rateMessage' | 'unrateMessage';

/** Each throws an `ApiError`: never 404 for a message that is there, after which the widget would begin a new conversation. */
export function feedbackHandlers(api: ChatApi): Pick<Handlers, Names> {
  async function rate(caller: string, id: string, given: Pick<Rating, 'value' | 'comment'> | undefined) {
    // In a window an answer can be rated while it grows: it is no message yet, and 404 would begin a new conversation.
    if (isStreamId(id)) return {};
    await api.allowance.count('feedback', caller);
    const { message, place } = await findMessage(api, caller, id);
    if (message.userId !== BOT_ID) throw new ApiError('Forbidden', 'Only messages of the bot can be rated');
    const { conversation } = place;
    // The message of a user that it answers; its id tells the time.
    const question = whereIs('msg', message.answers ?? '');
    const of = {
      platform: 'chat-api',
      conversation: toTurnConversation(conversation),
      messageId: message.answers ?? id,
      ...(question ? { createdAt: timeOf(question.ulid) } : {}),
    } as const;
    const isRated = await api.rate(of, given && { ...given, by: inRealm(conversation.realm, caller), message: id });
    if (!isRated) throw new ApiError('Forbidden', 'This message cannot be rated');
    return {};
  }

  return {
    rateMessage: ({ caller, params: { id }, body }) => rate(caller, id, body),
    unrateMessage: ({ caller, params: { id } }) => rate(caller, id, undefined),
  };
}
