/**
 * How well questions find their sections: documents that Debian ships and nobody wrote for this, in `/usr/share`. Run it by
 * `node bench/knowledge/quality.mjs`; the packages come with `apt-get install debian-faq debian-policy developers-reference
 * developers-reference-de developers-reference-fr debian-handbook`.
 */
import { existsSync, readFileSync } from 'node:fs';
import { buildIndex, openSearch } from '../../lib/knowledge/search.ts';
import { readFolder } from '../../scripts/build/knowledge/read-folder.ts';

const FOLDERS = {
  faq: '/usr/share/doc/debian/FAQ',
  policy: '/usr/share/doc/debian-policy/policy.html',
  reference: '/usr/share/developers-reference',
  german: '/usr/share/doc/developers-reference-de/docs',
  french: '/usr/share/doc/developers-reference-fr/docs',
  handbook: '/usr/share/doc/debian-handbook/html/en-US',
  handbookDe: '/usr/share/doc/debian-handbook/html/de-DE',
  handbookEs: '/usr/share/doc/debian-handbook/html/es-ES',
};

const DEPTH = 8;

export async function measureQuality() {
  const missing = Object.values(FOLDERS).filter((folder) => !existsSync(folder));
  if (missing.length > 0) throw new Error(`not installed: ${missing.join(', ')}`);
  const { faq, policy, reference, german, french, ...handbooks } = Object.fromEntries(
    await Promise.all(Object.entries(FOLDERS).map(async ([name, folder]) => [name, await chunksOf(name, folder)])),
  );
  const english = [...faq, ...policy, ...reference];
  const { questions } = JSON.parse(readFileSync(new URL('questions.json', import.meta.url), 'utf8'));
  const isTarget =
    ({ in: numbers }) =>
    (chunk) =>
      chunk.file.startsWith('faq/') && numbers.some((number) => chunk.headings.at(-1)?.startsWith(number));
  return [
    {
      corpus: 'English, 46 questions in own words, as typed',
      ...hitsOf(
        english,
        questions.map((q) => ({ queries: [q.asked], isTarget: isTarget(q) })),
      ),
    },
    {
      corpus: 'English, the same, two queries as Claude writes them',
      ...hitsOf(
        english,
        questions.map((q) => ({ queries: q.queries, isTarget: isTarget(q) })),
      ),
    },
    { corpus: 'FAQ headings, taken out of the text', ...headingsOf(english, 'faq/') },
    { corpus: 'Developers reference headings (not tuned on)', ...headingsOf(english, 'reference/') },
    { corpus: 'German reference headings (not tuned on)', ...headingsOf(german, 'german/') },
    { corpus: 'French reference headings (not tuned on)', ...headingsOf(french, 'french/') },
    ...Object.entries(handbooks).map(([name, chunks]) => ({
      corpus: `headings of the ${name}`,
      ...headingsOf(chunks, `${name}/`),
    })),
  ];
}

async function chunksOf(name, folder) {
  const { chunks } = await readFolder(folder);
  const isWanted = ({ file }) =>
    !file.includes('/') &&
    !/^(_|search|genindex|index|upgrading)/.test(file) &&
    file.endsWith('.html') &&
    (name !== 'faq' || file.endsWith('.en.html')) &&
    file !== 'developers-reference.html';
  return chunks.filter(isWanted).map((chunk) => ({ ...chunk, file: `${name}/${chunk.file}` }));
}

/** Each innermost heading once as a question; the index has the outer ones only. */
function headingsOf(chunks, prefix) {
  const asked = new Map();
  const without = chunks.map((chunk) => {
    const heading = chunk.headings.at(-1);
    if (!chunk.file.startsWith(prefix) || heading === undefined) return chunk;
    if (prefix !== 'faq/' || heading.includes('?')) asked.set(chunk.section, heading.replace(/^[\d.]+\s*/, ''));
    return { ...chunk, headings: chunk.headings.slice(0, -1) };
  });
  const questions = [...asked].map(([section, heading]) => ({
    queries: [heading],
    isTarget: (chunk) => chunk.section === section,
  }));
  return hitsOf(without, questions);
}

function hitsOf(chunks, questions) {
  const search = openSearch(buildIndex(chunks));
  const ranks = questions.map(({ queries, isTarget }) =>
    search(queries, DEPTH).findIndex(({ chunk }) => isTarget(chunk)),
  );
  const share = (n) => Number((ranks.filter((rank) => rank >= 0 && rank < n).length / ranks.length).toFixed(2));
  return {
    chunks: chunks.length,
    questions: questions.length,
    hit1: share(1),
    hit5: share(5),
    hit8: share(8),
    missed: questions.filter((_, i) => ranks[i] < 0 || ranks[i] > 4).map(({ queries }) => queries.join(' | ')),
  };
}

if (import.meta.url === `file://${process.argv[1]}`) {
  const rows = await measureQuality();
  console.table(rows.map(({ missed, ...row }) => row));
  if (process.argv.includes('--missed')) for (const { corpus, missed } of rows.slice(0, 2)) console.log(corpus, missed);
}
