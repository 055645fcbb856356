/** The build's reading of documents: a part of a page → texts of the size of a chunk, a table or a code block never torn. */
import { marked, type Token, type Tokens } from 'marked';
import { readHtml } from './html.ts';

const MAX_CHARS = 1_200;
/** A table or a listing beyond it goes on in another chunk, with its head or its fence again. */
const MAX_WHOLE_CHARS = 8_000;

/** What a page's author hides in its Markdown. */
const UNSEEN =
  /<!--[\s\S]*?-->|<(\w+)\b[^>]*\s(?:hidden\b|style\s*=\s*["'][^"'>]*(?:display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0))[^>]*>[\s\S]*?<\/\1\s*>/gi;

/** `withLinks` writes the links of a text out. Nothing for what no reader sees. */
export function blocksOf(token: Token, withLinks: (text: string) => string): string[] {
  const whole = (text: string) => withLinks(text.replace(UNSEEN, '')).trim();
  switch (token.type) {
    case 'space':
    case 'def':
      return [];
    case 'code':
      return inLines(token.raw.trim(), 1, fenceOf(token.raw));
    case 'table':
      return inLines(withLinks(token.raw.trim()), 2);
    case 'html':
      return marked.lexer(readHtml(token.raw).markdown).flatMap((part) => ofHtml(part, withLinks));
  }
  const text = whole(token.raw);
  if (text.length <= MAX_CHARS) return text === '' ? [] : [text];
  if (token.type === 'list') {
    const { items } = token as Tokens.List;
    return joined(
      items.flatMap((item) => (item.raw.length > MAX_CHARS ? within(item, withLinks) : whole(item.raw) || [])),
      '\n',
    );
  }
  return token.type === 'blockquote' ? within(token, withLinks) : sentencesOf(text);
}

/** Neighbours are put together while they fit. */
export function joined(texts: readonly string[], separator: string): string[] {
  const result: string[] = [];
  for (const text of texts) {
    const last = result.at(-1);
    if (last !== undefined && last.length + separator.length + text.length <= MAX_CHARS)
      result[result.length - 1] = `${last}${separator}${text}`;
    else result.push(text);
  }
  return result;
}

/** A heading within HTML that stands in Markdown does not begin a section. */
function ofHtml(token: Token, withLinks: (text: string) => string): string[] {
  return token.type === 'html' ? [] : blocksOf(token, withLinks);
}

function within({ tokens = [] }: Token & { tokens?: Token[] }, withLinks: (text: string) => string): string[] {
  return tokens.flatMap((token) => blocksOf(token, withLinks));
}

function fenceOf(raw: string): string | undefined {
  return /^\s*(`{3,}|~{3,})/.exec(raw)?.[1];
}

/** Whole if it may be; else cut between lines, each part with the first `head` lines and, in a fence, an end. */
function inLines(text: string, head: number, fence?: string): string[] {
  if (text.length <= MAX_WHOLE_CHARS) return [text];
  const lines = text.split('\n').flatMap((line) => cut(line, MAX_WHOLE_CHARS / 2));
  const opening = fence === undefined && head === 1 ? [] : lines.slice(0, head);
  const parts: string[][] = [];
  let chars = Number.POSITIVE_INFINITY;
  for (const line of lines.slice(opening.length, fence === undefined ? undefined : -1)) {
    if (chars + line.length > MAX_WHOLE_CHARS) {
      parts.push([...opening]);
      chars = 0;
    }
    parts.at(-1)?.push(line);
    chars += line.length + 1;
  }
  return parts.map((part) => [...part, ...(fence === undefined ? [] : [fence])].join('\n'));
}

/** A long paragraph is cut at its sentences, one without any where it must be. */
function sentencesOf(text: string): string[] {
  const sentences = [...new Intl.Segmenter(undefined, { granularity: 'sentence' }).segment(text)];
  return joined(
    sentences.flatMap(({ segment }) => cut(segment, MAX_CHARS)),
    '',
  ).map((part) => part.trim());
}

function cut(text: string, maxChars: number): string[] {
  const parts: string[] = [];
  let rest = text;
  while (rest.length > maxChars) {
    const end = Math.max(rest.lastIndexOf(' ', maxChars), maxChars / 2);
    const isTorn = /[\uD800-\uDBFF]/.test(rest[end - 1] ?? '');
    parts.push(rest.slice(0, isTorn ? end - 1 : end));
    rest = rest.slice(isTorn ? end - 1 : end);
  }
  return [...parts, rest];
}
