/** Stop 6, for a bot that answers from its documents alone: nothing is shown before it says from which. Pure. */
import { toReply } from './answer.ts';
import type { Answered, Asking } from './asking.ts';
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

/** The end that Claude chose for a turn without a source; else, in the place of what it said, the sentence that says so. */
export function instead(asking: Asking, { speech, onText }: Question, hold: Hold): Answered {
  const { ending, leftOut, stop, said } = asking;
  hold.drop();
  hold.release();
  const told = toReply(said, stop, { isShown: false, speech });
  const isChosen = ending !== undefined && 'choices' in ending && ending.choices.length === 0;
  const isNotice = told.kind !== 'answer' && ending === undefined;
  const reply = isNotice
    ? toReply([''], stop, { isShown: false, speech })
    : ({ kind: 'answer', text: isChosen ? ending.text : speech.notInDocuments, stop: 'not found' } as const);
  onText?.(reply.text);
  const isMiss = isChosen ? ending.isMiss === true : !isNotice;
  return {
    ...reply,
    ...(isChosen && !isMiss ? { stop } : {}),
    ...(isMiss ? { missed: true } : {}),
    ...(leftOut.length > 0 ? { unreadable: leftOut } : {}),
  };
}
