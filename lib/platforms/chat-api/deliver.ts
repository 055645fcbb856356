/** Stops 6 and 7. The outbound half of our own Chat API server: it is given a `put`, and knows neither table nor queue. */
import { keepHarmless } from '../../text/harmless.ts';
import { withMarks } from '../../text/source-marks.ts';
import type { AnswerStream, Platform } from '../../types.ts';

export interface ChatApiPlatformDeps {
  /** Keeps the message and makes it known, once for any number of calls with the same `replyKey`; gives its id. */
  put(message: {
    conversation: string;
    replyKey: string;
    messageId?: string | undefined;
    to?: string | undefined;
    payload: Record<string, unknown>;
    metadata?: Record<string, unknown>;
    streamId?: string;
  }): Promise<string>;
  stream(options: { conversation: string; replyKey: string; to?: string | undefined; isRepeat: boolean }): AnswerStream;
  streamIdOf(replyKey: string): string;
}

/** Markdown travels in a `text` payload, as the Botpress cloud's own bots send it: every client shows that. */
export function chatApiPlatform({ put, stream, streamIdOf }: ChatApiPlatformDeps): Platform {
  return {
    hasButtons: true,
    deliver: async ({ conversation, text, sources, whenEmpty, choices, replyKey, messageId, to, isStreamed }) => {
      const shown = keepHarmless(withMarks(text, sources)) || whenEmpty;
      const options = choices?.map((label) => ({ label, value: label }));
      const payload = options ? { type: 'choice', text: shown, options } : { type: 'text', text: shown };
      const streamed = isStreamed ? { streamId: streamIdOf(replyKey) } : {};
      return [
        await put({
          conversation,
          replyKey,
          messageId,
          to,
          payload,
          ...streamed,
          ...(sources ? { metadata: { sources } } : {}),
        }),
      ];
    },
    stream: ({ conversation, replyKey, to }, isRepeat) => stream({ conversation, replyKey, to, isRepeat }),
  };
}
