/** Offline Claude: an answer from what it was given to cite, found by the words that the question and a passage share. */
import { type Citable, type CitableSource, type Citation, citableIn } from './citable.ts';
import type { MessagesRequest } from './shape.ts';

/** A part of an answer and what it is from. */
export interface CitedPart {
  text: string;
  citations: Citation[];
}

const stops = new Set(
  'a about all also am an and any are as at be been but by can could did do does doing for from get give had has have he hello help here hey hi how i if in into is it its just know like me more my no not of off on one or our please she should so some tell than thank thanks that the their them then there these they this to up us use want was we were what when where which who why will with would you your der die das ein eine ist und wie was ich wir sie es für mit auf von zu le la les un une des et est que qui comment je vous pour dans'.split(
    ' ',
  ),
);
const maxSources = 2;
const maxPieces = 2;

/** Parts to be said one after another; none when nothing that can be cited is about what was said. */
export function citedAnswer(request: Pick<MessagesRequest, 'messages'>, said: string): CitedPart[] {
  const wanted = [...new Set(wordsOf(said))];
  if (wanted.length === 0) return [];
  const sources = citableIn(request);
  const rated = sources
    .map((source) => ({ source, score: scoreOf(source, wanted, sources) }))
    .filter(({ source, score }) => score > 0 && shareOf(source, wanted) >= 0.5)
    .sort((one, other) => other.score - one.score);
  const best = rated[0]?.score ?? 0;
  const used = rated.filter(({ score }) => score > best / 2).slice(0, maxSources);
  return used
    .flatMap(({ source }) => bestPieces(source, wanted))
    .map(({ text, citation }) => ({ text: text.trim(), citations: [citation] }));
}

function bestPieces({ pieces }: CitableSource, wanted: readonly string[]): Citable[] {
  const rated = pieces.map((piece, i) => ({ i, hits: hitsIn(piece.text, wanted) }));
  const [first] = rated.toSorted((one, other) => other.hits - one.hits || one.i - other.i);
  const start = first?.i ?? 0;
  return pieces.slice(start, start + maxPieces);
}

function scoreOf(source: CitableSource, wanted: readonly string[], all: readonly CitableSource[]): number {
  const words = new Set(wordsOf(textOf(source)));
  const inHeading = new Set(wordsOf(source.title.split(' › ').at(-1) ?? ''));
  return wanted.reduce((sum, word) => {
    if (!words.has(word)) return sum;
    const rarity = Math.log(1 + all.length / all.filter((other) => new Set(wordsOf(textOf(other))).has(word)).length);
    return sum + rarity * (inHeading.has(word) ? 3 : 1);
  }, 0);
}

function shareOf(source: CitableSource, wanted: readonly string[]): number {
  return hitsIn(textOf(source), wanted) / wanted.length;
}

function hitsIn(text: string, wanted: readonly string[]): number {
  const words = new Set(wordsOf(text));
  return wanted.filter((word) => words.has(word)).length;
}

function textOf({ title, pieces }: CitableSource): string {
  return [title, ...pieces.map(({ text }) => text)].join('\n');
}

function wordsOf(text: string): string[] {
  const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  return words.filter((word) => !stops.has(word)).map((word) => word.replace(/(?:ing|ed|es|s|e)$/, '') || word);
}
