/** Stop 7. The bot that conformance suites of the Chat API expect: it gives back what was said, and is no Claude. */
import type { Platform } from '../../types.ts';
import type { ChatApiPlatformDeps } from './deliver.ts';

export interface EchoDeps extends Pick<ChatApiPlatformDeps, 'put'> {
  /** The user's message, if it is still there. */
  find(
    messageId: string,
  ): Promise<{ payload: Record<string, unknown>; metadata?: Record<string, unknown> } | undefined>;
}

/** The bot that the official client’s own test suite speaks to: it answers with what was said to it. */
export function echoPlatform({ put, find }: EchoDeps): Platform {
  return {
    deliver: async ({ conversation, text, replyKey, messageId, to }) => {
      const said = messageId === undefined ? undefined : await find(messageId);
      const { payload = { type: 'text', text }, metadata } = said ? echoOf(said) : {};
      return [await put({ conversation, replyKey, messageId, to, payload, ...(metadata ? { metadata } : {}) })];
    },
  };
}

interface Said {
  payload: Record<string, unknown>;
  metadata?: Record<string, unknown>;
}

/** Exactly one message for each; `metadata` and `bloc` are words that the suite says. */
function echoOf({ payload, metadata }: Said): Said {
  const word = payload.type === 'text' ? String(payload.text).toLowerCase() : undefined;
  if (word === 'bloc') return { payload: { type: 'bloc', items: threeItems } };
  const text = word === undefined ? `You sent a message of type ${payload.type}.` : String(payload.text);
  return { payload: { type: 'text', text }, ...(word === 'metadata' && metadata ? { metadata } : {}) };
}

const threeItems = [
  { type: 'text', text: 'one' },
  { type: 'markdown', markdown: '**two**' },
  { type: 'text', text: 'three' },
];
