/** Room of knowledge: several wordings of one question → the passages that answer it. BM25 by MiniSearch. */
import MiniSearch, { type Options } from 'minisearch';
import type { Language } from '../text/languages.ts';
import { type Chunk, type IndexedKnowledge, KNOWLEDGE_VERSION } from './chunk.ts';
import { stemmerOf, termsOf } from './terms.ts';

/** Found passages: the chunk, and what stands around it in its section. */
export interface Hit {
  chunk: Chunk;
  /** Compares within one search only. */
  score: number;
  /** The chunk's text, with the parts of its section before and behind it where they are short. */
  text: string;
}

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
const MAX_OF_ONE_FILE = 3;
/** A passage with its neighbours. */
const MAX_PASSAGE_CHARS = 2_400;

/** For `openSearch`, which must have the same version of this file. */
export function buildIndex(chunks: Chunk[]): IndexedKnowledge {
  const stems = new Map<Language, (word: string) => string>();
  const index = new MiniSearch(OPTIONS);
  index.addAll(
    chunks.map(({ title, headings, text, language }, id): Entry => {
      const stem = stems.get(language) ?? stemmerOf(language);
      stems.set(language, stem);
      const terms = (words: string) => termsOf(words, language, stem).join(' ');
      const path = [title, ...headings.slice(0, -1)].join(' ');
      return { id, path: terms(path), heading: terms(headings.at(-1) ?? ''), text: terms(text) };
    }),
  );
  const languages = [...new Set(chunks.map(({ language }) => language))];
  return { version: KNOWLEDGE_VERSION, chunks, languages, index: JSON.stringify(index) };
}

/** Throws a RangeError for knowledge that was built for another version of this file. */
export function openSearch({ version, chunks, languages, index }: IndexedKnowledge) {
  if (version !== KNOWLEDGE_VERSION) throw new RangeError('this index is of another version');
  const loaded = MiniSearch.loadJSON(index, OPTIONS);

  /** Numbers of chunks, best first. */
  function ranked(query: string): number[] {
    const terms = new Set(languages.flatMap((language) => termsOf(query, language)));
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

/** A chunk that is shown beside another one needs no place of its own. */
function choose(best: readonly (readonly [number, number])[], chunks: readonly Chunk[], limit: number): Hit[] {
  const hits: Hit[] = [];
  const shown = new Set<number>();
  const ofFile = new Map<string, number>();
  for (const [id, score] of best) {
    const chunk = chunks[id];
    if (!chunk || shown.has(id)) continue;
    const count = ofFile.get(chunk.file) ?? 0;
    if (count >= MAX_OF_ONE_FILE) continue;
    ofFile.set(chunk.file, count + 1);
    const around = neighboursOf(id, chunks).filter((neighbour) => neighbour === id || !shown.has(neighbour));
    for (const neighbour of around) shown.add(neighbour);
    hits.push({ chunk, score, text: around.map((neighbour) => chunks[neighbour]?.text ?? '').join('\n\n') });
    if (hits.length === limit) break;
  }
  return hits;
}

/** The chunk and the parts of its section next to it, as far as they fit. */
function neighboursOf(id: number, chunks: readonly Chunk[]): number[] {
  const own = chunks[id];
  const around = [id];
  let chars = own?.text.length ?? 0;
  for (const next of [id + 1, id - 1]) {
    const chunk = chunks[next];
    if (!own || chunk?.section !== own.section || chars + chunk.text.length > MAX_PASSAGE_CHARS) continue;
    chars += chunk.text.length;
    around.push(next);
  }
  return around.sort((a, b) => a - b);
}
