/** Our own sentences in every language; docs/languages.md shows them as they are (`vitest -u` writes it anew). */
import { describe, expect, it } from 'vitest';
import { LANGUAGES, type Language, languageOfLocale } from '../../../lib/text/languages.ts';
import { type Speech, speak } from '../../../lib/text/sentences.ts';

/** Each sentence with the values it may be told with. */
const TOLD: Readonly<Record<keyof Speech, (speech: Speech) => string>> = {
  apology: ({ apology }) => apology('1a2b3c4d'),
  empty: ({ empty }) => empty,
  notInDocuments: ({ notInDocuments }) => notInDocuments,
  noRoom: ({ noRoom }) => noRoom,
  tooManySteps: ({ tooManySteps }) => tooManySteps,
  cutShort: ({ cutShort }) => cutShort,
  refusal: ({ refusal }) => refusal,
  tooLong: ({ tooLong }) => tooLong(2345, 2000),
  nothingSaid: ({ nothingSaid }) => nothingSaid,
  unreadable: ({ unreadable }) => unreadable,
  slowDown: ({ slowDown }) => slowDown(2),
  userSpent: ({ userSpent }) => userSpent(3 * 3600),
  allSpent: ({ allSpent }) => allSpent(5 * 3600),
  blocked: ({ blocked }) => blocked,
  wasDone: ({ wasDone }) => wasDone(['cancel order', 'refund']),
  notDone: ({ notDone }) => notDone(['cancel order']),
  mayBeDone: ({ mayBeDone }) => mayBeDone(['refund']),
  handedOver: ({ handedOver }) => handedOver,
  nobodyYet: ({ nobodyYet }) => nobodyYet,
  teamBack: ({ teamBack }) => teamBack({ at: Date.UTC(2026, 10, 30, 8), zone: 'Europe/Berlin' }),
  notNow: ({ notNow }) => notNow,
  signIn: ({ signIn }) => signIn,
  yes: ({ yes }) => yes,
  no: ({ no }) => no,
};

const named = Object.entries(TOLD);
const lengthOf = (text: string) => [...text].length;
const nameOf = (language: Language) => new Intl.DisplayNames('en', { type: 'language' }).of(language);

function page(): string {
  const row = (cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |`;
  const lengths = [
    row(['', ...LANGUAGES]),
    row(['---', ...LANGUAGES.map(() => '--:')]),
    ...named.map(([name, told]) =>
      row([`\`${name}\``, ...LANGUAGES.map((language) => lengthOf(told(speak(language))))]),
    ),
  ];
  const told = LANGUAGES.flatMap((language) => [
    `\n## ${nameOf(language)} (\`${language}\`)\n`,
    row(['sentence', 'words']),
    row(['---', '---']),
    ...named.map(([name, tell]) => row([`\`${name}\``, tell(speak(language))])),
  ]);
  return `${HEAD}\n\n${lengths.join('\n')}\n${told.join('\n')}\n`;
}

const HEAD = `# What the bot says by itself

Every sentence that a chat user may get from us and not from Claude, in the twelve languages. Whose language counts: [bots.md](bots.md#what-it-says-by-itself).
The words are in \`lib/text/sentences/\`, one file a language. This page is written by a test.

How long each is, in characters:`;

describe('our own sentences', () => {
  it('are all there in every language, each in words of its own, and as docs/languages.md shows them', async () => {
    for (const [, told] of named) {
      const all = LANGUAGES.map((language) => told(speak(language)));
      expect(all).not.toContain('');
      const sentences = all.filter((words) => /[\s、。，]/.test(words));
      expect(new Set(sentences).size).toBe(sentences.length);
    }
    await expect(page()).toMatchFileSnapshot('../../../docs/languages.md');
  });

  it.each(LANGUAGES)('name the reference, the lengths and the time in %s', (language) => {
    const speech = speak(language);
    const figure = (value: number) => new Intl.NumberFormat(language).format(value);

    expect(speech.apology('1a2b3c4d')).toContain('1a2b3c4d');
    expect(speech.tooLong(2345, 2000)).toContain(figure(2345));
    expect(speech.tooLong(2345, 2000)).toContain(figure(2000));
    expect(speech.slowDown(42)).toContain(figure(42));
    expect(speech.userSpent(7200)).toContain(figureless(language));
    expect(speech.allSpent(7200)).toContain(figureless(language));
  });

  it.each([
    ['en', 1, '1 second,'],
    ['en', 2, '2 seconds,'],
    ['pl', 1, '1 sekunda.'],
    ['pl', 3, '3 sekundy.'],
    ['pl', 5, '5 sekund.'],
    ['ar', 1, 'ثانية'],
    ['ar', 2, 'ثانيتان'],
    ['ar', 3, 'ثوان'],
    ['ja', 2, '2 秒ほど'],
  ] as const)('count as %s does: %i second(s)', (language, seconds, words) => {
    expect(speak(language).slowDown(seconds)).toContain(words);
  });

  it('leave room for the end of a block of code behind an answer that was cut', () => {
    for (const language of LANGUAGES) expect(Buffer.byteLength(speak(language).cutShort)).toBeLessThan(120);
  });
});

/** Two hours, as the language says it. */
function figureless(language: Language): string {
  return new Intl.NumberFormat(language, { style: 'unit', unit: 'hour', unitDisplay: 'long' }).format(2);
}

it.each([
  ['de-AT', 'de'],
  ['pt_BR', 'pt'],
  ['zh-Hant-TW', 'zh'],
  [' FR ', 'fr'],
  ['sv-SE', undefined],
  ['deutsch', undefined],
  ['', undefined],
  [undefined, undefined],
])('a locale %s is of the language %s', (locale, language) => {
  expect(languageOfLocale(locale)).toBe(language);
});
