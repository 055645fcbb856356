/** Stop 7. One line of text or several, from inline Markdown to TalkJS markup. */
import type { MarkedToken, Token } from 'marked';
import { eastAsian, readEastAsianMarks } from './east-asian.ts';
import { decodeEntities } from './entities.ts';
import { type Links, touchesLink } from './links.ts';
import { joiner, keepFromBullets, toCode, toWords } from './neutralize.ts';
import type { Run, Style } from './run.ts';

/** Styled text becomes marked only where TalkJS sees the markers: on one line, at a boundary; elsewhere the words stay plain. */
export function renderInline(tokens: readonly Token[], links: Links, style: Style = {}): string {
  const joined = joinAlike(tokens.flatMap((token) => toRuns(token, links, style)));
  const runs = readEastAsianMarks(joined).flatMap(toLines);
  const rendered = runs.map((run, index) => {
    if (run.isDone) return run.text;
    return renderRun(run, lastCharacter(runs[index - 1]), firstCharacter(runs[index + 1]));
  });
  return keepFromBullets(rendered.join(''));
}

/** The words alone, as the label of a link shows them; with `targets` where a link cannot be live, as in a table. */
export function toPlain(tokens: readonly Token[], show: { targets: boolean }): string {
  return tokens
    .map((generic) => {
      const token = generic as MarkedToken;
      if (token.type === 'br') return '\n';
      if (token.type === 'codespan' || token.type === 'escape') return token.text;
      if (token.type === 'image') return decodeEntities(token.text) || token.href;
      if (token.type === 'text' && !token.tokens) return decodeEntities(token.text);
      if (!('tokens' in token) || !token.tokens) return token.raw;
      const words = toPlain(token.tokens, show);
      const isHidden = token.type === 'link' && show.targets && words !== token.href;
      return isHidden ? `${words} (${token.href})` : words;
    })
    .join('');
}

/** Text that the parser cut at an escape is one text again: a marker is judged by what stands around it. */
function joinAlike(runs: readonly Run[]): Run[] {
  const joined: Run[] = [];
  for (const run of runs) {
    const last = joined.at(-1);
    const isAlike = last && !last.isDone && !run.isDone && isSame(last.style, run.style);
    if (isAlike) joined[joined.length - 1] = { ...last, text: last.text + run.text };
    else joined.push(run);
  }
  return joined;
}

function isSame(one: Style, other: Style): boolean {
  return one.bold === other.bold && one.italic === other.italic && one.strike === other.strike;
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
      return [toLink(links, token, toPlain(token.tokens, { targets: false }), style)];
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
  const { bold, italic, strike } = style;
  // Between letters or digits, as in 2*3*4, the asterisks were hardly meant to be read as emphasis.
  const isInsideWord = spacedLetter(before) && spacedLetter(after) && lead === '' && trail === '';
  if (isInsideWord && italic && !bold && !strike) return `*${toWords(words)}*`;
  const isStyled = opens && closes && canCarry(words, style);
  return `${lead}${isStyled ? wrap(toWords(words), style) : toWords(words)}${trail}`;
}

/** A letter or digit of a script that puts spaces between words. */
function spacedLetter(character: string): boolean {
  return /[\p{L}\p{N}]/u.test(character) && !eastAsian.test(character);
}

function canCarry(words: string, style: Style): boolean {
  return words !== '' && [...markersOf(style)].every((marker) => !words.includes(marker));
}

function markersOf({ bold, italic, strike }: Style): string {
  return `${bold ? '*' : ''}${italic ? '_' : ''}${strike ? '~' : ''}`;
}

function wrap(words: string, style: Style): string {
  const markers = markersOf(style);
  // Behind a single character TalkJS would rather take a marker further on for the closing one.
  const carried = markers !== '' && [...words].length === 1 ? words + joiner : words;
  return `${markers}${carried}${[...markers].reverse().join('')}`;
}

function firstCharacter(run: Run | undefined): string {
  return run?.text.at(0) ?? '';
}

function lastCharacter(run: Run | undefined): string {
  return run?.text.at(-1) ?? '';
}
