/**
 * The playground's page: Markdown as elements. No HTML text is ever made: what the parser takes for HTML is shown as it was
 * written, pictures become links, and links lead to http, https and mailto only.
 */
import { lexer, type MarkedToken, type Token, type Tokens } from 'marked';
import { make } from './dom.ts';

/** Never throws. */
export function renderMarkdown(markdown: string): Node[] {
  try {
    return lexer(markdown).flatMap(toBlock);
  } catch {
    return [make('p', {}, markdown)]; // nested deeper than the parser goes
  }
}

/** An element that leads there, or the label alone. */
export function renderLink(href: string, label: readonly Node[]): Node[] {
  if (!isSafe(href)) return [...label];
  const link = make('a', { href, target: '_blank', rel: 'noopener noreferrer nofollow' });
  link.append(...label);
  return [link];
}

const SAFE = new Set(['http:', 'https:', 'mailto:']);

function isSafe(href: string): boolean {
  return URL.canParse(href) && SAFE.has(new URL(href).protocol);
}

function toBlock(generic: Token): Node[] {
  const token = generic as MarkedToken;
  switch (token.type) {
    case 'space':
    case 'def':
      return [];
    case 'heading':
      return [make('p', { class: 'heading' }, ...toInline(token.tokens))];
    case 'paragraph':
      return [make('p', {}, ...toInline(token.tokens))];
    case 'code':
      return [make('pre', { tabindex: 0 }, make('code', {}, token.text))];
    case 'blockquote':
      return [make('blockquote', {}, ...token.tokens.flatMap(toBlock))];
    case 'list':
      return [toList(token)];
    case 'table':
      return [toTable(token)];
    case 'hr':
      return [make('hr')];
    case 'html':
      return [make('p', {}, token.text)];
    default:
      return toInline([token]);
  }
}

function toList({ ordered, start, items }: Tokens.List): HTMLElement {
  const entries = items.map((item) => {
    const mark = item.task ? (item.checked ? '☑ ' : '☐ ') : '';
    return make('li', {}, mark, ...item.tokens.flatMap(toBlock));
  });
  if (!ordered) return make('ul', {}, ...entries);
  return make('ol', { start: start === '' ? 1 : start }, ...entries);
}

function toTable({ header, rows }: Tokens.Table): HTMLElement {
  const row = (cells: readonly Tokens.TableCell[], tag: 'th' | 'td') =>
    make('tr', {}, ...cells.map(({ tokens }) => make(tag, {}, ...toInline(tokens))));
  return make(
    'div',
    { class: 'table', tabindex: 0, role: 'region', 'aria-label': 'Table' },
    make(
      'table',
      {},
      make('thead', {}, row(header, 'th')),
      make('tbody', {}, ...rows.map((cells) => row(cells, 'td'))),
    ),
  );
}

function toInline(tokens: readonly Token[]): Node[] {
  return tokens.flatMap((generic): Node[] => {
    const token = generic as MarkedToken;
    switch (token.type) {
      case 'strong':
      case 'em':
      case 'del':
        return [make(token.type, {}, ...toInline(token.tokens))];
      case 'codespan':
        return [make('code', {}, token.text)];
      case 'br':
        return [make('br')];
      case 'link':
        return renderLink(token.href, toInline(token.tokens));
      case 'image':
        return renderLink(token.href, [new Text(`🖼 ${decodeEntities(token.text) || token.href}`)]);
      case 'escape':
        return [new Text(token.text)];
      case 'text':
        return token.tokens ? toInline(token.tokens) : [new Text(decodeEntities(token.text))];
      case 'html':
        return [new Text(token.text)];
      default:
        return [new Text(token.raw)];
    }
  });
}

const parser = new DOMParser();

/** The parser leaves character references to the browser; each is resolved by itself, so that nothing around it is read as HTML. */
function decodeEntities(text: string): string {
  return text.replace(
    /&(?:#\d+|#x[\da-f]+|\w+);/gi,
    (entity) => parser.parseFromString(entity, 'text/html').body.textContent,
  );
}
