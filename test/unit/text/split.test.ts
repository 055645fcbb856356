import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { split } from '../../../lib/text/split.ts';

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

function ink(text: string): string {
  return text.replace(/\s+/g, '');
}

/** Every character of `part` in its order; between them only what opens code again. */
function isWithin(part: string, whole: string): boolean {
  let at = 0;
  for (const character of whole) if (part.startsWith(character, at)) at += character.length;
  return at === part.length;
}
