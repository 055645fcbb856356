/** Markdown as Claude writes it, at random: what answers are made of, within one another. */
import fc from './property.ts';

const word = fc.oneof(
  { weight: 8, arbitrary: fc.stringMatching(/^[a-z]{1,12}[,.!?]?$/) },
  fc.constantFrom(
    '重要な文章です。',
    '这是一个句子。',
    'ภาษาไทยเป็นภาษา',
    '👨‍👩‍👧‍👦',
    '🇩🇪🇫🇷',
    'naïve',
    '2*3',
    'a_b_c',
    'R&D',
    '5 < 6',
  ),
);
const plain = fc.array(word, { minLength: 1, maxLength: 14 }).map((words) => words.join(' '));
const phrase = fc.stringMatching(/^[a-z]{1,9}( [a-z]{1,9}){0,30}$/);
const styled = fc.oneof(
  { weight: 3, arbitrary: plain },
  phrase.map((text) => `**${text}**`),
  phrase.map((text) => `*${text}*`),
  fc.tuple(phrase, phrase).map(([before, text]) => `**${before} *${text}* more**`),
  phrase.map((text) => `~~${text}~~`),
  fc.stringMatching(/^[a-z<>()=;* ]{0,20}[a-z]$/).map((code) => `\`x${code}\``),
  fc
    .stringMatching(/^[a-z]{1,9}( [a-z]{1,9}){0,4}$/)
    .map((label) => `[${label}](https://example.com/${label.replaceAll(' ', '-')})`),
);
const prose = fc.array(styled, { minLength: 1, maxLength: 8 }).map((bits) => withOneProduct(bits.join(' ')));

const heading = fc.stringMatching(/^[A-Z][a-z]{1,9}( [a-z]{1,9}){0,3}$/).map((text) => `## ${text}`);
const code = fc
  .tuple(
    fc.constantFrom('js', 'yaml', ''),
    fc.array(fc.stringMatching(/^ {0,3}[a-z<>{}()=;*|-]{1,40}$/), { minLength: 1, maxLength: 30 }),
  )
  .map(([language, lines]) => `\`\`\`${language}\n${lines.join('\n')}\n\`\`\``);
const cell = fc.stringMatching(/^[a-z]{1,9}( [a-z]{1,9}){0,2}$/);
const table = fc
  .array(fc.tuple(cell, cell, cell), { minLength: 1, maxLength: 30 })
  .map((rows) => ['| One | Two | Three |', '|---|:-:|--:|', ...rows.map((row) => `| ${row.join(' | ')} |`)].join('\n'));

/** A second star between digits would end an emphasis that the first one began, which no writer means. */
function withOneProduct(text: string): string {
  const [before, ...others] = text.split('2*3');
  return others.length === 0 ? text : `${before}2*3${others.join('2 × 3')}`;
}

const indented = (text: string, by: string) => text.replace(/\n(?=[^\n])/g, `\n${by}`);

/** One blank line or none between items, as a whole. */
function listOf(item: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc
    .tuple(fc.boolean(), fc.boolean(), fc.array(item, { minLength: 1, maxLength: 8 }))
    .map(([isOrdered, isLoose, items]) =>
      items
        .map((text, index) => (isOrdered ? `${index + 1}. ${indented(text, '   ')}` : `- ${indented(text, '  ')}`))
        .join(isLoose ? '\n\n' : '\n'),
    );
}

const list = listOf(prose);
const nested = listOf(
  fc
    .tuple(
      prose,
      fc.option(
        fc.oneof(
          list,
          code.map((text) => `\n${text}`),
        ),
      ),
    )
    .map(([text, more]) => (more ? `${text}\n${more}` : text)),
);
const quote = fc
  .array(fc.oneof(prose, code, list), { minLength: 1, maxLength: 3 })
  .map((blocks) => blocks.join('\n\n').replace(/^/gm, '> '));

export const writtenMarkdown = fc
  .array(fc.oneof({ weight: 3, arbitrary: prose }, heading, code, table, list, nested, quote), {
    minLength: 1,
    maxLength: 8,
  })
  .map((blocks) => blocks.join('\n\n'));
