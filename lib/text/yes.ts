/** Room of text: whether somebody said yes, and nothing else. Pure. */

/** Accents and the vowels of Arabic, as compatible decomposition leaves them, and signs that only direct how a word is set. */
const MARKS =
  /[\u0300-\u0308\u030A\u030C\u0327\u0328\u064B-\u0652\u0640\u00AD\u200B-\u200F\u2060\uFEFF\p{Bidi_Control}]/gu;

/** Exact and short, in each of our languages, the words on our own buttons among them. Whatever says more is no clear yes. */
const YES: ReadonlySet<string> = new Set(
  [
    ...['yes', 'yes please'],
    ...['ja', 'ja bitte', 'ja gerne'],
    ...['oui', 'oui s’il vous plaît', 'oui s’il te plaît', 'oui merci'],
    ...['sí', 'sí por favor', 'sí gracias'],
    ...['sim', 'sim por favor', 'sim obrigado', 'sim obrigada'],
    ...['sì', 'sì grazie', 'sì per favore'],
    ...['ja graag', 'ja alstublieft', 'ja alsjeblieft'],
    ...['tak', 'tak proszę', 'tak poproszę'],
    ...['evet', 'evet lütfen'],
    ...['はい', 'はい お願いします', 'はいお願いします'],
    ...['是', '是的', '是 请', '是的 请', '是的 谢谢'],
    ...['نعم', 'نعم من فضلك', 'نعم رجاء'],
  ].map(bare),
);

/** Longer than any of them with all that may stand around it. */
const MAX_CHARS = 60;

/**
 * Case, width, accents, blank space, commas between words, direction marks and what ends or opens an exclamation do not matter. What strikes the word
 * out does.
 */
export function isYes(text: string): boolean {
  return text.length <= MAX_CHARS && YES.has(bare(text));
}

function bare(text: string): string {
  return text
    .normalize('NFKD')
    .replace(MARKS, '')
    .toLowerCase()
    .replaceAll("'", '’')
    .replace(/\s+/g, ' ')
    .replace(/(?<=\p{L}) ?[,،、] ?(?=\p{L})/gu, ' ')
    .replace(/^ ?¡? ?/, '')
    .replace(/ ?(?:[.。]|!{1,3})? ?$/, '');
}
