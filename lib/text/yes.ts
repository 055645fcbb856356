/** Room of text: whether somebody said yes, and nothing else. Pure. */

/** Exact and short, in each of our languages, the words on our own buttons among them. Whatever says more is no clear yes. */
const YES: ReadonlySet<string> = new Set([
  ...['yes', 'yes please', 'yes, please'],
  ...['ja', 'ja bitte', 'ja, bitte'],
  ...['oui', 'oui s’il vous plaît', 'oui, s’il vous plaît', 'oui s’il te plaît', 'oui, s’il te plaît'],
  ...['sí', 'sí por favor', 'sí, por favor', 'si por favor', 'si, por favor'],
  ...['sim', 'sim por favor', 'sim, por favor'],
  ...['sì', 'si', 'sì grazie', 'sì, grazie', 'si grazie', 'si, grazie'],
  ...['ja graag', 'ja, graag'],
  ...['tak', 'tak proszę', 'tak, proszę'],
  ...['evet', 'evet lütfen', 'evet, lütfen'],
  ...['はい', 'はい、お願いします', 'はいお願いします'],
  ...['是', '是的', '是的，请'],
  ...['نعم', 'نعم من فضلك', 'نعم، من فضلك'],
]);

/** Longer than any of them with all that may stand around it. */
const MAX_CHARS = 60;

/** Case, width, accents' spelling, blank space and one mark at the end do not matter. */
export function isYes(text: string): boolean {
  if (text.length > MAX_CHARS) return false;
  const words = text
    .normalize('NFC')
    .toLowerCase()
    .replaceAll("'", '’')
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/ ?[.!。！]$/u, '');
  return YES.has(words);
}
