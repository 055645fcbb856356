import { describe, expect, it } from 'vitest';
import { split } from '../../../lib/text/split.ts';
import { meaningOf } from '../../harness/markdown-meaning.ts';
import fc from '../../harness/property.ts';
import { sized } from '../../harness/size.ts';
import { writtenMarkdown } from '../../harness/written-markdown.ts';

describe('a long text', () => {
  it('that fits is one part', () => {
    const parts = split('one\n\ntwo', 100);

    expect(parts).toEqual(['one\n\ntwo']);
  });

  it('that is blank is no part', () => {
    const parts = split(' \n\n ', 100);

    expect(parts).toEqual([]);
  });

  it('is cut between paragraphs', () => {
    const parts = split(`${'a'.repeat(30)}\n\n${'b'.repeat(30)}\n${'c'.repeat(30)}`, 70);

    expect(parts).toEqual(['a'.repeat(30), `${'b'.repeat(30)}\n${'c'.repeat(30)}`]);
  });

  it('is cut between sentences when it has no lines, and between words when it has no sentences', () => {
    const sentences = split('This is the first one. This is the second one.', 30);
    const words = split('alpha beta gamma delta epsilon', 20);

    expect(sentences).toEqual(['This is the first one.', 'This is the second one.']);
    expect(words).toEqual(['alpha beta gamma', 'delta epsilon']);
  });

  it('keeps a code block whole where the next part has room for it', () => {
    const code = `\`\`\`js\n${'let a = 1;\n'.repeat(8)}\`\`\``;

    const parts = split(`intro\n\n${code}\n\noutro`, 100);

    expect(parts).toEqual(['intro', code, 'outro']);
  });

  it('closes a longer code block and opens it again with its language', () => {
    const code = `\`\`\`js\n${'let a = 1;\n'.repeat(8)}\`\`\``;

    const parts = split(code, 60);

    expect(parts).toHaveLength(2);
    for (const part of parts) expect(part).toMatch(/^```js\n(?:let a = 1;\n)+```$/);
  });

  it('does not tear a character apart', () => {
    const parts = split('👋'.repeat(50), 7);

    expect(parts.join('')).toBe('👋'.repeat(50));
    for (const part of parts) expect(part).toMatch(/^(?:👋)+$/u);
  });

  it('loses nothing, in parts that are never too long', () => {
    const bit = fc.oneof(
      fc.constantFrom('\n', '\n\n', '```\n', '```js\n', '\n```\n', '~~~\n', ' ', '. ', '👋', '- item\n', '  '),
      fc.stringMatching(/^[a-z]{1,40}$/),
      fc.string({ unit: 'grapheme' }),
    );
    const markdown = fc.array(bit, { maxLength: 60 }).map((bits) => bits.join(''));

    fc.assert(
      fc.property(markdown, fc.integer({ min: 2, max: 200 }), (text, max) => {
        const parts = split(text, max);

        for (const part of parts) expect(part.length).toBeLessThanOrEqual(max);
        expect(isWithin(ink(text), ink(parts.join('\n')))).toBe(true);
      }),
      { numRuns: 3000 },
    );
  });

  it('leaves no code block open at the end of a part', () => {
    const line = fc.stringMatching(/^[a-z ]{0,30}$/);
    const block = fc.array(line, { maxLength: 20 }).map((lines) => `\`\`\`ts\n${lines.join('\n')}\n\`\`\``);
    const markdown = fc.array(fc.oneof(line, block), { maxLength: 8 }).map((blocks) => blocks.join('\n\n'));

    fc.assert(
      fc.property(markdown, fc.integer({ min: 60, max: 200 }), (text, max) => {
        for (const part of split(text, max)) expect((part.match(/^```/gm) ?? []).length % 2).toBe(0);
      }),
      { numRuns: 2000 },
    );
  });
});

const lines = (count: number, line: (index: number) => string) => Array.from({ length: count }, (_, i) => line(i));

describe('a part of a long text', () => {
  it('has the head of the table that it goes on with', () => {
    const table = ['| A | Name |', '|---|---|', ...lines(40, (i) => `| ${i} | Customer ${i} |`)].join('\n');

    const parts = split(`Here:\n\n${table}\n\nDone.`, 200);

    expect(parts.length).toBeGreaterThan(3);
    for (const part of parts) expect(part).toMatch(/\| A \| Name \|\n\|---\|---\|\n\| \d/);
  });

  it.each([
    [
      'below a number, indented by 4',
      `1. Tools:\n${lines(20, (i) => `    - **tool ${i}**: *does* this`).join('\n')}\n2. The **end**.`,
    ],
    [
      'a fence on the line of a bullet',
      `- \`\`\`js\n${lines(20, (i) => `  let a${i};`).join('\n')}\n  \`\`\`\n\nThen *this* is **done**.`,
    ],
    [
      'a fence indented by 4',
      `1. Do:\n\n    ~~~js\n${lines(20, (i) => `    let a${i};`).join('\n')}\n    ~~~\n\nThen *this* is **done**.`,
    ],
    [
      'code in a quote',
      `> So:\n> \`\`\`js\n${lines(20, (i) => `> let a${i};`).join('\n')}\n> \`\`\`\n> and so on\n\nThen *this* is **done**.`,
    ],
    ['code by its indentation', `Do:\n\n${lines(20, (i) => `    let a${i};`).join('\n')}\n\nThen *this* is **done**.`],
    ['a list in a quote', `> ${lines(20, (i) => `- point *${i}*`).join('\n> ')}\n\nThen *this* is **done**.`],
    ['bold without end', `**${'bold words '.repeat(20).trim()}** and _${'more *of* them '.repeat(20).trim()}_`],
  ])('reads as it would in the whole: %s', (_name, text) => {
    const parts = split(text, 120);

    expect(parts.length).toBeGreaterThan(1);
    expect(parts.flatMap(meaningOf)).toEqual(meaningOf(text));
  });

  it('has links and code in a line as a whole', () => {
    const text = `${'word '.repeat(9)}[a link with words in it](https://example.com/path?q=1) and \`code with words\` **here**.`;

    for (let max = 60; max < text.length; max++) {
      const joined = split(text, max).join(' ');
      expect(joined).toContain('[a link with words in it](https://example.com/path?q=1)');
      expect(joined).toContain('`code with words`');
    }
  });

  it.each([
    ['behind a Chinese full stop', '这是一个很长的句子没有空格但是有标点符号。'.repeat(6), 50, /[。]$/],
    ['behind a quotation mark that ends a sentence', '他说：“这是一个很长的句子没有空格。”'.repeat(6), 50, /。”$/],
    ['behind a Japanese question', 'これはとても長い文章ですか？'.repeat(9), 50, /？$/],
    ['behind a Hindi sentence', 'यह एक लंबा वाक्य है। '.repeat(9).trim(), 50, /।$/],
    ['between Thai words', 'ภาษาไทยเป็นภาษาที่มีระดับเสียงของคำแน่นอนหรือวรรณยุกต์เช่นเดียวกับภาษาจีน', 50, /(?:หรือ|จีน)$/],
    ['between families', `${'a'.repeat(46)}${'👨‍👩‍👧‍👦'.repeat(9)}`, 50, /(?:a|👦)$/u],
    ['between flags', '🇩🇪'.repeat(40), 50, /^(?:🇩🇪)+$/u],
    ['between syllables', 'क्षि'.repeat(40), 50, /^(?:क्षि)+$/u],
  ])('ends %s', (_name, text, max, end) => {
    const parts = split(text, max);

    expect(parts.length).toBeGreaterThan(1);
    for (const part of parts) expect(part).toMatch(end);
  });

  it('means, with all others, what the whole means', () => {
    fc.assert(
      fc.property(writtenMarkdown, fc.integer({ min: 160, max: 600 }), (text, max) => {
        const parts = split(text, max);

        for (const part of parts) expect(part.length).toBeLessThanOrEqual(max);
        expect(parts.flatMap(meaningOf)).toEqual(meaningOf(text));
      }),
      { numRuns: sized({ sample: 500, all: 5_000, proof: 50_000 }) },
    );
  });
});

function ink(text: string): string {
  return text.replace(/\s+/g, '');
}

/** Every character of `part` in its order; between them only what opens code again. */
function isWithin(part: string, whole: string): boolean {
  let at = 0;
  for (const character of whole) if (part.startsWith(character, at)) at += character.length;
  return at === part.length;
}
