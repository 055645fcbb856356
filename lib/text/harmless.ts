/** Room of text: no picture and no HTML in what Claude wrote, for every platform whose clients show Markdown. Pure. */
import type { MarkedToken, Token } from 'marked';
import { agreedPlaces } from './agreed-code.ts';
import { codePlaces } from './code-places.ts';
import { parse } from './markdown.ts';

/** Breaks a marker without being seen. */
const JOINER = '\u2060';

/** What begins a picture. */
const PICTURE = /!(?=\[)/g;
/** What begins a tag, a comment or a declaration. An address in angle brackets is a link and stays. */
const TAG = /<(?=[a-z/!?])(?!(?:https?:|mailto:)[^\s<>]*>)/gi;
const LIVE = /!\[|<[a-z/!?]/i;

/**
 * Pictures become links, and HTML shows as it stands: a picture is fetched as soon as it is seen, and a model that was talked into it
 * could tell a stranger's server by its URL what the conversation holds. Code stays as it was written. The result is read again: if
 * anything live were left, it is disarmed everywhere, within code by characters that are not seen. Meant for a message as it is sent.
 */
export function keepHarmless(markdown: string): string {
  if (!LIVE.test(markdown)) return markdown;
  const source = markdown.replace(/\r\n?/g, '\n');
  const safe = disarmProse(source);
  return safe !== undefined && isHarmless(safe) ? safe : disarmAll(source);
}

/** True where a Markdown parser finds neither picture nor HTML in the whole of it. */
function isHarmless(markdown: string): boolean {
  const parsed = parse(markdown);
  return parsed?.isWhole === true && !hasLive(parsed.tokens);
}

/**
 * The code is looked for in a text of the same length without pictures and tags: that is how it will be read. What only some parsers take
 * for code is disarmed by what is not seen in either case.
 */
function disarmProse(source: string): string | undefined {
  const dead = source.replace(PICTURE, JOINER).replace(TAG, JOINER);
  const parsed = parse(dead);
  if (!parsed) return undefined;
  const places = codePlaces(dead, parsed.tokens);
  const agreed = new Set(agreedPlaces(dead, places));
  let safe = '';
  let at = 0;
  for (const place of places) {
    const { from, to } = place;
    if (from < at) continue;
    const code = source.slice(from, to);
    safe += disarm(source, at, from) + (agreed.has(place) ? code : disarmAll(code));
    at = to;
  }
  return safe + disarm(source, at, source.length);
}

/** An exclamation mark behind a word belongs to the word; before a picture of its own it goes. */
function disarm(source: string, from: number, to: number): string {
  const isAlone = (at: number) => at === 0 || /\s/.test(source.charAt(at - 1));
  return source
    .slice(from, to)
    .replace(PICTURE, (mark, at: number) => (isAlone(from + at) ? JOINER : mark + JOINER))
    .replace(TAG, '&lt;');
}

function disarmAll(source: string): string {
  return source.replace(PICTURE, `!${JOINER}`).replace(TAG, `<${JOINER}`);
}

function hasLive(tokens: readonly Token[]): boolean {
  return tokens.some((generic) => {
    const token = generic as MarkedToken;
    if (token.type === 'image' || token.type === 'html') return true;
    if (token.type === 'list') return token.items.some((item) => hasLive(item.tokens));
    if (token.type === 'table') return [token.header, ...token.rows].flat().some((cell) => hasLive(cell.tokens));
    return 'tokens' in token && token.tokens !== undefined && hasLive(token.tokens);
  });
}
