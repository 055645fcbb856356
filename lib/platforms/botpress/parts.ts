/** Stop 7. An answer as the messages it becomes, each with an id that is the same for every attempt. */
import { keepHarmless } from '../../text/harmless.ts';
import { withMarks } from '../../text/source-marks.ts';
import { split } from '../../text/split.ts';
import type { Source } from '../../types.ts';
import { numbered } from '../kit/numbered.ts';

export interface Part {
  /** Travels as `metadata.replyId`: Botpress knows no idempotency key, and this is how an earlier attempt is recognised. */
  replyId: string;
  markdown: string;
  /** Shown as buttons below it. */
  choices?: readonly string[];
  /** With the last message of an answer: what all of it is from. */
  sources?: readonly Source[];
}

/** Botpress documents no length, only 1 MB for a request; an answer of Claude's default length stays one message. */
const longestPart = 8_000;

/** The messages of an answer in their order: `replyKey`, `replyKey:2`, `replyKey:3` …; at least one, whatever the text. */
export function toParts(
  markdown: string,
  replyKey: string,
  sentenceForNothing: string,
  { maxChars = longestPart, sources = [] }: { maxChars?: number; sources?: readonly Source[] | undefined } = {},
): Part[] {
  const parts = split(withMarks(markdown, sources), maxChars).map(keepHarmless);
  const shown = parts.length > 0 ? parts : [sentenceForNothing];
  return numbered(replyKey, shown).map(({ key, part }, i) => {
    const isLast = i === shown.length - 1;
    return { replyId: key, markdown: part, ...(isLast && sources.length > 0 ? { sources } : {}) };
  });
}

/** The same, with the choices below the last of them. */
export function withChoices(parts: readonly Part[], choices: readonly string[] | undefined): readonly Part[] {
  if (!choices) return parts;
  return parts.map((part, i) => (i === parts.length - 1 ? { ...part, choices } : part));
}
