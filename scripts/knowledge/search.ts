/** `npm run knowledge -- search`: questions → what Claude would be given for them. */
import type { Chunk } from '../../lib/knowledge/chunk.ts';
import { buildIndex, openSearch } from '../../lib/knowledge/search.ts';

export interface Found {
  question: string;
  hits: {
    /** Compares within one question only. */
    score: number;
    file: string;
    title: string;
    /** From outermost to innermost. */
    headings: string[];
    url?: string;
    text: string;
  }[];
}

/** As many as Claude is given. */
const HITS = 8;

/** A `|` in a question separates several queries for it. */
export function find(chunks: Chunk[], questions: readonly string[]): Found[] {
  const search = openSearch(buildIndex(chunks));
  return questions.map((question) => ({
    question,
    hits: search(question.split('|'), HITS).map(({ chunk: { file, title, headings, url }, score, text }) => {
      return { score: Number(score.toFixed(4)), file, title, headings, ...(url ? { url } : {}), text };
    }),
  }));
}

const SHOWN_CHARS = 300;

/** For a terminal, which no document steers. */
export function toText(found: readonly Found[]): string {
  return found
    .map(({ question, hits }) => [question, ...(hits.length > 0 ? hits.map(hitText) : ['   nothing found'])].join('\n'))
    .join('\n\n');
}

function hitText({ score, file, title, headings, url, text }: Found['hits'][number], i: number): string {
  const place = [title, ...headings].join(' > ');
  const words = text.replace(/\s+/g, ' ');
  const shown = words.length > SHOWN_CHARS ? `${words.slice(0, SHOWN_CHARS).toWellFormed()} …` : words;
  return `${String(i + 1).padStart(2)} ${place}\n   ${url ?? file} (${score})\n   ${shown}`;
}
