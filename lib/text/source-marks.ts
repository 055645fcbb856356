/** Room of text: the sources of an answer as marks in its Markdown, where it says what is from them. Pure. */
import type { Source } from '../types.ts';
import { parse } from './markdown.ts';

/**
 * The text with `[1]` behind what is from the first source, a link where the source has an address; those without one are named below it.
 * A mark never stands within code, a table, or in the middle of a link or of bold text: it goes behind that.
 */
export function withMarks(markdown: string, sources: readonly Source[] = []): string {
  if (sources.length === 0) return markdown;
  const text = markdown.replace(/\r\n?/g, '\n');
  const blocks = blocksOf(text);
  const placed = sources.map((source) => ({ source, ...placeFor(text, blocks, shifted(markdown, source.at)) }));
  const marked = placed
    .toSorted((one, other) => other.at - one.at || other.source.n - one.source.n)
    .reduce((whole, { source, at, isApart }) => {
      const before = whole.slice(0, at);
      const lead = isApart ? '\n\n' : /[\s[]$|^$/.test(before) ? '' : ' ';
      const next = whole.slice(at);
      const gap = isApart && next.trim() !== '' && !next.startsWith('\n\n') ? '\n\n' : '';
      return before + lead + markOf(source) + gap + next;
    }, text);
  const named = sources.filter(({ url }) => url === undefined).map(({ n, title }) => `[${n}] ${plain(title)}`);
  return named.length > 0 ? `${marked.trimEnd()}\n\n${named.join('\n\n')}` : marked;
}

function markOf({ n, url }: Source): string {
  return url === undefined ? `[${n}]` : `[[${n}]](<${url.replace(/[<>\s\\]/g, encodeURIComponent)}>)`;
}

/** What a title has of Markdown is shown. */
function plain(title: string): string {
  return title.replace(/\s+/g, ' ').replace(/[\\`*_[\]<>~|]/g, '\\$&');
}

/** The same place once line ends are `\n` alone. */
function shifted(markdown: string, at: number): number {
  return markdown.slice(0, at).replace(/\r\n?/g, '\n').length;
}

interface BlockPlace {
  start: number;
  end: number;
  /** Nothing can be written into it. */
  isClosed: boolean;
}

function blocksOf(text: string): BlockPlace[] {
  const parsed = parse(text);
  if (!parsed) return [{ start: 0, end: text.length, isClosed: true }];
  let at = 0;
  return parsed.tokens.map(({ type, raw }) => {
    const start = at;
    at += raw.length;
    return { start, end: start + raw.trimEnd().length, isClosed: CLOSED.has(type) || /```|~~~|^ {4}/m.test(raw) };
  });
}

const CLOSED: ReadonlySet<string> = new Set(['code', 'table', 'html', 'def']);

function placeFor(text: string, blocks: readonly BlockPlace[], wanted: number): { at: number; isApart: boolean } {
  const block = blocks.find(({ start, end }) => start < wanted && wanted <= end);
  if (!block) return { at: Math.min(wanted, text.length), isApart: false };
  if (block.isClosed) return { at: block.end, isApart: true };
  const lineEnd = text.indexOf('\n', wanted);
  const ends = [wanted, lineEnd === -1 ? block.end : Math.min(lineEnd, block.end), block.end];
  const at = ends.find((end) => !isWithinInline(text.slice(block.start, end), text.slice(end, block.end)));
  return at === undefined ? { at: block.end, isApart: true } : { at, isApart: false };
}

/** Whether something is open there that ends further on: code, bold or struck words, the words or the address of a link. */
function isWithinInline(before: string, after: string): boolean {
  const { words, isCode } = withoutCode(before.slice(before.lastIndexOf('\n\n') + 1).replace(/\\[\s\S]/g, ''));
  if (isCode && after.includes('`')) return true;
  for (const mark of ['**', '__', '~~']) if (isOdd(words, mark) && after.includes(mark)) return true;
  if (isOdd(words.replaceAll('**', '').replace(/^\s{0,9}\*\s/gm, ''), '*') && after.includes('*')) return true;
  const isOpen = (open: string, close: string) => words.lastIndexOf(open) > words.lastIndexOf(close);
  if (isOpen('[', ']') || isOpen('](', ')')) return true;
  if (words.endsWith(']') && after.startsWith('(')) return true;
  return isOpen('<', '>') && !/\s/.test(words.slice(words.lastIndexOf('<')));
}

function isOdd(words: string, mark: string): boolean {
  return words.split(mark).length % 2 === 0;
}

/** What stands between marks of the same length is code, and says nothing else. */
function withoutCode(text: string): { words: string; isCode: boolean } {
  let words = '';
  let from = 0;
  let open = 0;
  for (const { 0: run, index } of text.matchAll(/`+/g)) {
    if (open === 0) {
      words += text.slice(from, index);
      open = run.length;
    } else if (run.length === open) {
      open = 0;
      from = index + run.length;
    }
  }
  return { words: open === 0 ? words + text.slice(from) : words, isCode: open > 0 };
}
