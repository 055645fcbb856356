/** Room of knowledge: the languages whose words it can tell apart from their endings. Pure. */

import { stemmer as arabic } from '@orama/stemmers/arabic';
import { stemmer as dutch } from '@orama/stemmers/dutch';
import { stemmer as english } from '@orama/stemmers/english';
import { stemmer as french } from '@orama/stemmers/french';
import { stemmer as german } from '@orama/stemmers/german';
import { stemmer as italian } from '@orama/stemmers/italian';
import { stemmer as portuguese } from '@orama/stemmers/portuguese';
import { stemmer as spanish } from '@orama/stemmers/spanish';
import { stemmer as turkish } from '@orama/stemmers/turkish';
import { stopwords as arabicStops } from '@orama/stopwords/arabic';
import { stopwords as dutchStops } from '@orama/stopwords/dutch';
import { stopwords as englishStops } from '@orama/stopwords/english';
import { stopwords as frenchStops } from '@orama/stopwords/french';
import { stopwords as germanStops } from '@orama/stopwords/german';
import { stopwords as italianStops } from '@orama/stopwords/italian';
import { stopwords as portugueseStops } from '@orama/stopwords/portuguese';
import { stopwords as spanishStops } from '@orama/stopwords/spanish';
import { stopwords as turkishStops } from '@orama/stopwords/turkish';
import { LANGUAGES, type Language } from '../text/languages.ts';

interface Grammar {
  /** A word in lower case without its ending. */
  stem(word: string): string;
  /** Words that say nothing of what a text is about. */
  stops: ReadonlySet<string>;
}

/** No stemmer of a kept library knows Polish; that its words begin alike is what is left of them there. */
const POLISH_STEM_CHARS = 6;

const POLISH_STOPS =
  'a aby albo ale bez bo by być był była było były ci co czy dla do gdy gdzie go i ich im ja jak jaka jakie jaki jako je jego jej jest jestem już każdy kiedy kto która które którego której który którzy lub ma mam mi mnie może można mój na nad nam nas nasz nie niż o od on ona oni ono oraz po pod przez przy są się sobie tak także tam te tego tej ten to tu twój ty tylko tym u w we wszystko z za ze że żeby';

/** Neither words nor endings are told apart in the scripts that do not part their words. */
const WITHOUT_ENDINGS: Grammar = { stem: (word) => word, stops: new Set() };

const GRAMMARS: Readonly<Record<Language, Grammar>> = {
  // The library's list has no "a", and its "don't" comes to us in two parts.
  en: { stem: english, stops: new Set([...englishStops, 'a', ...englishStops.flatMap((word) => word.split("'"))]) },
  // To negate is to say something.
  de: { stem: german, stops: without(germanStops, ['nicht', 'kein', 'keine']) },
  fr: { stem: french, stops: new Set([...frenchStops, 'l', 'd', 'c', 'j', 'n', 's', 't', 'qu', 'm']) },
  es: { stem: spanish, stops: new Set(spanishStops) },
  pt: { stem: portuguese, stops: new Set(portugueseStops) },
  it: { stem: italian, stops: new Set([...italianStops, 'l', 'd', 'c', 'un', 'dell', 'all', 'nell']) },
  nl: { stem: dutch, stops: new Set(dutchStops) },
  pl: { stem: (word) => word.slice(0, POLISH_STEM_CHARS), stops: new Set(POLISH_STOPS.split(' ')) },
  tr: { stem: turkish, stops: new Set(turkishStops) },
  ja: WITHOUT_ENDINGS,
  zh: WITHOUT_ENDINGS,
  ar: { stem: arabic, stops: new Set(arabicStops) },
};

/** How words of that language lose their endings, and which say nothing. */
export function grammarOf(language: Language): Grammar {
  return GRAMMARS[language];
}

/** Enough to tell by, and quick for any length. */
const LOOKED_AT_CHARS = 20_000;

/** The language of a text: by its script, else by which language's small words are in it most; English where nothing tells. */
export function languageOf(text: string): Language {
  const looked = text.slice(0, LOOKED_AT_CHARS).toLowerCase();
  const letters = countOf(looked, /\p{L}/gu);
  if (countOf(looked, /[\p{Script=Hiragana}\p{Script=Katakana}]/gu) > letters / 10) return 'ja';
  if (countOf(looked, /\p{Script=Han}/gu) > letters / 5) return 'zh';
  if (countOf(looked, /\p{Script=Arabic}/gu) > letters / 2) return 'ar';
  const words = looked.match(/\p{L}+/gu) ?? [];
  const score = (language: Language) => words.filter((word) => GRAMMARS[language].stops.has(word)).length;
  const scored = LANGUAGES.map((language) => ({ language, score: score(language) }));
  return scored.reduce((best, next) => (next.score > best.score ? next : best)).language;
}

function countOf(text: string, what: RegExp): number {
  return text.match(what)?.length ?? 0;
}

function without(words: readonly string[], kept: readonly string[]): ReadonlySet<string> {
  return new Set(words).difference(new Set(kept));
}
