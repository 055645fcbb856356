/** Room of text: of the code that our parser finds, what every other one must find, too. Pure. */
import type { CodePlace } from './code-places.ts';

/** A line of the source, from its first UTF-16 unit to the one behind its last. */
interface SourceLine {
  from: number;
  to: number;
  text: string;
}

type Stretch = Pick<CodePlace, 'from' | 'to'>;

/** A line that can only go on with the words before it, in every dialect. */
const PLAIN = /^ {0,3}\p{L}/u;
const BLANK = /^[ \t]*$/;
/** A fence, behind the marks of what it may stand in. */
const FENCE = /^(?:[ \t>*+.)\d-]|\[[^\]]{0,64}\]:?)*(?:`{3,}|~{3,})/;
/** What makes a table of its neighbours. */
const DELIMITERS = /^(?=[^-]*-)(?=[^|:]*[|:])[ \t>|:-]+$/;
/** Lists, and notes at the foot, which not all know, may go on with what is indented; and some spaces are none to others. */
const UNSURE_INDENT = /^[ \t>]*(?:\[\^|[-*+]|\d{1,9}[.)])|[^\S \t\n]/m;

/**
 * Dialects disagree on where a paragraph ends: whether a number, an empty bullet, a note at the foot or the row of a table ends it. Code
 * in a line is agreed on where no backtick looks for its partner beyond such an end; a block, where no fence stands before it that our
 * parser took for words.
 */
export function agreedPlaces(markdown: string, places: readonly CodePlace[]): CodePlace[] {
  const lines = linesOf(markdown);
  const inBlocks = linesIn(
    lines,
    places.filter(({ kind }) => kind !== 'span'),
  );
  const doubt = lines.find((line) => !inBlocks.has(line) && FENCE.test(line.text))?.from ?? markdown.length;
  const spans = runsOf(lines, inBlocks).flatMap((run) => spansIn(markdown, run));
  const unsure = UNSURE_INDENT.exec(markdown)?.index ?? markdown.length;
  let next = 0;
  return places.filter((place) => {
    if (place.to > doubt || (place.kind === 'indented' && place.from > unsure)) return false;
    if (place.kind !== 'span') return true;
    while (next < spans.length && (spans[next]?.to ?? 0) < place.to) next++;
    const span = spans[next];
    return span !== undefined && span.from <= place.from;
  });
}

function linesOf(markdown: string): SourceLine[] {
  let from = 0;
  return markdown.split('\n').map((text) => {
    const line = { from, to: from + text.length, text };
    from = line.to + 1;
    return line;
  });
}

function linesIn(lines: readonly SourceLine[], blocks: readonly Stretch[]): Set<SourceLine> {
  const found = new Set<SourceLine>();
  let next = 0;
  for (const line of lines) {
    while (next < blocks.length && (blocks[next]?.to ?? 0) <= line.from) next++;
    const block = blocks[next];
    if (block && block.from <= line.to) found.add(line);
  }
  return found;
}

/** Lines with neither a blank line nor a block of code between them: no span reaches beyond. */
function runsOf(lines: readonly SourceLine[], inBlocks: ReadonlySet<SourceLine>): SourceLine[][] {
  const runs: SourceLine[][] = [[]];
  for (const line of lines) {
    if (BLANK.test(line.text) || inBlocks.has(line)) runs.push([]);
    else runs.at(-1)?.push(line);
  }
  return runs;
}

/** What stands between partners, up to the first place where they depend on the dialect. */
function spansIn(markdown: string, run: readonly SourceLine[]): Stretch[] {
  const hasTable = run.some(({ text }) => DELIMITERS.test(text));
  const spans: Stretch[] = [];
  for (const { from, to } of stretchesOf(run, hasTable)) {
    const paired = pairsIn(markdown.slice(from, to));
    const here = paired.spans.map((span) => ({ from: from + span.from, to: from + span.to }));
    spans.push(...here.filter((span) => !hasTable || !markdown.slice(span.from, span.to).includes('|')));
    if (!paired.isWhole) break;
  }
  return spans;
}

/** Plain lines one after another belong together, every other stands for itself. */
function stretchesOf(run: readonly SourceLine[], hasTable: boolean): Stretch[] {
  const stretches: Stretch[] = [];
  let isPlain = false;
  for (const { from, to, text } of run) {
    const last = stretches.at(-1);
    const wasPlain = isPlain;
    isPlain = !hasTable && PLAIN.test(text);
    if (last && wasPlain && isPlain) last.to = to;
    else stretches.push({ from, to });
  }
  return stretches;
}

/** Runs of backticks and the next of their length; outside of code, a backslash takes one away. */
function pairsIn(text: string): { spans: Stretch[]; isWhole: boolean } {
  const marks = [...text.matchAll(/\\[^\n`]|\\?(`+)/g)];
  const spans: Stretch[] = [];
  for (let i = 0; i < marks.length; i++) {
    const mark = marks[i];
    if (!mark?.[1]) continue;
    const isEscaped = mark[0].startsWith('\\');
    const length = mark[1].length - (isEscaped ? 1 : 0);
    if (length === 0) continue;
    let close = i + 1;
    while (close < marks.length && marks[close]?.[1]?.length !== length) close++;
    const partner = marks[close];
    if (!partner) return { spans, isWhole: false };
    const from = mark.index + (isEscaped ? 2 : 0);
    spans.push({ from, to: partner.index + partner[0].length });
    i = close;
  }
  return { spans, isWhole: true };
}
