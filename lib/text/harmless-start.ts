/** Room of text: the beginning of an answer that is still being written, as the finished message will begin. Pure. */
import { keepHarmless } from './harmless.ts';

/** As much of `markdown` as no further word is expected to change, harmless like the whole. */
export function harmlessStart(markdown: string): string {
  return keepHarmless(markdown.slice(0, settledEnd(markdown)));
}

/** An exclamation mark that may begin a picture, a bracket that may begin a tag or an address. */
const HALF_MARK = /(?:!|<[^\s<>]{0,4096}|\r)$/;
/** The beginning of a line that may become an item, a heading, the rule below one. */
const HALF_LINE = /(?<![^\n])[ \t]{0,16}(?:[-*+>#=]|\d{1,9}[.)]?)?[ \t]{0,16}$/;

function settledEnd(markdown: string): number {
  const half = HALF_MARK.exec(markdown)?.index ?? markdown.length;
  const end = Math.min(half, openSpan(markdown));
  return HALF_LINE.exec(markdown.slice(0, end))?.index ?? end;
}

/** Where a run of backticks stands, in the last paragraph, that waits for the run that closes it. */
function openSpan(markdown: string): number {
  const start = markdown.lastIndexOf('\n\n') + 1;
  const open = new Map<number, number>();
  for (const { 0: run, index } of markdown.slice(start).matchAll(/`+/g)) {
    const isFence = run.length > 2 && /^[ \t>*+\-\d.)]*$/.test(lineBefore(markdown, start + index));
    if (isFence) open.clear();
    else if (!open.delete(run.length)) open.set(run.length, start + index);
  }
  return Math.min(markdown.length, ...open.values());
}

/** The line before a place; what is longer than any row of marks begins no fence. */
function lineBefore(markdown: string, at: number): string {
  const before = markdown.slice(Math.max(0, at - 64), at);
  return before.slice(before.lastIndexOf('\n') + 1);
}
