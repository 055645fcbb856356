/** Stop 7. One line of text or several, from inline Markdown to TalkJS markup. */
import type { MarkedToken, Token } from 'marked';
import { decodeEntities } from './entities.ts';
import { type Links, touchesLink } from './links.ts';
import { keepFromBullets, toCode, toWords } from './neutralize.ts';

interface Style {
  bold?: boolean;
  italic?: boolean;
  strike?: boolean;
}

interface Run {
  text: string;
  style: Style;
  /** Finished markup, not to be touched. */
  isDone?: boolean;
}

/** Styled text becomes marked only where TalkJS sees the markers: on one line, at a boundary; elsewhere the words stay plain. */
export function renderInline(tokens: readonly Token[], links: Links, style: Style = {}): string {
  const runs = tokens.flatMap((token) => toRuns(token, links, style)).flatMap(toLines);
  const rendered = runs.map((run, index) => {
    if (run.isDone) return run.text;
    return renderRun(run, lastCharacter(runs[index - 1]), firstCharacter(runs[index + 1]));
  });
  return keepFromBullets(rendered.join(''));
}

/** The words alone, as a table cell or the label of a link shows them. */
export function toPlain(tokens: readonly Token[]): string {
  return tokens
    .map((generic) => {
      const token = generic as MarkedToken;
      if (token.type === 'br') return '\n';
      if (token.type === 'codespan' || token.type === 'escape') return token.text;
      if (token.type === 'image') return token.text || token.href;
      if ('tokens' in token && token.tokens) return toPlain(token.tokens);
      return token.type === 'text' ? decodeEntities(token.text) : token.raw;
    })
    .join('');
}

function toRuns(generic: Token, links: Links, style: Style): Run[] {
  const token = generic as MarkedToken;
  const inside = (tokens: readonly Token[], added: Style) =>
    tokens.flatMap((child) => toRuns(child, links, { ...style, ...added }));
  switch (token.type) {
    case 'strong':
      return inside(token.tokens, { bold: true });
    case 'em':
      return inside(token.tokens, { italic: true });
    case 'del':
      return inside(token.tokens, { strike: true });
    case 'paragraph':
      return inside(token.tokens, {});
    case 'text':
      return token.tokens ? inside(token.tokens, {}) : [{ text: decodeEntities(token.text), style }];
    case 'escape':
      return [{ text: token.text, style }];
    case 'codespan':
      return [{ text: toCode(token.text), style, isDone: true }];
    case 'br':
      return [{ text: '\n', style: {} }];
    case 'checkbox':
      return [];
    case 'link':
      return [toLink(links, token, toPlain(token.tokens), style)];
    case 'image':
      return [toLink(links, token, decodeEntities(token.text), style)];
    default:
      return [{ text: token.raw, style }];
  }
}

function toLink(
  links: Links,
  token: { href: string; raw: string; autolink?: boolean },
  label: string,
  style: Style,
): Run {
  // `<https://host|words>` is TalkJS' own form of a link, and an address in Markdown: nobody but the converter may write it.
  if (token.autolink && /[|<>]/.test(token.href)) return { text: token.raw, style };
  const target = token.autolink ? token.href : decodeEntities(token.href);
  const link = links.add(target, label, (words) => (canCarry(words, style) ? wrap(words, style) : words));
  return link === undefined ? { text: label || token.raw, style } : { text: link, style, isDone: true };
}

function toLines(run: Run): Run[] {
  if (run.isDone || !run.text.includes('\n')) return [run];
  return run.text.split(/(\n)/).map((text) => ({ text, style: run.style }));
}

function renderRun({ text, style }: Run, before: string, after: string): string {
  const words = text.trim();
  const start = text.indexOf(words);
  const lead = text.slice(0, start);
  const trail = text.slice(start + words.length);
  const opens = lead !== '' || before === '' || /\s/.test(before) || touchesLink(before) || before === '`';
  const closes = trail !== '' || after === '' || /[\s.,:;!?)\]}…]/.test(after) || touchesLink(after) || after === '`';
  const isStyled = opens && closes && canCarry(words, style);
  return `${lead}${isStyled ? wrap(toWords(words), style) : toWords(words)}${trail}`;
}

/** A single character is left plain: TalkJS would look for the closing marker behind it, and may find one further on. */
function canCarry(words: string, { bold, italic, strike }: Style): boolean {
  const markers = `${bold ? '*' : ''}${italic ? '_' : ''}${strike ? '~' : ''}`;
  return [...words].length > 1 && [...markers].every((marker) => !words.includes(marker));
}

function wrap(words: string, { bold, italic, strike }: Style): string {
  const struck = strike ? `~${words}~` : words;
  const slanted = italic ? `_${struck}_` : struck;
  return bold ? `*${slanted}*` : slanted;
}

function firstCharacter(run: Run | undefined): string {
  return run?.text.at(0) ?? '';
}

function lastCharacter(run: Run | undefined): string {
  return run?.text.at(-1) ?? '';
}
