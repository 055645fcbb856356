/** Stop 7 for the Chat API. Keeps the bot's message and makes it known: once, however often it is tried. */
import { Undeliverable } from '../errors.ts';
import type { Conversations } from '../store/chat-api/conversations.ts';
import { type Messages, newMessageId, type Stored, toMessage } from '../store/chat-api/messages.ts';
import type { Once } from '../store/chat-api/once.ts';
import type { SignalLog } from '../store/chat-api/signals.ts';
import { BOT_ID } from './bot.ts';
import { fromTurnConversation, whereIs } from './ids.ts';
import type { Publish } from './publish.ts';

export interface PostDeps {
  conversations: Conversations;
  messages: Messages;
  signals: SignalLog;
  once: Once;
  publish: Publish;
  now(): number;
}

export interface BotMessage {
  /** As the turns know it. */
  conversation: string;
  /** The same for every attempt. */
  replyKey: string;
  /** The user's message that it answers. */
  messageId?: string | undefined;
  /** Whom it is said to, as the turns know them. */
  to?: string | undefined;
  payload: Record<string, unknown>;
  metadata?: Record<string, unknown> | undefined;
  /** Set when parts of it may have been streamed. */
  streamId?: string | undefined;
}

/** Gives the id of the message; throws `Undeliverable` when the conversation is gone. */
export type Post = (message: BotMessage) => Promise<string>;

/** Keeps a message of the bot once for any number of calls with the same key, and tells the listeners. */
export function openPost({ conversations, messages, signals, once, publish, now }: PostDeps): Post {
  return async ({ conversation, replyKey, messageId, to, payload, metadata, streamId }) => {
    const ref = fromTurnConversation(conversation);
    const found = await conversations.find(ref.id);
    if (found?.key !== ref.key) throw new Undeliverable('chat-api: the conversation is gone');
    const last = await signals.head(ref.key);
    const at = Math.max(now(), (last?.messageAt ?? 0) + 1);
    const proposed = { messageId: newMessageId(ref, at), createdAt: at, digest: '' };
    const { messageId: id, createdAt, isRepeat } = await once.decide(ref.key, replyKey, proposed);
    const all = { ...metadata, ...(streamId === undefined ? {} : { streamId }) };
    const stored: Stored = {
      id,
      createdAt,
      conversationId: ref.id,
      userId: BOT_ID,
      payload,
      ...(Object.keys(all).length > 0 ? { metadata: all } : {}),
      ...(messageId === undefined ? {} : { answers: messageId }),
    };
    const message = toMessage(stored);
    const mayBeOutSince = isRepeat ? createdAt : undefined;
    await messages.add('msg', stored);
    let before = last;
    if (streamId !== undefined) {
      const signal = { type: 'message_stream_complete' as const, data: { streamId, message } };
      before = await publish(ref, { signal, ref: `complete:${id}`, to, mayBeOutSince, last });
    }
    await publish(ref, {
      signal: { type: 'message_created', data: { ...message, isBot: true } },
      ref: `created:${id}`,
      to,
      messageAt: createdAt,
      answers: messageId === undefined ? undefined : whereIs('msg', messageId)?.ulid,
      mayBeOutSince,
      last: before,
    });
    return id;
  };
}
