/** The Chat API server: what its author does to a message afterwards. */
import { countOf } from '../bounds.ts';
import { readPayload } from '../platforms/botpress/payload.ts';
import { type Stored, toMessage } from '../store/chat-api/messages.ts';
import type { Sent } from '../types.ts';
import type { ChatApi, Handlers } from './api.ts';
import { ApiError } from './api-error.ts';
import { flatPayload } from './bloc.ts';
import { findMessage, noMessage } from './find-message.ts';
import { toTurnConversation } from './ids.ts';

type Names = 'updateMessage' | 'deleteMessage';

/** A deletion as the Botpress Chat API 0.5.5 has it, and the change that the widget's client adds; each throws an `ApiError`. */
export function changeHandlers(api: ChatApi): Pick<Handlers, Names> {
  const { messages, publish, now } = api;

  return {
    /** The bot hears the new words first: a change that breaks off there can be repeated. */
    updateMessage: async ({ caller, params: { id }, bytes, body: { payload, metadata } }) => {
      const { message, conversation } = await own(caller, id);
      if (payload === undefined && metadata === undefined) return { message: toMessage(message) };
      await api.allowance.count('message', caller, countOf(bytes));
      const changed = {
        ...message,
        ...(payload === undefined ? {} : { payload: flatPayload(payload) }),
        ...(metadata === undefined ? {} : { metadata }),
      };
      if (payload !== undefined) {
        await api.putTurn({
          event: 'edited',
          platform: 'chat-api',
          conversation: toTurnConversation(conversation),
          messageId: id,
          createdAt: message.createdAt,
          editedAt: now(),
          ...contentOf(changed),
        });
      }
      if (!(await messages.change('msg', changed))) throw noMessage(id);
      const data = { ...toMessage(changed), isBot: false };
      await publish(conversation, { signal: { type: 'message_updated', data }, ref: `updated:${id}:${now()}` });
      return { message: toMessage(changed) };
    },

    /** The bot forgets it first: a deletion that breaks off there can be repeated. */
    deleteMessage: async ({ caller, params: { id } }) => {
      const { message, conversation } = await own(caller, id);
      await api.putTurn({
        event: 'deleted',
        platform: 'chat-api',
        conversation: toTurnConversation(conversation),
        messageId: id,
        createdAt: message.createdAt,
      });
      if (!(await messages.remove('msg', id))) throw noMessage(id);
      const data = { id, conversationId: conversation.id, userId: caller };
      await publish(conversation, { signal: { type: 'message_deleted', data }, ref: `deleted:${id}` });
      return {};
    },
  };

  async function own(caller: string, id: string) {
    const { message, place } = await findMessage(api, caller, id);
    if (message.userId !== caller) throw new ApiError('Forbidden', 'You are not the sender of this message');
    return { message, conversation: place.conversation };
  }
}

/** As the bot reads it. */
export function contentOf({ payload }: Stored): Pick<Sent, 'text' | 'attachments'> {
  return readPayload({ ...payload, type: String(payload.type) });
}
