/** The Chat API server: the operations on participants. */
import { asOwner, asParticipant, type ChatApi, type Handlers } from './api.ts';
import { ApiError } from './api-error.ts';
import { ulid } from './ids.ts';
import { fromToken, toToken } from './paging.ts';

type Names = 'addParticipant' | 'listParticipants' | 'getParticipant' | 'removeParticipant';

/** The operations on participants, as the Botpress Chat API 0.5.5 has them; each throws an `ApiError`. */
export function participantHandlers(api: ChatApi): Pick<Handlers, Names> {
  const { conversations, users, publish, now } = api;
  return {
    addParticipant: async ({ caller, params: { conversationId }, body: { userId } }) => {
      const { conversation } = await asOwner(api, caller, conversationId);
      await api.allowance.count('change', caller);
      const { user, isParticipant } = await conversations.look(userId, conversationId);
      if (!user || user.isDeleted) throw new ApiError('ReferenceNotFound', `User with id ${userId} doesn't exist`);
      if (!isParticipant) await conversations.addMember(conversation, userId);
      const data = { conversationId, participantId: userId };
      await publish(conversation, { signal: { type: 'participant_added', data }, ref: `added:${ulid(now())}` });
      return { participant: user.user };
    },

    listParticipants: async ({ caller, params: { conversationId }, nextToken }) => {
      const { conversation } = await asParticipant(api, caller, conversationId, 'conversation');
      const { ids, next } = await conversations.members(conversation, fromToken(nextToken, 'participants'));
      return { participants: await users.findAll(ids), meta: toToken(next, 'participants') };
    },

    getParticipant: async ({ caller, params: { conversationId, userId } }) => {
      await asOwner(api, caller, conversationId);
      return { participant: await participant(conversationId, userId) };
    },

    removeParticipant: async ({ caller, params: { conversationId, userId } }) => {
      const { conversation } = await asOwner(api, caller, conversationId);
      if (userId === caller) {
        const message = 'You cannot remove yourself from the conversation because you are its owner';
        throw new ApiError('InvalidPayload', message);
      }
      await api.allowance.count('change', caller);
      await participant(conversationId, userId);
      await conversations.removeMember(conversation, userId);
      const data = { conversationId, participantId: userId };
      const signal = { type: 'participant_removed' as const, data };
      await publish(conversation, { signal, ref: `removed:${ulid(now())}`, ends: userId });
      return {};
    },
  };

  async function participant(conversationId: string, userId: string) {
    const { user, isParticipant } = await conversations.look(userId, conversationId);
    if (!isParticipant || !user || user.isDeleted) {
      throw new ApiError('ResourceNotFound', `Participant with id ${userId} doesn't exist`);
    }
    return user.user;
  }
}
