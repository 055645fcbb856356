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

/** Parts of at most `max` UTF-16 units, the first of at most `room`. `tokens` are those of the paragraph, if it was read. */
export function cutWords(text: string, tokens: readonly Token[], room: number, max: number): string[] {
  const wholes: Whole[] = [];
  const emphases: Emphasis[] = [];
  const start = tokens.length > 0 ? text.indexOf(tokens[0]?.raw ?? '') : -1;
  if (start !== -1) collect(text, tokens, start, wholes, emphases);
  const parts: string[] = [];
  let at = 0;
  let limit = room;
  let lead = '';
  while (lead.length + text.length - at > limit) {
    const open = (place: number) => emphases.filter(({ inner }) => inner.from < place && place < inner.to);
    const roomForMarks = longestMarks(emphases, at, at + limit);
    const free = (place: number) => freePlace(at + place, wholes, emphases) - at;
    const left = Math.max(limit - lead.length - roomForMarks, 1);
    const end = at + Math.max(findPause(text.slice(at, at + limit + 64), left, free), 1);
    const marks = open(end).map(({ mark }) => mark);
    const head = lead + text.slice(at, end).trimEnd() + marks.toReversed().join('');
    parts.push(head.length <= limit ? head : text.slice(at, end).trimEnd());
    at = end + (/^\s*/.exec(text.slice(end, end + 64))?.[0].length ?? 0);
    limit = max;
    lead = marks.join('');
    if (lead.length * 4 > max) lead = '';
  }
  parts.push(lead + text.slice(at));
  return parts.filter((part) => part.trim() !== '');
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
