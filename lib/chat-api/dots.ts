/** The Chat API server: the dots of a window while an answer is written. Made by the stream itself: it costs no write. Pure. */
import type { Entry } from '../store/chat-api/signals.ts';
import { BOT_ID } from './bot.ts';

/** The widget lets them go after 5 s. */
const AGAIN_MS = 4_000;

/** So long after the last sign of life nobody is expected to answer any more: a team may have taken over, and the widget sends nothing while it shows them. */
const PATIENCE_MS = 30_000;

/** `head` is the newest entry when the stream begins: an answer may be under way. */
export function openDots(conversationId: string, head: Entry | undefined) {
  const data = { conversationId, userId: BOT_ID };
  const say = (type: string) => `data: ${JSON.stringify({ type, data })}\n\n`;
  let expectedUntil = 0;
  let isShown = false;
  let next = 0;

  /** Each entry tells which messages wait. */
  function hear({ at, waiting = [] }: Pick<Entry, 'at' | 'waiting'>): void {
    expectedUntil = waiting.length > 0 ? at + PATIENCE_MS : 0;
  }

  if (head) hear(head);
  return {
    hear,
    /** What to say at `now`, and when there may be more to say (ms). */
    due(now: number): { text: string; next: number } {
      if (now >= expectedUntil) {
        const text = isShown ? say('typing_stopped') : '';
        isShown = false;
        next = 0;
        return { text, next: Number.POSITIVE_INFINITY };
      }
      if (now < next) return { text: '', next };
      isShown = true;
      next = now + AGAIN_MS;
      return { text: say('typing_started'), next };
    },
  };
}
