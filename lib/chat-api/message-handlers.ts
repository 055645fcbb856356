/** The Chat API server: messages come in, and are shown. */
import { spokenTo } from '../bots/identity.ts';
import { countOf, crowds } from '../bounds.ts';
import { newMessageId, type Stored, toMessage } from '../store/chat-api/messages.ts';
import { bodyDigest, type Decided } from '../store/chat-api/once.ts';
import { pickContext } from '../text/context.ts';
import type { Sent } from '../types.ts';
import { asSpeaker, type ChatApi, type Handlers, type Standing } from './api.ts';
import { ApiError } from './api-error.ts';
import { flatPayload } from './bloc.ts';
import { contentOf } from './change-handlers.ts';
import { findMessage, PLACE } from './find-message.ts';
import { inRealm, timeOf, toTurnConversation, whereIs } from './ids.ts';
import type { BodyOf } from './operations.ts';

type Names = 'createMessage' | 'getMessage';

/** How long (ms) to wait when too many messages do: as long as an answer takes. */
const WAIT_MS = 5_000;

/** Saying something and reading it again, as the Botpress Chat API 0.5.5 has it; each throws an `ApiError`. */
export function messageHandlers(api: ChatApi): Pick<Handlers, Names> {
  const { messages, signals, once, share, publish, now } = api;

  return {
    /** Persist, publish, enqueue, answer: what fails before the end was not acknowledged, and a repeat under the same key goes on there. */
    createMessage: async ({ caller, body, bytes, idempotencyKey }) => {
      const payload = flatPayload(body.payload);
      const place = await asSpeaker(api, caller, body.conversationId, PLACE);
      const { key } = place.conversation;
      await api.allowance.count('message', caller, countOf(bytes));
      return share.inTurn(key, async () => {
        const last = await signals.head(key);
        const settled = await withRoom(place, last?.waiting ?? []);
        // Later than every message before it, whatever the clocks of two Lambdas say: lists are sorted by it.
        const at = Math.max(now(), (last?.messageAt ?? 0) + 1);
        const proposed = {
          messageId: newMessageId(place.conversation, at),
          createdAt: at,
          digest: bodyDigest(JSON.stringify(body)),
        };
        const name = idempotencyKey === undefined ? undefined : `user:${caller}:${idempotencyKey}`;
        const decided: Decided = name
          ? await once.decide(key, name, proposed)
          : { ...proposed, isRepeat: false, isDone: false };
        if (decided.digest !== proposed.digest) {
          throw new ApiError('InvalidPayload', 'x-idempotency-key was used for another message');
        }
        const message = toStored({ ...body, payload }, caller, decided);
        if (decided.isDone) return { message: toMessage(message) };
        await messages.add('msg', message);
        await publish(place.conversation, {
          signal: { type: 'message_created', data: { ...toMessage(message), isBot: false } },
          ref: `created:${message.id}`,
          messageAt: message.createdAt,
          waits: whereIs('msg', message.id)?.ulid,
          settled,
          mayBeOutSince: decided.isRepeat ? decided.createdAt : undefined,
          last,
        });
        await api.putTurn(toInbound(api, place, message));
        if (name) await once.finish(key, name);
        return { message: toMessage(message) };
      });
    },

    getMessage: async ({ caller, params: { id } }) => {
      const { message } = await findMessage(api, caller, id);
      return { message: toMessage(message) };
    },
  };

  /** Those of the waiting that have been answered after all; throws `RateLimited` when there is no room for one more. */
  async function withRoom({ conversation }: Standing, waiting: readonly string[]): Promise<readonly string[]> {
    if (waiting.length < crowds.unanswered) return [];
    const open = await api.unanswered(
      waiting.map((one) => ({
        platform: 'chat-api',
        conversation: toTurnConversation(conversation),
        messageId: `msg_${one}${conversation.key}`,
        createdAt: timeOf(one),
      })),
    );
    if (open.length >= crowds.unanswered) {
      throw new ApiError('RateLimited', 'Too many messages wait for an answer, try again later', {
        retryAfterMs: WAIT_MS,
      });
    }
    const still = new Set(open.map(({ messageId }) => messageId));
    return waiting.filter((one) => !still.has(`msg_${one}${conversation.key}`));
  }
}

function toStored(body: BodyOf<'createMessage'>, userId: string, { messageId, createdAt }: Decided): Stored {
  const { conversationId, payload, metadata } = body;
  return { id: messageId, createdAt, conversationId, userId, payload, ...(metadata ? { metadata } : {}) };
}

function toInbound(
  { name, context }: Pick<ChatApi, 'name' | 'context'>,
  { user, conversation }: Standing,
  message: Stored,
): Sent {
  const { id, createdAt, metadata } = message;
  return {
    event: 'sent',
    platform: 'chat-api',
    conversation: toTurnConversation(conversation),
    messageId: id,
    createdAt,
    speaker: { id: inRealm(conversation.realm, user.id), ...(user.name ? { name: user.name } : {}) },
    ...contentOf(message),
    ...spokenTo(name),
    ...pickContext(context, { user, metadata }),
  };
}
