/** Stop 7. Emphasis that CommonMark does not see beside scripts without spaces, as in `**重要：**请注意`. Pure. */
import type { Run, Style } from './run.ts';

export const eastAsian =
  /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}\p{sc=Bopomofo}\u3000-\u303F\uFF00-\uFFEF]/u;
const punctuation = /[\p{P}\p{S}]/u;
const letter = /[\p{L}\p{N}]/u;
const marks = /(\*\*\*|\*\*|\*|~~)(?!\s)([^*~\n]{1,1000})(?<!\s)\1/gu;

const styles: Readonly<Record<string, Style>> = {
  '***': { bold: true, italic: true },
  '**': { bold: true },
  '*': { italic: true },
  '~~': { strike: true },
};

/**
 * Between punctuation and a letter a mark neither opens nor closes by the letter of the specification; where no script puts a space
 * there, it was meant to (commonmark/commonmark-spec#650). Only such pairs of marks are taken for emphasis.
 */
export function readEastAsianMarks(runs: readonly Run[]): readonly Run[] {
  const text = runs.map(textOf).join('');
  let read: Run[] = [];
  let at = 0;
  for (const match of text.matchAll(marks)) {
    const [whole, mark = '', inner = ''] = match;
    const end = match.index + whole.length;
    if (!isCut(text.charAt(match.index - 1), inner.charAt(0)) && !isCut(charAt(text, end), inner.at(-1) ?? ''))
      continue;
    const start = match.index + mark.length;
    read = [...read, ...slice(runs, at, match.index), ...slice(runs, start, start + inner.length, styles[mark])];
    at = end;
  }
  return at === 0 ? runs : [...read, ...slice(runs, at, text.length)];
}

function isCut(outside: string, inside: string): boolean {
  if (!punctuation.test(inside) || punctuation.test(outside)) return false;
  return eastAsian.test(outside) || (eastAsian.test(inside) && letter.test(outside));
}

function charAt(text: string, at: number): string {
  return String.fromCodePoint(text.codePointAt(at) ?? 0);
}

/** Finished markup counts as one character that is neither letter nor punctuation. */
function textOf(run: Run): string {
  return run.isDone ? '\uFFFC' : run.text;
}

function slice(runs: readonly Run[], from: number, to: number, added: Style = {}): Run[] {
  let at = 0;
  return runs.flatMap((run) => {
    const start = at;
    at += textOf(run).length;
    const part = textOf(run).slice(Math.max(0, from - start), Math.max(0, to - start));
    if (part === '') return [];
    return [{ ...run, ...(run.isDone ? {} : { text: part }), style: { ...run.style, ...added } }];
  });
}
