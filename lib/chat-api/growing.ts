/** The Chat API server: an answer that grows in a window, as one message that changes. Pure. */

// The widget replaces a message by another of the same `metadata.clientMessageId`, whatever their ids (@botpress/webchat 4.5.2, its
// message store).

import type { Signal, WireMessage } from './models.ts';

/** Shown where an attempt was taken back: the widget can take no message away. */
const NOTHING_YET = '…';

type Bubble = Pick<WireMessage, 'id' | 'conversationId' | 'userId' | 'createdAt'>;

function changed(bubble: Bubble, text: string): Signal {
  const payload = { type: 'text' as const, text };
  return {
    type: 'message_updated',
    data: { ...bubble, payload, metadata: { clientMessageId: bubble.id }, isBot: true },
  };
}

/** Gives what the window is told in place of a signal of the contract; nothing for what it must not hear. `known` streams have ended. */
export function openGrowing(known: ReadonlySet<string>) {
  /** The message on the screen that waits to be replaced by the bot's next one. */
  let bubble: Bubble | undefined;
  let stream = '';
  let text = '';
  let next = 0;

  return (signal: Signal): Signal | undefined => {
    switch (signal.type) {
      case 'message_stream_delta': {
        const { streamId, sequence, delta, ...about } = signal.data;
        if (sequence === 0 && !known.has(streamId)) {
          stream = streamId;
          text = '';
          next = 0;
        }
        // Of one that began before the window did, the beginning is unknown.
        if (streamId !== stream || sequence !== next) return undefined;
        text += delta;
        next += 1;
        bubble ??= { ...about, id: streamId };
        return changed(bubble, text);
      }
      case 'message_stream_abort': {
        const isShown = signal.data.streamId === stream;
        stream = '';
        return bubble && isShown ? changed(bubble, NOTHING_YET) : undefined;
      }
      case 'message_stream_complete':
        return undefined;
      case 'message_created': {
        if (!signal.data.isBot || bubble === undefined) return signal;
        const metadata = { ...signal.data.metadata, clientMessageId: bubble.id };
        bubble = undefined;
        stream = '';
        return { ...signal, data: { ...signal.data, metadata } };
      }
      default:
        return signal;
    }
  };
}
