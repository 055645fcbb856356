/** Stop 6, for a bot that answers from its documents alone: nothing is shown before it says from which. Pure. */
import { effectsInWords } from '../text/effects-in-words.ts';
import type { Speech } from '../text/sentences.ts';
import { joinedOf, toReply } from './answer.ts';
import { type Answered, type Asking, effectsOf } from './asking.ts';
import type { Question } from './question.ts';

export interface Hold {
  text(delta: string): void;
  /** What was held is shown, and what follows at once. */
  release(): void;
  /** What was held is not shown. */
  drop(): void;
}

/** Tells `onText` what it is told, while it is not holding. */
export function openHold(onText: (delta: string) => void, { isHolding }: { isHolding: boolean }): Hold {
  let held: string[] | undefined = isHolding ? [] : undefined;
  return {
    text: (delta) => (held ? void held.push(delta) : onText(delta)),
    release() {
      const all = held?.join('') ?? '';
      held = undefined;
      if (all !== '') onText(all);
    },
    drop() {
      if (held) held = [];
    },
  };
}

/** What a tool of ours says at its end, such as a question before something is done, is not Claude's to make up. */
export function isFromNothing({ sources, handsOver, ending }: Asking): boolean {
  const isAsked = ending !== undefined && !('isMiss' in ending) && 'asked' in ending;
  return sources.length === 0 && !handsOver && !isAsked;
}

/**
 * The end that Claude chose for a turn without a source; else, in the place of what it said, the sentence that says so. What became
 * of the turn's calls that act is told with the first and instead of the second.
 */
export function instead(asking: Asking, question: Question, hold: Hold): Answered {
  hold.drop();
  hold.release();
  const reply = endOf(asking, question.speech, effectsInWords(effectsOf(question), question.speech));
  question.onText?.(reply.text);
  return { ...reply, ...(asking.leftOut.length > 0 ? { unreadable: asking.leftOut } : {}) };
}

function endOf({ ending, stop, said }: Asking, speech: Speech, effects: readonly string[]): Answered {
  const how = { isShown: false, speech };
  if (ending && 'choices' in ending && ending.choices.length === 0) {
    const text = joinedOf([ending.text, ...effects]);
    return ending.isMiss ? { kind: 'answer', text, stop: 'not found', missed: true } : { kind: 'answer', text, stop };
  }
  if (!ending && toReply(said, stop, how).kind !== 'answer') return toReply([''], stop, how);
  // Of such a call no document speaks: that is no gap in them.
  if (effects.length > 0) return { kind: 'answer', text: joinedOf(effects), stop: 'acted' };
  return { kind: 'answer', text: speech.notInDocuments, stop: 'not found', missed: true };
}
