/** What TalkJS shows of an answer that is not finished. */
import { expect, it } from 'vitest';
import { grownText, hasSentence } from '../../../../lib/platforms/talkjs/grown.ts';

it.each([
  ['', ''],
  ['Hello', 'Hello …'],
  ['Hello. This is **bo', 'Hello. This is *bo* …'],
  ['An _opened', 'An _opened_ …'],
  ['~~gone', '~gone~ …'],
  ['See [the pa', 'See the pa …'],
  ['See [the page](https://exa', 'See the page …'],
  ['One `com', 'One …'],
  ['A picture ![of', 'A picture \u2060of …'],
  ['Numbers:\n\n| a | b |', 'Numbers: …'],
  ['Numbers:\n\n| a | b |\n|---|', 'Numbers: …'],
])('shows of %j no more than %j', (markdown, shown) => {
  expect(grownText(markdown)).toBe(shown);
});

it('shows whole rows of a table that has its second line', () => {
  const text = grownText('Numbers:\n\n| a | b |\n|---|---|\n| 1 | 2 |\n| 3 | unfin');

  expect(text).toContain('1');
  expect(text).not.toContain('3');
});

it('shows an open block of code as one, and goes on below it', () => {
  expect(grownText('Try:\n\n```js\nlet a = 1;')).toBe('Try:\n\n```\nlet a = 1;\n```\n…');
});

it('lets nothing through that a finished answer would not: no markup of TalkJS, no button', () => {
  expect(grownText('<https://evil.example|your bank> and <actionbutton:pay|Pay>')).not.toMatch(
    /<(?:https|actionbutton)/,
  );
});

it('shows the first part of a long answer', () => {
  const paragraphs = Array.from({ length: 60 }, (_, i) => `Paragraph ${i}: ${'word '.repeat(30)}`).join('\n\n');

  const text = grownText(paragraphs);

  expect(text).toContain('Paragraph 0:');
  expect(text.length).toBeLessThan(5_000);
});

it.each([
  ['Hello', false],
  ['Hello there, how', false],
  ['Version 1.2 is', false],
  ['Hello. ', true],
  ['Hello!\n', true],
  ['# A heading\n', true],
  ['你好。', true],
])('says of %j that it has a sentence: %s', (markdown, expected) => {
  expect(hasSentence(markdown)).toBe(expected);
});
