/** The texts that readers of Markdown, guards and patterns find hardest, repeated to any length. */
const pieces = [
  ...[
    'a',
    '1',
    ' ',
    '\n',
    '\t',
    '-',
    '.',
    '`',
    '*',
    '_',
    '~',
    '<',
    '>',
    '[',
    ']',
    '|',
    '!',
    '(',
    '@',
    '=',
    '/',
    '"',
    '\\',
    '&',
    '#',
    '+',
  ],
  ...['字', '👍', '\u0301', '\u200d', '\ufe0f', '👨‍👩‍👧‍👦', '🇩🇪', '\ud83d', '\v', 'क्षि', '。', 'ภาษาไทย'],
  ...[
    '**a*b ',
    'a_',
    '*a ',
    '_a ',
    '~~a ',
    '![',
    '[a](',
    '[a](b "c ',
    '[a]: b\n',
    '[a][b] ',
    '`a ',
    '``a`',
    '<a ',
    'www.a.b/(',
    'http://a.b/&a(',
    '<b a="',
    '<!--',
    '<?',
    '<![CDATA[',
  ],
  ...[
    '> ',
    '> a\n',
    '- ',
    '- a\n',
    '1. ',
    '1. a\n\n',
    '- a\n  - b\n',
    '```\n',
    '> ```\n',
    '- ```\n',
    '~~~a\n',
    '# a\n',
    'a\n=\n',
    'a  \n',
    '    a\n',
    '- [ ] a\n',
  ],
  ...['|a|b|\n', '|a|\n|-|\n', '|-', 'http://a.', 'a@b.', 'a.', '**重要：**请', '“**', 'a。', 'A. '],
  ...[
    'eyJ',
    '-eyJ',
    '-eyJaaaaaaaa.',
    'data:',
    'data:a/',
    'sk-',
    'sk-a',
    '?key',
    '?key=',
    'token:',
    'token: ',
    'token="',
    'basic ',
    'bearer a',
    '-----BEGIN PRIVATE KEY-----',
    '+1 ',
    '0 ',
    '4',
    '4-',
    '(0) ',
  ],
];

const ticks = (chars: number) => {
  let text = '';
  for (let run = 1; text.length < chars; run = (run % 90) + 1) text += `${'`'.repeat(run)} `;
  return text.slice(0, chars);
};
const deep = (chars: number) => {
  let text = '';
  for (let depth = 0; text.length < chars; depth = (depth + 1) % 40) text += `${'  '.repeat(depth)}- a\n`;
  return text.slice(0, chars);
};
const wide = (chars: number) => `${'|a'.repeat(chars / 4)}|\n${'|-'.repeat(chars / 4)}|`.slice(0, chars);

export function worstTexts(chars: number): string[] {
  const repeated = pieces.map((piece) => piece.repeat(Math.ceil(chars / piece.length)).slice(0, chars));
  return [...repeated, ticks(chars), deep(chars), wide(chars)];
}

/** The least CPU time (ms) of a few runs: whatever else the machine does is not counted twice. */
export function cpuMs(work: () => void, runs: number): number {
  let least = Number.POSITIVE_INFINITY;
  for (let run = 0; run < runs; run++) {
    const before = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(before);
    least = Math.min(least, (user + system) / 1000);
  }
  return least;
}
