/** The Chat API server: custom events. They are between the clients of a conversation; Claude neither sees nor answers them. */

import { countOf } from '../bounds.ts';
import { type Stored, toEvent } from '../store/chat-api/messages.ts';
import { asParticipant, type ChatApi, existing, type Handlers, participating } from './api.ts';
import { ApiError } from './api-error.ts';
import { BOT_ID } from './bot.ts';
import { type ConversationRef, thingId, ulid } from './ids.ts';
import { type Event, isoTime } from './models.ts';

type Names = 'createEvent' | 'getEvent';

const PLACE = "event's conversation";

/** The operations on custom events, as the Botpress Chat API 0.5.5 has them; each throws an `ApiError`. */
export function eventHandlers(api: ChatApi): Pick<Handlers, Names> {
  const { users, messages, publish, now } = api;
  return {
    createEvent: async ({ caller, bytes, body: { conversationId, payload } }) => {
      const standing = await api.conversations.look(caller, conversationId);
      const handedOut = standing.conversation ? undefined : api.handOut.find(caller, conversationId);
      if (handedOut) return { event: unheard(handedOut, { conversationId, userId: caller, payload }, now()) };
      const { conversation } = participating(standing, caller, PLACE);
      await api.allowance.count('event', caller, countOf(bytes));
      const createdAt = now();
      const id = thingId('evt', conversation.key, createdAt);
      const stored = { id, createdAt, conversationId, userId: caller, payload };
      await messages.add('evt', stored);
      const event = toEvent(stored);
      const signal = { type: 'event_created' as const, data: { ...event, isBot: false } };
      const last = await publish(conversation, { signal, ref: `event:${id}` });
      if (api.bot === 'echo') {
        const echo = { ...event, id: null, createdAt: isoTime(createdAt + 1), userId: BOT_ID, isBot: true };
        await publish(conversation, {
          signal: { type: 'event_created', data: echo },
          ref: `echo:${ulid(createdAt)}`,
          last,
        });
      }
      return { event };
    },

    getEvent: async ({ caller, params: { id } }) => {
      const stored = await messages.find('evt', id);
      if (!stored) {
        existing(await users.find(caller), caller);
        throw noEvent(id);
      }
      const { conversation } = await asParticipant(api, caller, stored.conversationId, PLACE);
      if (!id.endsWith(conversation.key)) throw noEvent(id);
      return { event: toEvent(stored) };
    },
  };
}

/** In a conversation in which nothing was said yet there is nobody to tell: the widget says that it is there. */
function unheard({ key }: ConversationRef, event: Omit<Stored, 'id' | 'createdAt'>, now: number): Event {
  return toEvent({ ...event, id: thingId('evt', key, now), createdAt: now });
}

function noEvent(id: string): ApiError {
  return new ApiError('ResourceNotFound', `Event with id ${id} doesn't exist`);
}
