/** Stop 3. A signal of Botpress' Chat integration as one of our nouns, or the reason why there is nothing to do. */
import type * as z from 'zod/mini';
import { type BotIdentity, spokenTo } from '../../bots/identity.ts';
import { pickContext } from '../../text/context.ts';
import type { Ignored, Inbound } from '../../types.ts';
import { readJsonBody, readShape } from '../kit/json-body.ts';
import { readPayload } from './payload.ts';
import { envelope, messageCreated, messageDeleted, otherSignals } from './signals.ts';

export interface ParseOptions {
  botUserId: string;
  /** The bot that answers here, and what it is told; without it none does. */
  bot: Pick<BotIdentity, 'name' | 'context'> | undefined;
}

/**
 * Reads one webhook body for our chat user `botUserId`; throws `Rejected` 400 for what is not JSON or not the shape of its signal.
 * However old a signal is, it counts: Botpress does not sign a time, so an age limit would keep nobody out, while the turn of a
 * message, found again by its id and time, answers it once at any age.
 */
export function parseBotpress(body: Uint8Array, options: ParseOptions): Inbound | Ignored {
  const { type, data } = readShape(envelope, readJsonBody(body));
  if (type === 'message_created') return parseCreated(readShape(messageCreated, data), options);
  if (type === 'message_deleted') return parseDeleted(readShape(messageDeleted, data));
  const shape = otherSignals.get(type);
  if (shape) readShape(shape, data);
  return { ignored: 'other signal' };
}

type Created = z.infer<typeof messageCreated>;

function parseCreated(message: Created, { botUserId, bot }: ParseOptions): Inbound | Ignored {
  const { id, conversationId, userId, createdAt, isBot, payload, metadata } = message;
  const nothing = (ignored: string): Ignored => ({
    ignored,
    about: { platform: 'botpress', conversation: conversationId, messageId: id },
  });
  if (userId === botUserId) return nothing('own message');
  if (isBot) return nothing('message of the bot');
  // Our answers carry it. Where settings and key name different users, this is all that keeps us from answering ourselves.
  if (typeof metadata?.replyId === 'string') return nothing('an answer of ours');
  const { text, attachments } = readPayload(payload);
  if (text.trim() === '' && attachments.length === 0) return nothing('empty message');
  if (bot === undefined) return nothing('no bot answers on Botpress');
  return {
    event: 'sent',
    platform: 'botpress',
    conversation: conversationId,
    messageId: id,
    createdAt,
    speaker: { id: userId },
    text,
    attachments,
    ...spokenTo(bot.name),
    ...pickContext(bot.context, { metadata }),
    ...(generatedId.test(conversationId) ? {} : { isNamedById: true }),
  };
}

/** As Botpress names a conversation whose id the app did not choose; only then does a deletion name it the same way. */
const generatedId = /^conv_[0-9A-HJKMNP-TV-Z]{26}$/;

function parseDeleted({ id, conversationId }: z.infer<typeof messageDeleted>): Inbound {
  return { event: 'deleted', platform: 'botpress', conversation: conversationId, messageId: id };
}
