import { lexer, type Token } from 'marked';
import { describe, expect, it } from 'vitest';
import { decodeEntities } from '../../../../lib/platforms/talkjs/entities.ts';
import { withoutMarks } from '../../../../lib/platforms/talkjs/links.ts';
import { toTalkjs } from '../../../../lib/platforms/talkjs/markup.ts';
import { provenOnPage } from '../../../harness/promises/reliability-page.ts';
import fc from '../../../harness/property.ts';
import { sized } from '../../../harness/size.ts';

// Invisible: keeps TalkJS from taking a character for a marker.
const j = '\u2060';

describe('Markdown in TalkJS', () => {
  it.each([
    ['bold', 'a **bold word** here', 'a *bold word* here'],
    ['italics', '_so_ and *so*', '_so_ and _so_'],
    ['struck text', 'a ~~wrong~~ word', 'a ~wrong~ word'],
    ['bold italics', '***both***', '*_both_*'],
    ['bold with italics inside', '**all _some_ all**', '*all* *_some_* *all*'],
    ['bold over two lines', '**one\ntwo**', '*one*\n*two*'],
    ['bold before punctuation', '**Note**: go', '*Note*: go'],
    ['bold of one letter', '**a** and **b**', `*a${j}* and *b${j}*`],
    ['bold inside a word as plain words', 'foo**bar**baz', 'foobarbaz'],
    ['bold in brackets as plain words', '(**bar**)', '(bar)'],
    ['headings', '# Title\n\ntext\n\nSub\n---', '*Title*\n\ntext\n\n*Sub*'],
    ['a link', '[docs](https://example.com/a)', '<https://example.com/a|docs>'],
    ['a bold link', '**[docs](https://example.com/a)**', '<https://example.com/a|*docs*>'],
    ['a link in bold text', '**see [docs](https://e.org/a) now**', '*see* <https://e.org/a|*docs*> *now*'],
    ['a mail link', '[write](mailto:a@example.com)', '<mailto:a@example.com|write>'],
    ['a bare address', 'https://example.com/a', '<https://example.com/a|https://example.com/a>'],
    ['a reference', '[docs][1]\n\n[1]: https://e.org', '<https://e.org|docs>\n\n[1]: <https://e.org|https://e.org>'],
    ['a link to nowhere as its words', '[docs](/a) [x](javascript:alert) [y](ftp://e.org)', 'docs x y'],
    ['an image as a link', '![a cat](https://e.org/c.png)', '<https://e.org/c.png|a cat>'],
    ['inline code', 'call `__init__` now', 'call ```__init__``` now'],
    ['a fence without its language', '```js\nlet a;\n```', '```\nlet a;\n```'],
    ['a code line that looks like a bullet', '```yaml\n- a\n```', `\`\`\`\n${j}- a\n\`\`\``],
    ['a list', '* one\n* two', '- one\n- two'],
    ['a numbered list', '3. one\n4. two', '3. one\n4. two'],
    ['a nested list', '- a\n  - b\n    - c\n- d', '- a\n   ◦ b\n      ◦ c\n- d'],
    ['numbers below bullets', '- a\n  1. b\n  2. c', '- a\n   1. b\n   2. c'],
    ['a list of tasks', '- [ ] todo\n- [x] done', '- ☐ todo\n- ☑ done'],
    ['code below an item', '1. run\n   ```\n   x\n   ```', '1. run\n```\nx\n```'],
    ['a quote', '> one\n> two', '> one\n> two'],
    ['a line', 'a\n\n---\n\nb', 'a\n\n──────────\n\nb'],
    ['HTML as written', 'a <b>c</b> <br> &amp; d', 'a <b>c</b> <br> & d'],
    ['an escaped marker', 'a \\*b\\* c', `a ${j}*b* c`],
    ['a name with underscores', 'my_var_name and 2*3*4', 'my_var_name and 2*3*4'],
    ['an escaped bullet', '\\- a', `${j}- a`],
    ['bold that ends in Chinese punctuation', '**重要：**请注意', '重要：请注意'],
    ['bold in Chinese quotation marks', '这是**“强调”**的文字', '这是“强调”的文字'],
    ['bold in quotation marks before a Korean particle', '**"강조"**는', '"강조"는'],
    ['bold that ends a Japanese sentence', 'これは**重要です。**次に', 'これは重要です。次に'],
    ['bold that ends in Chinese punctuation before a Latin letter', '**重要（关键）**AWS', '重要（关键）AWS'],
    ['bold in Chinese, alone on its line', '**重要：请注意。**', '*重要：请注意。*'],
    ['italics and struck text beside Chinese', '这是*“强调”*的，~~（错）~~的', '这是“强调”的，（错）的'],
    ['italics in Chinese', '这*强调*的', '这强调的'],
    ['bold with code in it before Chinese', '**运行 `a`：**然后', '*运行* ```a```：然后'],
    ['asterisks that are no marks beside Chinese', '3 * 4 等于 12，2*3*4', '3 * 4 等于 12，2*3*4'],
    ['a comparison', 'if a < b then c > d', 'if a < b then c > d'],
  ])('shows %s', (_, markdown, markup) => {
    const text = toTalkjs(markdown);

    expect(text).toBe(markup);
  });

  it('shows a table as aligned code', () => {
    const table = '| Name | Price |\n|---|--:|\n| [Tea](https://e.org) | 2 |\n| 茶 | 10 |';

    const text = toTalkjs(table);

    expect(text).toBe(
      [
        '```',
        'Name                | Price',
        '--------------------|------',
        'Tea (https://e.org) |     2',
        '茶                  |    10',
        '```',
      ].join('\n'),
    );
  });

  it.each([
    ['<https://evil.example/a|your bank>', '‹https://evil.example/a|your bank>'],
    ['<https://evil.example/a|bank>', '‹https://evil.example/a|bank>'],
    ['<HTTP://evil.example|x>', '‹HTTP://evil.example|x>'],
    ['<mailto:a@evil.example|x>', '‹mailto:a@evil.example|x>'],
    ['<actionbutton:pay?to=me|Pay>', '‹actionbutton:pay?to=me|Pay>'],
    ['<actionlink:pay|Pay>', '‹actionlink:pay|Pay>'],
    ['<!!mention:bob|Bob>', '‹!!mention:bob|Bob>'],
    ['&lt;https://evil.example|x&gt;', '‹https://evil.example|x>'],
    ['&#60;actionlink:pay|x&#x3e;', '‹actionlink:pay|x>'],
    ['\\<https://evil.example|x>', '‹https://evil.example|x>'],
    ['<ht**tps://evil.example|x>**', '‹https://evil.example|x>'],
    ['<\u200bht\u200btps://evil.example|x>', '‹\u200bht\u200btps://evil.example|x>'],
    ['`<https://evil.example|x>`', '```‹https://evil.example|x>```'],
    ['```\n<actionlink:pay|x>\n```', '```\n‹actionlink:pay|x>\n```'],
    ['[<actionlink:pay|x>](https://e.org)', '<https://e.org|actionlink:pay¦x>'],
    ['[a](https://e.org/|b>)', '<https://e.org/%7Cb%3E|a>'],
    ['[a|b>c](https://e.org)', '<https://e.org|a¦b›c>'],
  ])('keeps %s from rendering', (markdown, harmless) => {
    const text = toTalkjs(markdown);

    expect(text).toBe(harmless);
  });

  it('has no live markup but links to targets of Markdown links', () => {
    const bits = [
      ...[
        '<',
        '>',
        '|',
        '[',
        ']',
        '(',
        ')',
        '![',
        '](https://ok.example/p)',
        '[r]: https://r.example/',
        '\\',
        '`',
        '```',
      ],
      ...['https://evil.example/a', 'mailto:a@b.c', 'actionbutton:', 'actionlink:go', '!!mention:u', '&lt;', '&#x3c;'],
      ...[
        '**',
        '*',
        '_',
        '~~',
        '\n',
        '\n\n',
        '- ',
        '> ',
        '# ',
        '1. ',
        '    ',
        '| a | b |\n|---|---|\n',
        '<b>',
        'ab',
        ' ',
      ],
      ...['\u200b', '\u2060', '\ufdd0', '0', '\ufdd1'],
    ];
    const bit = fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...bits) }, fc.string({ unit: 'grapheme' }));
    const markdown = fc.array(bit, { maxLength: 30 }).map((parts) => parts.join(''));

    const runs = sized({ sample: 3_000, all: 30_000, proof: 550_000 });
    fc.assert(
      fc.property(markdown, (source) => {
        const allowed = targetsOf(lexer(withoutMarks(source)));
        for (const link of liveMarkup(toTalkjs(source))) expect(allowed).toContain(link);
      }),
      { numRuns: runs },
    );

    provenOnPage('rendered: TalkJS', [
      '| answers of random Markdown | at | links, actions or mentions that the answer does not have |',
      '|---|---|---|',
      `| ${runs.toLocaleString('en-US')} | TalkJS | **0** |`,
    ]);
  });

  it.each([
    ['quotes', '>'.repeat(50_000)],
    ['brackets', '['.repeat(20_000)],
    ['items', '- '.repeat(5_000)],
    ['numbers', '1. '.repeat(1_500)],
  ])('survives %s nested without end', (_, markdown) => {
    const text = toTalkjs(markdown);

    expect(typeof text).toBe('string');
  });
});

