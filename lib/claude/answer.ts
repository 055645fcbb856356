/** Stop 6, after the call. What each stop reason means for the user. Pure. */
import type { Speech } from '../text/sentences.ts';
import type { Reply } from '../types.ts';
import { PARAGRAPH } from './voice.ts';

/** `said` is what each call of the turn said; the last one decides. Only an `answer` becomes history. */
export function toReply(
  said: readonly string[],
  stop: string,
  { isShown, speech }: { isShown: boolean; speech: Speech },
): Pick<Reply, 'kind' | 'text' | 'stop'> {
  const all = joinedOf(said);
  const ending = said.at(-1) ?? '';
  // What was shown and cannot be taken back stays in front of our sentence.
  if (stop === 'refusal') return { kind: 'notice', text: joined(isShown ? all : '', speech.refusal), stop };
  if (UNFINISHED.has(stop)) return { kind: 'notice', text: joined(all, speech.tooManySteps), stop };
  // What was said before a tool is no answer without what comes after it.
  if (!ending) return { kind: 'notice', text: joined(all, FULL.has(stop) ? speech.noRoom : speech.empty), stop };
  if (WHOLE.has(stop)) return { kind: 'answer', text: all, stop };
  return { kind: 'answer', text: joined(all, speech.cutShort), stop };
}

/** What several calls said, as the one text it becomes. */
export function joinedOf(said: readonly string[]): string {
  return said.filter(Boolean).join(PARAGRAPH);
}

/** An unknown stop reason counts as a cut: the list of the API is open-ended. */
const WHOLE: ReadonlySet<string> = new Set(['end_turn', 'stop_sequence']);

const UNFINISHED: ReadonlySet<string> = new Set(['tool_use', 'pause_turn']);

const FULL: ReadonlySet<string> = new Set(['max_tokens', 'model_context_window_exceeded']);

function joined(...parts: readonly string[]): string {
  return parts.filter(Boolean).join(PARAGRAPH);
}

/** What a call said, without blank space at its ends, and at which offsets of that it is from what. */
export function heardIn(message: { content: readonly { type: string; text?: unknown; citations?: unknown }[] }): Heard {
  const whole = textOf(message);
  const text = whole.trim();
  const lead = whole.length - whole.trimStart().length;
  const cited: Heard['cited'] = [];
  let end = 0;
  for (const block of message.content) {
    if (block.type !== 'text') continue;
    end += String(block.text).length;
    if (!Array.isArray(block.citations) || block.citations.length === 0) continue;
    // In front of the blank space behind it.
    const at = whole.slice(0, end).trimEnd().length - lead;
    if (at > 0) cited.push({ at: Math.min(at, text.length), citations: block.citations });
  }
  return { text, cited };
}

export interface Heard {
  text: string;
  cited: { at: number; citations: readonly unknown[] }[];
}

/** Joined with nothing between: the SDK's own helper puts spaces there. Thinking is never looked at. */
export function textOf({ content }: { content: readonly { type: string; text?: unknown }[] }): string {
  return content.flatMap(({ type, text }) => (type === 'text' ? String(text) : [])).join('');
}
