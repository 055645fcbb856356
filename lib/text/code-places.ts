/** Room of text: where in a Markdown text its code stands, by place and never by looking for an equal text. Pure. */
import type { MarkedToken, Token, Tokens } from 'marked';

/** From the first UTF-16 unit to the one behind the last. */
export interface CodePlace {
  from: number;
  to: number;
  kind: 'fenced' | 'indented' | 'span';
}

/** The text of a block as the parser read it, without the marks of what it stands in. */
interface View {
  text: string;
  isSource: boolean;
  lines: readonly Line[];
}

interface Line {
  /** Where it begins in the text of its view, and in the source. */
  here: number;
  source: number;
  /** Without the marks or the indentation of what it stands in: parsers disagree on whether it still does. */
  isLazy: boolean;
}

/** Places of code blocks and code spans in their order. What cannot be found where it must stand is left out. */
export function codePlaces(markdown: string, tokens: readonly Token[]): CodePlace[] {
  const places: CodePlace[] = [];
  blocks(tokens, viewOf(markdown), places);
  return places;
}

function viewOf(markdown: string): View {
  let here = 0;
  const lines = markdown.split('\n').map((line) => {
    const start = here;
    here += line.length + 1;
    return { here: start, source: start, isLazy: false };
  });
  return { text: markdown, isSource: true, lines };
}

function blocks(tokens: readonly Token[], view: View, places: CodePlace[]): void {
  let at = 0;
  // Within a list or a quote, some take the first block for one right behind the words before.
  let isBehindBlank = view.isSource;
  let isBehindIndented = false;
  for (const generic of tokens) {
    const token = generic as MarkedToken;
    if (!view.text.startsWith(token.raw, at)) continue;
    if (!isDoubtful(token, isBehindBlank)) block(token, view, at, places);
    at += token.raw.length;
    // Behind code by its indentation, some still want a list to begin with 1.
    isBehindBlank = token.type === 'space' && !isBehindIndented;
    isBehindIndented = token.type === 'code' && token.codeBlockStyle === 'indented';
  }
}

/**
 * Where parsers disagree: lists right behind words that begin with nothing or not with 1; code by its indentation alone, right behind
 * something else or with tabs; fences with spaces before them there, and with tabs or bars beside them.
 */
