/** Room of knowledge: German and Dutch write as one word what others write as two, and a search for one of them shall find it. Pure. */
import type { Language } from '../text/languages.ts';

const JOINING: ReadonlySet<Language> = new Set(['de', 'nl']);
/** Shorter parts are endings more often than words. */
const MIN_PART_CHARS = 4;
/** What stands between two words, the longest first: Arbeit-s-zeit, Straße-n-bahn. */
const LINKS = ['es', 'en', 'er', 's', 'n', 'e', ''];

/** Whether words of that language may be such. */
export function joinsWords(language: Language): boolean {
  return JOINING.has(language);
}

/** A term → the two that it is joined from, if the documents have both as words of their own; else none. */
export function openCompounds(vocabulary: ReadonlySet<string>, stem: (word: string) => string) {
  const known = (word: string) => [word, stem(word)].find((term) => vocabulary.has(term));
  return (term: string): string[] => {
    for (let at = term.length - MIN_PART_CHARS; at >= MIN_PART_CHARS; at--) {
      const last = known(term.slice(at));
      const first = last && firstOf(term.slice(0, at), known);
      if (first) return [first, last];
    }
    return [];
  };
}

function firstOf(part: string, known: (word: string) => string | undefined): string | undefined {
  for (const link of LINKS) {
    const word = part.slice(0, part.length - link.length);
    const found = part.endsWith(link) && word.length >= MIN_PART_CHARS ? known(word) : undefined;
    if (found) return found;
  }
  return undefined;
}
