import { describe, expect, it } from 'vitest';
import { toTalkjs } from '../../../lib/platforms/talkjs/markup.ts';
import { toPieces } from '../../../lib/platforms/talkjs/pieces.ts';
import { keepHarmless } from '../../../lib/text/harmless.ts';
import { withMarks } from '../../../lib/text/source-marks.ts';
import type { Source } from '../../../lib/types.ts';

const url = 'https://help.example.com/refunds';

/** A source behind `words` of the text. */
function source(text: string, words: string, more: Partial<Source> = {}): Source {
  return { n: 1, title: 'Refunds', url, quote: words, at: text.indexOf(words) + words.length, ...more };
}

function marked(text: string, words: string, more: Partial<Source> = {}): string {
  return withMarks(text, [source(text, words, more)]);
}

describe('a mark of a source', () => {
  it('stands behind what is from it, as a link', () => {
    const text = 'Paid in 14 days. Ask us for more.';

    expect(marked(text, '14 days.')).toBe(`Paid in 14 days. [[1]](<${url}>) Ask us for more.`);
  });

  it('is live in TalkJS, and harmless in Markdown', () => {
    const text = marked('Paid in 14 days.', 'days.');

    expect(toTalkjs(text)).toBe(`Paid in 14 days. <${url}|[1]>`);
    expect(keepHarmless(text)).toBe(text);
  });

  it('is no link without an address: the source is named below the text', () => {
    const { url: _, ...unlinked } = source('Paid in 14 days.', 'days.', { title: 'Our [rules] *now*' });

    expect(withMarks('Paid in 14 days.', [unlinked])).toBe('Paid in 14 days. [1]\n\n[1] Our \\[rules\\] \\*now\\*');
  });

  it.each([
    [
      'inline code',
      'Call `npm run deploy now` first.',
      'npm run',
      `Call \`npm run deploy now\` first. [[1]](<${url}>)`,
    ],
    ['bold text', 'It is **very good** here.\nNext.', 'very', `It is **very good** here. [[1]](<${url}>)\nNext.`],
    [
      'a link',
      'See [the big page](https://a.example/x) now.',
      'the big',
      `See [the big page](https://a.example/x) now. [[1]](<${url}>)`,
    ],
    [
      'a block of code',
      '```sh\nnpm i\nnpm start\n```\n\nThen wait.',
      'npm i',
      `\`\`\`sh\nnpm i\nnpm start\n\`\`\`\n\n[[1]](<${url}>)\n\nThen wait.`,
    ],
    [
      'a table',
      '| a | b |\n|---|---|\n| c | d |\n\nEnd.',
      'c |',
      `| a | b |\n|---|---|\n| c | d |\n\n[[1]](<${url}>)\n\nEnd.`,
    ],
  ])('goes behind %s that it would break', (_, text, words, expected) => {
    expect(marked(text, words)).toBe(expected);
  });

  it('stands behind the item of a list that is from it', () => {
    const text = '1. Copy it.\n2. Deploy it.';

    expect(marked(text, 'Copy it.')).toBe(`1. Copy it. [[1]](<${url}>)\n2. Deploy it.`);
  });

  it('keeps its number where a long answer becomes several messages', () => {
    const text = Array.from({ length: 60 }, (_, i) => `Paragraph ${i} ${'word '.repeat(30)}end.`).join('\n\n');
    const places = ['Paragraph 3 ', 'Paragraph 40 ', 'Paragraph 59 '];
    const sources = places.map((words, i) => source(text, words, { n: i + 1, url: `${url}/${i}` }));

    const pieces = toPieces(withMarks(text, sources), 'key', 'nothing');

    expect(pieces.length).toBeGreaterThan(1);
    for (const { n, url: address } of sources) {
      expect(pieces.filter((piece) => piece.text.includes(`<${address}|[${n}]>`))).toHaveLength(1);
    }
  });

  it('cannot be broken out of by an address', () => {
    const text = marked('Yes.', 'Yes.', { url: 'https://a.example/x>y|z) [b](https://evil.example)' });

    expect(toTalkjs(text)).not.toContain('<https://evil.example');
  });
});
