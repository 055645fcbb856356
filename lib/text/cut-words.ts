/** Room of text: cuts a paragraph, so that links and code stay whole and what was bold is bold on both sides. Pure. */
import type { MarkedToken, Token } from 'marked';
import { findPause } from './pause.ts';

/** What must not be torn: a link, code in a line, an escape. */
interface Whole {
  from: number;
  to: number;
}

/** Text between marks, as `**` and `**`. */
interface Emphasis extends Whole {
  mark: string;
  /** Behind the opening mark, and before the closing one. */
  inner: Whole;
}

/** What is most often torn in a text that was not read. */
const LINK_OR_CODE = /`[^`\n]{1,200}`|\[[^[\]\n]{1,300}\]\([^()\s]{1,500}\)/g;

/** Parts of at most `max` UTF-16 units, the first of at most `room`; an empty first one where that would tear a link. `tokens` are those of the paragraph, if it was read. */
export function cutWords(text: string, tokens: readonly Token[], room: number, max: number): string[] {
  const wholes: Whole[] = [];
  const emphases: Emphasis[] = [];
  const start = tokens.length > 0 ? text.indexOf(tokens[0]?.raw ?? '') : -1;
  if (start !== -1) collect(text, tokens, start, wholes, emphases);
  else
    for (const { 0: found, index } of text.matchAll(LINK_OR_CODE))
      wholes.push({ from: index, to: index + found.length });
  const parts: string[] = [];
  let at = 0;
  let limit = room;
  let lead = '';
  while (lead.length + text.length - at > limit) {
    const open = (place: number) => emphases.filter(({ inner }) => inner.from < place && place < inner.to);
    const roomForMarks = longestMarks(emphases, at, at + limit);
    const touches = (place: number) => open(place).some(({ mark }) => touchesMark(text, place, mark));
    const free = (place: number) => {
      const first = freePlace(at + place, wholes, emphases);
      let found = first;
      while (found > at && touches(found)) found = freePlace(text.lastIndexOf(' ', found - 2) + 1, wholes, emphases);
      return (found > at ? found : first) - at;
    };
    const left = Math.max(limit - lead.length - roomForMarks, 1);
    const end = at + Math.max(findPause(text.slice(at, at + limit + 64), left, free), 1);
    const isTorn = wholes.some(({ from, to }) => from < end && end < to);
    if (isTorn && at === 0 && limit < max && parts.length === 0) {
      // The next part has room for what would be torn here.
      parts.push('');
      limit = max;
      continue;
    }
    const marks = open(end).map(({ mark }) => mark);
    const head = lead + text.slice(at, end).trimEnd() + marks.toReversed().join('');
    parts.push(head.length <= limit ? head : text.slice(at, end).trimEnd());
    at = end + (/^\s*/.exec(text.slice(end, end + 64))?.[0].length ?? 0);
    limit = max;
    lead = marks.join('');
    if (lead.length * 4 > max) lead = '';
  }
  parts.push(lead + text.slice(at));
  return parts.filter((part, index) => part.trim() !== '' || (index === 0 && part === ''));
}

function collect(text: string, tokens: readonly Token[], start: number, wholes: Whole[], emphases: Emphasis[]): void {
  let at = start;
  for (const generic of tokens) {
    const token = generic as MarkedToken;
    if (!text.startsWith(token.raw, at)) return;
    const to = at + token.raw.length;
    if (token.type === 'strong' || token.type === 'em' || token.type === 'del') {
      const length = token.raw.indexOf(token.text, 1);
      if (length > 0) {
        const inner = { from: at + length, to: at + length + token.text.length };
        emphases.push({ from: at, to, mark: token.raw.slice(0, length), inner });
        collect(text, token.tokens, inner.from, wholes, emphases);
      }
    } else if (token.type !== 'text' || token.tokens) {
      if (token.type === 'text' && token.tokens) collect(text, token.tokens, at, wholes, emphases);
      else wholes.push({ from: at, to });
    }
    at = to;
  }
}

/** The same place, or the nearest before it that tears nothing: a mark belongs to the words that it marks. */
function freePlace(place: number, wholes: readonly Whole[], emphases: readonly Emphasis[]): number {
  const torn = wholes.find(({ from, to }) => from < place && place < to);
  const at = torn ? torn.from : place;
  const edge = emphases.find(({ from, to, inner }) => (from < at && at <= inner.from) || (inner.to <= at && at < to));
  return edge ? (at <= edge.inner.from ? edge.from : freePlace(edge.inner.to - 1, wholes, emphases)) : at;
}

/** Two marks of one kind side by side would be a third one. */
function touchesMark(text: string, place: number, mark: string): boolean {
  const before = text.slice(Math.max(place - NEAR, 0), place).trimEnd();
  return (
    before.endsWith(mark.slice(-1)) ||
    text
      .slice(place, place + NEAR)
      .trimStart()
      .startsWith(mark.slice(0, 1))
  );
}

/** More than the space between two words. */
const NEAR = 16;

/** Units that closing all marks around any place between `from` and `to` takes. */
function longestMarks(emphases: readonly Emphasis[], from: number, to: number): number {
  const around = emphases.filter((emphasis) => emphasis.from < to && emphasis.to > from);
  return Math.max(
    0,
    ...around.map((one) =>
      around
        .filter((other) => other.from <= one.from && other.to >= one.to)
        .reduce((sum, { mark }) => sum + mark.length, 0),
    ),
  );
}
