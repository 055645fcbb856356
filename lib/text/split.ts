/** Stop 7. Cuts Markdown into parts that fit a platform's messages, where a reader would cut it. Pure. */
import type { MarkedToken, Token } from 'marked';
import { cutWords } from './cut-words.ts';
import { parse } from './markdown.ts';

/** What is repeated in each part, fences or the head of a table, leaves most of the part to what is said. */
const MAX_SHARE_REPEATED = 0.4;
/** A part that is less full than this takes the beginning of what comes, though that has to be cut. */
const MIN_FILL = 0.3;
/** Shorter parts have no room for marks: they are cut as plain text. */
const SHORTEST = 40;

/**
 * Parts of at most `maxChars` UTF-16 units (at least 2), together the whole text, and each reads like a part of it: a code block is
 * closed and opened again with its language, a table has its head in each part, an item that goes on has no bullet of its own, what is
 * bold stays bold, a link stays whole. Blank lines at a cut are dropped, nothing else. Blank text gives no part.
 */
export function split(markdown: string, maxChars: number): string[] {
  const max = Math.max(2, Math.floor(maxChars));
  const text = trimBlankLines(markdown.replace(/\r\n?/g, '\n'));
  return cutText(text, max, max).filter((part) => part.trim() !== '');
}

function cutText(text: string, room: number, max: number): string[] {
  if (text.length <= room) return [text];
  const parsed = room >= SHORTEST ? parse(text) : undefined;
  return parsed ? pack(parsed.tokens, room, max) : cutWords(text, [], room, max);
}

/** Fills one part after the other with blocks, or with the items of a list. */
function pack(tokens: readonly Token[], room: number, max: number): string[] {
  const parts: string[] = [];
  let part = '';
  let gap = '';
  let least = '';
  const limit = () => (parts.length === 0 ? room : max);
  for (const token of tokens) {
    const block = token.raw.trimEnd();
    if (block === '') {
      gap += token.raw;
      continue;
    }
    if (part === '') gap = '';
    else if (!gap.includes(least)) gap = least;
    const left = limit() - part.length - gap.length;
    if (part !== '' && block.length > left && (isFull(part, max) || isBetterWhole(token, block, left, max))) {
      parts.push(part);
      part = '';
      gap = '';
    }
    const pieces = cutBlock(token, block, limit() - part.length - gap.length, max);
    for (const [index, piece] of pieces.entries()) {
      if (index === 0) part += gap + piece;
      else {
        parts.push(part);
        part = piece;
      }
    }
    gap = token.raw.slice(block.length);
    // What goes on of an item is a paragraph, and the next number would be a line of it.
    least = pieces.length > 1 ? '\n\n' : '\n';
  }
  return [...parts, part].map(trimBlankLines);
}

function isFull(part: string, max: number): boolean {
  return part.length >= max * MIN_FILL;
}

/** Code and tables are cut only where no message has room for them, and begin where there is room for more than their head. */
function isBetterWhole({ type }: Token, block: string, left: number, max: number): boolean {
  return (type === 'code' || type === 'table') && (block.length <= max || left < max / 2);
}

function cutBlock(generic: Token, block: string, room: number, max: number): string[] {
  if (block.length <= room) return [block];
  const token = generic as MarkedToken;
  if (room < SHORTEST && max >= SHORTEST) return ['', ...cutBlock(generic, block, max, max)];
  if (room < SHORTEST) return cutWords(block, [], Math.max(room, 1), max);
  switch (token.type) {
    case 'code':
      return cutCode(block, room, max);
    case 'table':
      return cutTable(block, room, max);
    case 'list':
      return pack(token.items, room, max);
    case 'list_item':
      return cutItem(block, room, max);
    case 'blockquote':
      return cutQuote(block, room, max);
    default:
      return cutWords(block, ('tokens' in token && token.tokens) || [], room, max);
  }
}

