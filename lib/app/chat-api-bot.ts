/** Root of the bot of our own Chat API: how the worker answers there. */
import { openAnswerStream, streamIdOf } from '../chat-api/answer-stream.ts';
import { fromTurnConversation } from '../chat-api/ids.ts';
import { openPost, type Post } from '../chat-api/post.ts';
import { noShare } from '../chat-api/share.ts';
import { openState } from '../chat-api/state.ts';
import type { ChatApiSettings } from '../config.ts';
import { signalsInto } from '../events/signals.ts';
import { errorName, logLine } from '../log.ts';
import { chatApiPlatform } from '../platforms/chat-api/deliver.ts';
import { echoPlatform } from '../platforms/chat-api/echo.ts';
import { openEventsQueue, openSqs } from '../queue.ts';
import { openChatApiStore } from '../store/chat-api/chat-api.ts';
import { openChatConversations } from '../store/chat-api/conversations.ts';
import { openTable } from '../store/items.ts';
import { openDynamo } from '../store/store.ts';
import type { Compose } from '../turn/compose.ts';
import type { Platform } from '../types.ts';

const now = Date.now;

/** The outbound half of our own Chat API: Claude’s answers as messages of its bot, or an echo with CHAT_API_BOT=echo. */
export function chatApiBot(
  settings: ChatApiSettings,
  { tableName, keptDays }: { tableName: string; keptDays: number },
): Platform {
  const { webhook, bot } = settings;
  const table = openTable(openDynamo(), tableName);
  const state = openState({
    kept: openChatApiStore(table, now, { keptDays }),
    share: noShare,
    putOutbound: webhook && signalsInto(openEventsQueue(openSqs(), webhook.queueUrl).put),
    now,
  });
  const put: Post = (message) => {
    const { realm } = fromTurnConversation(message.conversation);
    return openPost({ ...state, conversations: openChatConversations(table, now, realm) })(message);
  };
  if (bot === 'echo') return echoPlatform({ put, find: (id) => state.messages.find('msg', id) });
  const onError = (error: unknown) => logLine('preview-not-shown', { error: errorName(error) });
  const stream = (options: Parameters<typeof openAnswerStream>[1]) =>
    openAnswerStream({ publish: state.publish, now, onError }, options);
  return chatApiPlatform({ put, stream, streamIdOf });
}

/** With the echo bot nothing of our own Chat API reaches Claude. */
export function composeUnlessEcho(compose: Compose, settings: ChatApiSettings | undefined): Compose {
  if (settings?.bot !== 'echo') return compose;
  const reply = { kind: 'answer', text: 'echo', stop: 'echo' } as const;
  return async (input) => (input.head.platform === 'chat-api' ? { reply } : compose(input));
}