function isDoubtful(token: MarkedToken, isBehindBlank: boolean): boolean {
  if (token.type === 'list') return !isBehindBlank && !/^[ \t]*(?:[-*+]|1[.)])[ \t]+\S/.test(token.raw);
  if (token.type !== 'code') return false;
  if (token.codeBlockStyle === 'indented') return !isBehindBlank || token.raw.includes('\t');
  if (/^ /.test(token.raw) && !isBehindBlank) return true;
  const isClosedByTab = /\n[ \t]*(?:`{3,}|~{3,})[ ]*\t[ \t]*\n/.test(token.raw);
  return isClosedByTab || token.lang?.includes('|') === true;
}

function block(token: MarkedToken, view: View, at: number, places: CodePlace[]): void {
  if (token.type === 'code') {
    const kind: CodePlace['kind'] = view.isSource && /^[ \t]/.test(token.raw) ? 'indented' : 'fenced';
    places.push(...linesOf(view, at, at + token.raw.length).map((place) => ({ ...place, kind })));
  } else if (token.type === 'blockquote') inside(token, view, at, places);
  else if (token.type === 'list') {
    let itemAt = at;
    for (const item of token.items) {
      inside(item, view, itemAt, places);
      itemAt += item.raw.length;
    }
  } else if (token.type === 'table') cells(token, view, at, places);
  else if ('tokens' in token && token.tokens && 'text' in token) {
    const start = token.raw.indexOf(token.text);
    // Where one line is lazy, marks may find other partners on all of them.
    if (start !== -1 && linesOf(view, at, at + token.raw.length).length > 0)
      inline(token.tokens, view, at + start, places);
  }
}

/** A quote or an item: each of its lines is the end of a line of what it stands in. */
function inside(token: Tokens.Blockquote | Tokens.ListItem, view: View, at: number, places: CodePlace[]): void {
  const outer = token.raw.split('\n');
  const indent = token.type === 'list_item' ? indentOf(outer[0] ?? '') : undefined;
  const lines: Line[] = [];
  let outerAt = at;
  let here = 0;
  for (const [index, line] of token.text.split('\n').entries()) {
    const whole = outer[index];
    if (whole === undefined || !whole.endsWith(line)) return;
    const taken = whole.slice(0, whole.length - line.length);
    const isMarked =
      index === 0 || whole.trim() === '' || (indent === undefined ? taken.includes('>') : taken.length >= indent);
    const above = lineAt(view, outerAt);
    lines.push({ here, source: sourceOf(view, outerAt + taken.length), isLazy: above.isLazy || !isMarked });
    here += line.length + 1;
    outerAt += whole.length + 1;
  }
  blocks(token.tokens, { text: token.text, isSource: false, lines }, places);
}

/** Columns that what belongs to an item is indented by. */
function indentOf(firstLine: string): number {
  const [, mark = '', space = ''] = /^([ \t]*(?:[-*+]|\d{1,9}[.)]))([ \t]*)/.exec(firstLine) ?? [];
  const isBlank = mark.length + space.length === firstLine.length;
  return mark.length + (isBlank || space.length > 4 ? 1 : space.length);
}

function cells(table: Tokens.Table, view: View, at: number, places: CodePlace[]): void {
  const [head = '', delimiters = '', ...rest] = table.raw.split('\n');
  let lineAt = at;
  for (const [line, row] of [
    [head, table.header] as const,
    [delimiters, []] as const,
    ...rest.map((line, index) => [line, table.rows[index] ?? []] as const),
  ]) {
    let from = 0;
    for (const { text, tokens } of row) {
      if (text === '') continue;
      while (/[\s|]/.test(line.charAt(from))) from += 1;
      if (!line.startsWith(text, from)) break;
      inline(tokens, view, lineAt + from, places);
      from += text.length;
    }
    lineAt += line.length + 1;
  }
}

function inline(tokens: readonly Token[], view: View, start: number, places: CodePlace[]): void {
  let at = start;
  for (const generic of tokens) {
    const token = generic as MarkedToken;
    if (!view.text.startsWith(token.raw, at)) return;
    if (token.type === 'codespan')
      places.push(...linesOf(view, at, at + token.raw.length).map((place) => ({ ...place, kind: 'span' as const })));
    else if ('tokens' in token && token.tokens && 'text' in token) {
      const text = token.raw.indexOf(token.text, token.type === 'text' ? 0 : 1);
      if (text !== -1) inline(token.tokens, view, at + text, places);
    }
    at += token.raw.length;
  }
}

/** A stretch of a view, line by line, in the source: between the lines may stand marks that are no code. */
function linesOf(view: View, from: number, to: number): Pick<CodePlace, 'from' | 'to'>[] {
  const places: Pick<CodePlace, 'from' | 'to'>[] = [];
  for (let at = from; at < to; ) {
    if (lineAt(view, at).isLazy) return [];
    const newline = view.text.indexOf('\n', at);
    const end = newline === -1 ? to : Math.min(to, newline + 1);
    const source = sourceOf(view, at);
    places.push({ from: source, to: source + end - at });
    at = end;
  }
  return places;
}

function sourceOf(view: View, at: number): number {
  const { here, source } = lineAt(view, at);
  return source + at - here;
}

function lineAt({ lines }: View, at: number): Line {
  let low = 0;
  for (let high = lines.length; high - low > 1; ) {
    const middle = (low + high) >> 1;
    if ((lines[middle]?.here ?? 0) <= at) low = middle;
    else high = middle;
  }
  return lines[low] ?? { here: 0, source: 0, isLazy: true };
}
