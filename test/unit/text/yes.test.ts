/** What is a yes, and what is not. */
import { describe, expect, it } from 'vitest';
import { isYes } from '../../../lib/text/yes.ts';

describe('a yes', () => {
  it.each([
    ...['Yes', 'YES!', 'yes please', 'Yes, please.', ' yes \n', 'yes!!!', 'ＹＥＳ', 'yes！'],
    ...['\u200fyes\u200e', '\u2067yes\u2069', 'yes\ufeff', 'y\u00ades', '\u202eyes'],
    ...['Ja!', 'ja, bitte', 'Ja gerne', 'ja graag', 'Ja, alstublieft'],
    ...['Oui', "oui, s'il vous plaît", 'Oui s’il vous plait !'],
    ...['sí', 'si\u0301', '¡Sí!', '¡ Sí, por favor !', 'Si', 'SÌ, grazie', 'Sim, por favor'],
    ...['TAK', 'tak, prosze', 'Evet, lütfen', 'evet lutfen'],
    ...['はい', 'はい。', 'はい、お願いします', '是', '是的。', '是的，请'],
    ...['نعم', 'نَعَم', 'نعم\u200f', 'نعم، من فضلك', 'نـعـم'],
  ])('is %j', (text) => {
    expect(isYes(text)).toBe(true);
  });

  it.each([
    ...[
      '',
      ' ',
      '!',
      'y',
      'ye',
      'yess',
      'ok',
      'ok 👍',
      '👍',
      'sure',
      '1',
      'yes?',
      'yes...',
      'yes…',
      'yes.!',
      'yes!!!!',
      'yes,',
      ', yes',
      'yes，',
    ],
    ...['yes yes', 'yes but not Rome', 'yes, no', 'no', 'yes please cancel all', '> yes', '"yes"', 'yes 👎', 'yes/no'],
    ...['y\u0336e\u0336s\u0336', 'yes\u20e0', '~~yes~~', '~yes~', 'yes\u0338', 'уes', 'уеѕ', 'yes\u0000no', 'yes\nno'],
    ...[
      'ja nein',
      'ja, aber',
      'sí o no',
      'si puedo',
      'oui mais',
      'tak nie',
      'はいいいえ',
      'いいえ',
      '不是',
      '是不是',
      'نعم لا',
      'لا',
    ],
    ...['yes'.repeat(30), `yes${' '.repeat(100)}`],
  ])('is not %j', (text) => {
    expect(isYes(text)).toBe(false);
  });
});
