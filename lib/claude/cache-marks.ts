/** Stop 6, right before the call. Up to where the prompt cache keeps a request: marks of ours, not the API's automatic one. Pure. */
import type { ContentBlockParam, MessageParam } from '@anthropic-ai/sdk/resources/messages/messages';

/** For five minutes: the next message of a chat comes within them, or the write was worth little. */
const MARK = { cache_control: { type: 'ephemeral' as const } };

/** For an hour, whoever asks in it: behind the documents, which are the same in every conversation. */
const DOCUMENTS_MARK = { cache_control: { type: 'ephemeral' as const, ttl: '1h' as const } };

/**
 * Behind the user's last words, where the next turn's prompt begins to differ; in a tool loop also behind its last results, where the next
 * step's does. What is no text block of the user (files, calls, results) is replayed with them; anything volatile belongs behind the mark,
 * as `behind` is put there.
 */
export function marked(messages: readonly MessageParam[], behind?: string): MessageParam[] {
  const asked = messages.findLastIndex(({ role, content }) => role === 'user' && !hasResults(content));
  return messages.map((message, i): MessageParam => {
    if (message.role !== 'user' || typeof message.content === 'string') return message;
    const { content } = message;
    const text = content.findLastIndex(({ type }) => type === 'text');
    if (i === asked) {
      const own = withMark(content, text === -1 ? content.length - 1 : text);
      return { ...message, content: behind === undefined ? own : [...own, { type: 'text', text: behind }] };
    }
    const isEndOfLoop = i === messages.length - 1 && hasResults(content);
    return isEndOfLoop ? { ...message, content: withMark(content, content.length - 1) } : message;
  });
}

/**
 * The documents in front of everything that is said, behind a mark of their own. The API takes citations from all documents of a request
 * or from none, so a user's file is citable, too.
 */
export function withDocuments(
  messages: readonly MessageParam[],
  documents: readonly ContentBlockParam[],
): MessageParam[] {
  const leading = documents.map((block, i) =>
    i === documents.length - 1 ? ({ ...block, ...DOCUMENTS_MARK } as ContentBlockParam) : block,
  );
  return messages.map((message, i) => {
    const { content } = citable(message);
    if (i > 0) return { ...message, content } as MessageParam;
    const own = typeof content === 'string' ? [{ type: 'text' as const, text: content }] : content;
    return { role: 'user', content: [...leading, ...own] };
  });
}

function citable(message: MessageParam): MessageParam {
  if (typeof message.content === 'string') return message;
  const content = message.content.map((block) =>
    block.type === 'document' ? { ...block, citations: { enabled: true } } : block,
  );
  return { ...message, content } as MessageParam;
}

function hasResults(content: MessageParam['content']): boolean {
  return typeof content !== 'string' && content.some(({ type }) => type === 'tool_result');
}

function withMark(content: readonly ContentBlockParam[], at: number): ContentBlockParam[] {
  return content.map((block, i) => (i === at ? ({ ...block, ...MARK } as ContentBlockParam) : block));
}
