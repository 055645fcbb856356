/** The Chat API server: the operations on conversations. */

import { toModel } from '../store/chat-api/conversations.ts';
import { toMessage } from '../store/chat-api/messages.ts';
import { asOwner, asParticipant, type ChatApi, existing, type Handlers, noConversation } from './api.ts';
import { ApiError } from './api-error.ts';
import { checkChosenId, newConversationRef, toTurnConversation } from './ids.ts';
import { fromToken, toToken } from './paging.ts';

type Names =
  | 'createConversation'
  | 'getOrCreateConversation'
  | 'getConversation'
  | 'listConversations'
  | 'deleteConversation'
  | 'listMessages';

/** The operations on conversations, as the Botpress Chat API 0.5.5 has them; each throws an `ApiError`. */
export function conversationHandlers(api: ChatApi): Pick<Handlers, Names> {
  const { users, conversations, messages, now } = api;

  return {
    createConversation: async ({ caller, body: { id } }) => {
      if (id !== undefined) checkChosenId(id);
      const ref = newConversationRef(id, now());
      existing(await users.find(caller), caller);
      await api.allowance.count('conversation', caller);
      const created = await conversations.create(caller, ref);
      if (!created) throw new ApiError('AlreadyExists', `Conversation with id ${ref.id} already exists`);
      return { conversation: toModel(created) };
    },

    getOrCreateConversation: async ({ caller, body: { id } }) => {
      const standing = await conversations.look(caller, id);
      existing(standing.user, caller);
      let { conversation } = standing;
      if (!conversation) {
        checkChosenId(id);
        const ref = newConversationRef(id, now());
        await api.allowance.count('conversation', caller);
        conversation = (await conversations.create(caller, ref)) ?? (await conversations.find(id));
      }
      if (conversation?.owner !== caller) throw new ApiError('Forbidden', 'You are not the owner of this conversation');
      return { conversation: toModel(conversation) };
    },

    getConversation: async ({ caller, params: { id } }) => {
      const { user, conversation, isParticipant } = await conversations.look(caller, id);
      existing(user, caller);
      if (!conversation) throw noConversation(id);
      if (!isParticipant) {
        throw new ApiError('Forbidden', "You are not a participant in this message's conversation");
      }
      return { conversation: toModel(conversation) };
    },

    listConversations: async ({ caller, nextToken }) => {
      const stored = await users.find(caller);
      // A user who has not said anything yet may be kept nowhere.
      if (!stored) return { conversations: [], meta: {} };
      existing(stored, caller);
      const { conversations: page, next } = await conversations.list(caller, fromToken(nextToken, 'conversations'));
      return { conversations: page, meta: toToken(next, 'conversations') };
    },

    deleteConversation: async ({ caller, params: { id } }) => {
      const closed = await conversations.findClosed(caller, id);
      const ref = closed ?? (await asOwner(api, caller, id)).conversation;
      await api.forget({ platform: 'chat-api', conversation: toTurnConversation(ref) });
      return {};
    },

    listMessages: async ({ caller, params: { conversationId }, nextToken }) => {
      const { conversation } = await asParticipant(api, caller, conversationId, 'conversation');
      const { messages: page, next } = await messages.list(conversation, fromToken(nextToken, 'messages'));
      return { messages: page.map(toMessage), meta: toToken(next, 'messages') };
    },
  };
}