describe('a table of thousands of cells', () => {
  it('is shown as it was written', () => {
    const table = `${'|'.repeat(1_000)}\n${'|-'.repeat(1_000)}|\n${'|\n'.repeat(1_000)}`.trimEnd();

    expect(toTalkjs(table)).toBe(table);
  });
});

/** What TalkJS would render, by its target: `<word:…` up to the bar, or the whole word where it is no link. */
function liveMarkup(text: string): string[] {
  const live = /<(?=\p{Cf}*(?:h\p{Cf}*t\p{Cf}*t\p{Cf}*p|mailto|action|!!))([^|>]*)(?:\|[^|<>\n]*>)?/giu;
  return [...text.matchAll(live)].map(([, target = '']) => target);
}

function targetsOf(tokens: readonly Token[]): Set<string> {
  const targets = new Set<string>();
  const seen: unknown[] = [...tokens];
  for (let value = seen.pop(); value !== undefined; value = seen.pop()) {
    if (typeof value !== 'object' || value === null) continue;
    if ('href' in value && typeof value.href === 'string') {
      targets.add(encode(value.href)).add(encode(decodeEntities(value.href)));
    }
    seen.push(...Object.values(value).filter((inner) => inner !== undefined));
  }
  return targets;
}

function encode(target: string): string {
  return target.replace(/[\s|<>"`\\^\p{Cc}\p{Cf}]/gu, encodeURIComponent);
}
