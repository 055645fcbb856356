/** Offline Claude: longer texts on demand: a sample of Markdown, an essay, a summary. */
import type { Conversation } from './conversation.ts';

// A summary is worth having only when it is much shorter than what it stands for.
const maxSummaryLines = 12;
const maxLine = 160;
const maxEssayWords = 20_000;
const wordsPerParagraph = 60;

/** One of everything that a platform has to render. */
export const markdown = [
  '# A heading',
  'Some **bold**, some *italic*, some `code` and a [link](https://example.com/docs).',
  '- first point\n- second point\n  - a point inside',
  '1. one\n2. two',
  '| fruit | price |\n|---|---|\n| apple | 1 |\n| pear | 2 |',
  '```js\nconst answer = 6 * 7;\n```',
  '> A quotation.',
].join('\n\n');

const filler =
  'the answer grows a little with every word because somebody asked for a long one and so it goes on for a while';

/** Plain paragraphs of `count` words. */
export function essay(count: number): string {
  const source = filler.split(' ');
  const words = Array.from(
    { length: Math.min(count, maxEssayWords) },
    (_, index) => source[index % source.length] ?? '',
  );
  const paragraphs: string[] = [];
  for (let start = 0; start < words.length; start += wordsPerParagraph) {
    const [first = '', ...rest] = words.slice(start, start + wordsPerParagraph);
    paragraphs.push(`${[first.charAt(0).toUpperCase() + first.slice(1), ...rest].join(' ')}.`);
  }
  return paragraphs.join('\n\n');
}

/** Whether the request is for a summary, by its own words or by its instructions. */
export function isSummaryWanted({ said, instructions }: Conversation): boolean {
  const isOrder = /^[^\S\n]*(?:please )?summari[sz]e\b/im;
  return (
    isOrder.test(said.join('\n')) ||
    isOrder.test(instructions) ||
    /\b(?:write|produce|update|make|keep) (?:a|the|this|one) (?:\w+ )?summary\b/i.test(instructions)
  );
}

/** What the user asked and stated, in sections; keeps every statement of a fact word for word. */
export function summarize({ before, said }: Conversation): string {
  const lines = [...before, ...said]
    .flatMap((text) => text.split('\n'))
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^(?:please )?summari[sz]e\b|^<|^#|^(?:assistant|claude|bot)\s*:/i.test(line));
  const questions = lines.filter((line) => line.includes('?'));
  const facts = lines.filter((line) => /\b(?:my|our|the|user's) [\p{L} ]+ (?:is|was)\b|\bcall me\b/iu.test(line));
  const rest = lines.filter((line) => !questions.includes(line) && !facts.includes(line));
  return [
    section('Open requests', questions.slice(-1)),
    section('Settled requests', questions.slice(0, -1)),
    section('Facts', [...new Set([...facts, ...rest])]),
  ].join('\n\n');
}

function section(title: string, lines: readonly string[]): string {
  const points = lines
    .slice(0, maxSummaryLines)
    .map((line) => `- ${[...line.replace(/^- /, '')].slice(0, maxLine).join('')}`);
  return [`## ${title}`, ...(points.length > 0 ? points : ['- none'])].join('\n');
}
