/** Room of knowledge: several wordings of one question → the passages that answer it. BM25 by MiniSearch. */
import MiniSearch, { type AsPlainObject, type Options } from 'minisearch';
import type { Language } from '../text/languages.ts';
import { choose, type Hit } from './choose.ts';
import { type Chunk, type IndexedKnowledge, KNOWLEDGE_VERSION } from './chunk.ts';
import { joinsWords, openCompounds } from './compounds.ts';
import { stemmerOf, termsOf } from './terms.ts';

interface Entry {
  id: number;
  /** The title and the outer headings. */
  path: string;
  heading: string;
  text: string;
}

/** What is indexed are terms already: the document's language decides about them, and MiniSearch does not know it. */
const OPTIONS: Options<Entry> = {
  fields: ['path', 'heading', 'text'],
  tokenize: (text) => text.split(' '),
  processTerm: (term) => term || null,
};

const BOOST = { path: 1, heading: 2, text: 1 };

/** Measured by bench/knowledge: a term that comes again says more than MiniSearch's own values let it. */
const BM25 = { k: 2, b: 0.7, d: 0 };

/** Longer words are typed wrong more often, and less like others; a match by typo counts a tenth. */
const FUZZY_FROM_CHARS = 6;
const FUZZY_SHARE = 0.2;
const FUZZY_WEIGHT = 0.1;

/** Ranks are added up as 1 / (RANK_OFFSET + rank): the usual constant of reciprocal rank fusion (Cormack et al., 2009). */
const RANK_OFFSET = 60;
/** Ranks of one query that count. */
const DEPTH = 40;

/** For `openSearch`, which must have the same version of this file. */
export function buildIndex(chunks: Chunk[]): IndexedKnowledge {
  const languages = [...new Set(chunks.map(({ language }) => language))];
  const index = new MiniSearch(OPTIONS);
  for (const language of languages) index.addAll(entriesOf(chunks, language));
  return { version: KNOWLEDGE_VERSION, chunks, languages, index: JSON.stringify(index) };
}

function entriesOf(chunks: readonly Chunk[], language: Language): Entry[] {
  const stem = stemmerOf(language);
  const terms = (words: string) => termsOf(words, language, stem);
  const parted = chunks.flatMap(({ title, headings, text, ...chunk }, id) => {
    if (chunk.language !== language) return [];
    const path = terms([title, ...headings.slice(0, -1)].join(' '));
    return [{ id, path, heading: terms(headings.at(-1) ?? ''), text: terms(withoutTargets(text)) }];
  });
  const vocabulary = new Set(parted.flatMap(({ path, heading, text }) => [...path, ...heading, ...text]));
  const compounds = joinsWords(language) ? openCompounds(vocabulary, stem) : () => [];
  const joined = (all: readonly string[]) => all.flatMap((term) => [term, ...compounds(term)]).join(' ');
  return parted.map(({ id, path, heading, text }) => ({
    id,
    path: joined(path),
    heading: joined(heading),
    text: joined(text),
  }));
}

/** Nobody asks for the address behind a link, but its words are those of other pages. */
function withoutTargets(markdown: string): string {
  return markdown.replace(/\]\([^()\s]{0,2000}\)/g, ']');
}

/** Throws a RangeError for knowledge that was built for another version of this file. */
export function openSearch({ version, chunks, languages, index }: IndexedKnowledge) {
  if (version !== KNOWLEDGE_VERSION) throw new RangeError('this index is of another version');
  const plain = JSON.parse(index) as AsPlainObject;
  const loaded = MiniSearch.loadJS(plain, OPTIONS);
  const partOf = queryParts(languages, plain);

  /** Numbers of chunks, best first. */
  function ranked(query: string): number[] {
    const terms = new Set(languages.flatMap((language) => partOf(language, termsOf(query, language))));
    if (terms.size === 0) return [];
    const found = loaded.search([...terms].join(' '), {
      boost: BOOST,
      fuzzy: (term) => (term.length >= FUZZY_FROM_CHARS && /^\p{Script=Latin}+$/u.test(term) ? FUZZY_SHARE : false),
      bm25: BM25,
      weights: { fuzzy: FUZZY_WEIGHT, prefix: 0 },
    });
    return found.slice(0, DEPTH).map(({ id }) => id as number);
  }

  /** At most `limit` hits for the queries together, best first, at most three of one file. */
  return (queries: readonly string[], limit: number): Hit[] => {
    const scores = new Map<number, number>();
    for (const query of queries) {
      for (const [rank, id] of ranked(query).entries()) {
        scores.set(id, (scores.get(id) ?? 0) + 1 / (RANK_OFFSET + rank + 1));
      }
    }
    const best = [...scores].sort(([a, x], [b, y]) => y - x || a - b);
    return choose(best, chunks, limit);
  };
}

/** Terms of a question with those that the joined ones among them are made of. */
function queryParts(languages: readonly Language[], { index }: AsPlainObject) {
  const joining = languages.filter(joinsWords);
  const vocabulary = new Set(joining.length > 0 ? index.map(([term]) => term) : []);
  const compounds = new Map(joining.map((language) => [language, openCompounds(vocabulary, stemmerOf(language))]));
  return (language: Language, terms: readonly string[]) =>
    terms.flatMap((term) => [term, ...(compounds.get(language)?.(term) ?? [])]);
}
