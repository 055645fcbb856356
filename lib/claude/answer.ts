/** Stop 6, after the call. What each stop reason means for the user. Pure. */
import type { Message, TextBlock } from '@anthropic-ai/sdk/resources/messages/messages';
import { sentences } from '../text/sentences.ts';
import type { Reply } from '../types.ts';

/** `text` is all that the steps of the turn said. Only an `answer` becomes history. */
export function toReply(text: string, stop: string): Pick<Reply, 'kind' | 'text' | 'stop'> {
  if (stop === 'refusal') return { kind: 'notice', text: sentences.refusal, stop };
  const said = text.trim();
  if (!said) return { kind: 'notice', text: WITHOUT_TEXT[stop] ?? sentences.empty, stop };
  if (WHOLE.has(stop)) return { kind: 'answer', text: said, stop };
  return { kind: 'answer', text: `${said}\n\n${sentences.cutShort}`, stop };
}

/** An unknown stop reason counts as a cut: the list of the API is open-ended. */
const WHOLE: ReadonlySet<string> = new Set(['end_turn', 'stop_sequence']);

const WITHOUT_TEXT: Readonly<Record<string, string>> = {
  max_tokens: sentences.noRoom,
  model_context_window_exceeded: sentences.noRoom,
  tool_use: sentences.tooManySteps,
  pause_turn: sentences.tooManySteps,
};

/** Joined with nothing between: the SDK's own helper puts spaces there. Thinking is never looked at. */
export function textOf({ content }: Message): string {
  return content
    .filter((block): block is TextBlock => block.type === 'text')
    .map(({ text }) => text)
    .join('');
}
