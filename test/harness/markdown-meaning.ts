/** What a reader takes from a Markdown text, however it is cut: words with their looks, code line by line, cells. */
import { lexer, type MarkedToken, type Token } from 'marked';

/** The head of a table is left out: it is repeated in each part of it. */
export function meaningOf(markdown: string): string[] {
  return lexer(markdown).flatMap((token) => of(token, []));
}

function of(generic: Token, looks: readonly string[]): string[] {
  const token = generic as MarkedToken;
  const inside = (tokens: readonly Token[], look: string) =>
    tokens.flatMap((child) => of(child, [...looks, look].filter(Boolean)));
  switch (token.type) {
    case 'code':
      return token.text
        .split('\n')
        .filter((line) => line.trim() !== '')
        .map((line) => `code ${token.lang ?? ''}: ${line}`);
    case 'codespan':
      return [said(`\`${token.text}\``, looks)];
    case 'table':
      return token.rows.flat().flatMap((cell) => inside(cell.tokens, 'cell'));
    case 'list':
      return token.items.flatMap((item) => inside(item.tokens, ''));
    case 'strong':
    case 'em':
    case 'del':
      return inside(token.tokens, token.type);
    case 'heading':
      return inside(token.tokens, 'heading');
    case 'blockquote':
      return inside(token.tokens, 'quote');
    case 'link':
      return inside(token.tokens, token.href);
    case 'text':
    case 'paragraph':
      return token.tokens ? inside(token.tokens, '') : wordsOf(token.text).map((word) => said(word, looks));
    case 'space':
    case 'br':
      return [];
    default:
      return [said(token.raw.trim(), looks)];
  }
}

/** Character by character, so that it does not matter where a word without spaces is cut. */
function wordsOf(text: string): string[] {
  return [...text.replace(/\s+/g, '')];
}

function said(word: string, looks: readonly string[]): string {
  return `${word} ${[...looks].sort().join(' ')}`;
}
