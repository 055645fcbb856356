/** The Chat API server: a message by its id, for who takes part in its conversation. */
import type { Stored } from '../store/chat-api/messages.ts';
import { asParticipant, type ChatApi, existing, type Standing } from './api.ts';
import { ApiError } from './api-error.ts';

/** As the refusals call where it is. */
export const PLACE = "message's conversation";

/** Throws `ResourceNotFound` for an unknown message, `Forbidden` for who does not take part. */
export async function findMessage(
  api: ChatApi,
  caller: string,
  id: string,
): Promise<{ message: Stored; place: Standing }> {
  const message = await api.messages.find('msg', id);
  if (!message) {
    existing(await api.users.find(caller), caller);
    throw noMessage(id);
  }
  const place = await asParticipant(api, caller, message.conversationId, PLACE);
  if (!id.endsWith(place.conversation.key)) throw noMessage(id);
  return { message, place };
}

/** The contract's answer to an unknown message, 404. */
export function noMessage(id: string): ApiError {
  return new ApiError('ResourceNotFound', `Message with id ${id} doesn't exist`);
}