const FENCE = /^([ \t]*)(`{3,}|~{3,})/;

function cutCode(block: string, room: number, max: number): string[] {
  const [first = '', ...others] = block.split('\n');
  const [, indent = '', marks] = FENCE.exec(first) ?? [];
  if (marks === undefined) return cutLines({ lines: block.split('\n'), room, max });
  const closer = new RegExp(`^[ \\t]*${marks[0]}{${marks.length},}[ \\t]*$`);
  const isClosed = closer.test(others.at(-1) ?? '');
  return cutLines({ lines: isClosed ? others.slice(0, -1) : others, head: first, foot: indent + marks, room, max });
}

function cutTable(block: string, room: number, max: number): string[] {
  const [head = '', delimiters = '', ...lines] = block.split('\n');
  return cutLines({ lines, head: `${head}\n${delimiters}`, room, max });
}

/** Whole lines, between a head and a foot that are repeated in each part. */
function cutLines({
  lines,
  head = '',
  foot = '',
  room,
  max,
}: {
  lines: string[];
  head?: string;
  foot?: string;
  room: number;
  max: number;
}): string[] {
  const around = head.length + foot.length + (head === '' ? 0 : 1) + (foot === '' ? 0 : 1);
  if (around > room * MAX_SHARE_REPEATED)
    return cutWords([head, ...lines, foot].filter((line) => line !== '').join('\n'), [], room, max);
  const parts: string[] = [];
  let body: string[] = [];
  let left = room - around;
  const close = () => {
    if (body.length > 0)
      parts.push([...(head === '' ? [] : [head]), ...body, ...(foot === '' ? [] : [foot])].join('\n'));
    body = [];
    left = max - around;
  };
  for (const line of lines) {
    if (line.length > left && body.length > 0) close();
    for (const piece of line.length > left ? cutWords(line, [], left, max - around) : [line]) {
      if (piece.length > left || piece === '') close();
      if (piece === '' && line !== '') continue;
      body.push(piece);
      left -= piece.length + 1;
    }
  }
  close();
  return parts;
}

/** What goes on of an item in the next part stands there by itself, at the margin: a bullet would make it another item. */
function cutItem(block: string, room: number, max: number): string[] {
  const [, mark = '', space = ''] = /^([ \t]*(?:[-*+]|\d{1,9}[.)]))([ \t]*)/.exec(block) ?? [];
  const lead = mark + (space === '' || space.length > 4 ? space.slice(0, 1) : space);
  const indent = ' '.repeat(lead.length);
  const lines = block.slice(lead.length).split('\n');
  const inner = lines.map((line, index) => (index === 0 ? line : dedent(line, lead.length))).join('\n');
  return (
    fitted(room, max, (first) => {
      const [head = '', ...rest] = cutText(inner, first, max);
      if (head === '' && room < max) return ['', ...cutItem(block, max, max)];
      return [lead + head.replace(/\n(?=[^\n])/g, `\n${indent}`), ...rest];
    }) ?? cutWords(block, [], room, max)
  );
}

function dedent(line: string, columns: number): string {
  const spaces = /^ */.exec(line)?.[0].length ?? 0;
  return line.slice(Math.min(spaces, columns));
}

function cutQuote(block: string, room: number, max: number): string[] {
  const inner = block.replace(/^ {0,3}> ?/gm, '');
  return (
    fitted(room, max, (first) => {
      const parts = cutText(inner, first, Math.floor((max * first) / room));
      if (parts[0] === '' && room < max) return ['', ...cutQuote(block, max, max)];
      return parts.map((part) => part.replace(/^/gm, '> '));
    }) ?? cutWords(block, [], room, max)
  );
}

/** Parts that have room for the marks before their lines: tried with less and less for the words. */
function fitted(room: number, max: number, cut: (first: number) => string[]): string[] | undefined {
  for (let share = 0.95; share > 0.2; share *= 0.8) {
    const first = Math.floor(room * share);
    if (first < SHORTEST) return undefined;
    const parts = cut(first);
    if (parts.every((part, index) => part.length <= (index === 0 ? room : max))) return parts;
  }
  return undefined;
}

function trimBlankLines(text: string): string {
  return text.replace(/^(?:[ \t]*\n)+/, '').trimEnd();
}
