/** Room of knowledge: text → the terms under which it is found. The same way for documents and questions. Pure. */
import { clean } from '../text/clean.ts';
import type { Language } from '../text/languages.ts';
import { grammarOf } from './languages.ts';

/** Scripts that do not part their words. */
const UNPARTED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]+/gu;
const RUN = /[\p{L}\p{M}\p{N}_+]+/gu;
const LATIN = /^\p{Script=Latin}/u;
const MARKS = /\p{M}+/gu;

const segmenters = new Map<string, Intl.Segmenter>();

/**
 * In lower case, compatible forms made alike, without stop words and endings, Latin marks dropped last. Chinese, Japanese and Thai
 * become words and, since nobody is sure where those end, overlapping pairs of characters.
 */
export function termsOf(
  text: string,
  language: Language,
  stem: (word: string) => string = stemmerOf(language),
): string[] {
  const { stops } = grammarOf(language);
  const terms: string[] = [];
  for (const [run] of clean(text).normalize('NFKC').toLowerCase().matchAll(RUN)) {
    let at = 0;
    for (const part of run.matchAll(UNPARTED)) {
      if (part.index > at) addWord(run.slice(at, part.index));
      terms.push(...wordsWithin(part[0], language), ...pairsOf(part[0]));
      at = part.index + part[0].length;
    }
    if (at < run.length) addWord(run.slice(at));
  }
  return terms;

  function addWord(word: string) {
    if (stops.has(word)) return;
    const term = stem(word);
    terms.push(LATIN.test(term) ? term.normalize('NFD').replace(MARKS, '') : term);
  }
}

/** Remembers what it has seen: texts repeat their words, and stemming is what takes the time. */
export function stemmerOf(language: Language): (word: string) => string {
  const { stem } = grammarOf(language);
  const seen = new Map<string, string>();
  return (word) => {
    const known = seen.get(word);
    if (known !== undefined) return known;
    const found = stem(word);
    seen.set(word, found);
    return found;
  };
}

function wordsWithin(text: string, language: Language): string[] {
  const segmenter = segmenters.get(language) ?? new Intl.Segmenter(language, { granularity: 'word' });
  segmenters.set(language, segmenter);
  return [...segmenter.segment(text)].flatMap(({ segment, isWordLike }) =>
    isWordLike && segment.length > 2 ? segment : [],
  );
}

function pairsOf(text: string): string[] {
  const chars = [...text];
  if (chars.length === 1) return chars;
  return chars.slice(1).map((char, i) => `${chars[i]}${char}`);
}
