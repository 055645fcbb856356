/** Stop 8. Which numbers of a text are somebody's: telephones and cards, and not orders, books, dates and times. Pure. */

const EMAIL = /(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+/g;
/** 13 to 19 digits, in groups or not. */
const CARD = /(?<![\w.+-])\d(?:[ -]?\d){12,18}(?![\w-])/g;
const NUMBER = /(?<![\w.+-])\+?\(?\d[\d ()./-]{6,22}\d(?!\w)/g;
/** What announces a telephone, in the 20 characters before it. */
const ANNOUNCED = /\b(?:tel|telefon|telephone|phone|mobile|cell|handy|fax|whatsapp|call|ring)\b[^\d\n]{0,12}$/i;
const DATE = /^(?:\d{4}[-./]\d{1,2}[-./]\d{1,2}|\d{1,2}[-./]\d{1,2}[-./]\d{2,4})(?!\d)/;
/** As North America, and three groups of three, as Spain and Poland write them. */
const GROUPS = /^(?:1[ .-])?(?:\(\d{3}\) ?|\d{3}[ .-])\d{3}[ .-]\d{3,4}$/;
/** With the zero of long-distance or international calls. */
const TRUNK = /^\(?0[1-9]|^00[1-9]/;

/** E-mail addresses, telephone and card numbers. */
export function withoutContacts(text: string): string {
  return text
    .replace(EMAIL, '[e-mail removed]')
    .replace(CARD, (match) => (isCard(match.replace(/\D/g, '')) ? '[card removed]' : match))
    .replace(NUMBER, (match, at: number) =>
      isPhone(match, text.slice(Math.max(0, at - 20), at)) ? '[phone removed]' : match,
    );
}

function isPhone(match: string, before: string): boolean {
  const digits = match.replace(/\D/g, '');
  if (digits.length < 8 || digits.length > 15 || DATE.test(match) || isBook(match, digits)) return false;
  if (match.startsWith('+') || ANNOUNCED.test(before)) return true;
  const isDecimal = /^\d+\.\d+$/.test(match);
  return digits.length >= 9 && !isDecimal && (GROUPS.test(match) || TRUNK.test(match));
}

/** An ISBN, of 13 digits or of 10 in groups, by its check digit. */
function isBook(match: string, digits: string): boolean {
  if (digits.length === 13) return /^97[89]/.test(digits);
  if (digits.length !== 10 || !/^\d{1,5}[ -]\d{1,7}[ -]\d{1,7}[ -]\d$/.test(match)) return false;
  return sum(digits, (digit, index) => digit * (10 - index)) % 11 === 0;
}

/** By the check digit that every card has (Luhn), and the first digit of those that pay (ISO/IEC 7812). */
function isCard(digits: string): boolean {
  const luhn = sum([...digits].reverse().join(''), (digit, index) => {
    const weighed = index % 2 === 1 ? digit * 2 : digit;
    return weighed > 9 ? weighed - 9 : weighed;
  });
  return /^(?:[3-6]|2[2-7])/.test(digits) && luhn % 10 === 0;
}

function sum(digits: string, weigh: (digit: number, index: number) => number): number {
  return [...digits].reduce((total, digit, index) => total + weigh(Number(digit), index), 0);
}
