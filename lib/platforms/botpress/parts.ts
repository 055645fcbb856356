/** Stop 7. An answer as the messages it becomes, each with an id that is the same for every attempt. */
import { keepHarmless } from '../../text/harmless.ts';
import { split } from '../../text/split.ts';
import { numbered } from '../kit/numbered.ts';

export interface Part {
  /** Travels as `metadata.replyId`: Botpress knows no idempotency key, and this is how an earlier attempt is recognised. */
  replyId: string;
  markdown: string;
  /** Shown as buttons below it. */
  choices?: readonly string[];
}

/** Botpress documents no length, only 1 MB for a request; an answer of Claude's default length stays one message. */
const longestPart = 8_000;

/** The messages of an answer in their order: `replyKey`, `replyKey:2`, `replyKey:3` …; at least one, whatever the text. */
export function toParts(
  markdown: string,
  replyKey: string,
  sentenceForNothing: string,
  maxChars = longestPart,
): Part[] {
  const parts = split(markdown, maxChars).map(keepHarmless);
  const shown = parts.length > 0 ? parts : [sentenceForNothing];
  return numbered(replyKey, shown).map(({ key, part }) => ({ replyId: key, markdown: part }));
}

/** The same, with the choices below the last of them. */
export function withChoices(parts: readonly Part[], choices: readonly string[] | undefined): readonly Part[] {
  if (!choices) return parts;
  return parts.map((part, i) => (i === parts.length - 1 ? { ...part, choices } : part));
}
