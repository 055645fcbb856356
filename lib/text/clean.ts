/** Room of the text that strangers write: takes out what no reader sees and what makes a reader see something else. Pure. */

/**
 * Every line break of Unicode as `\n` (carriage returns stay), without other control characters (tabs stay), bidirectional controls, noncharacters, tags that spell hidden text, and runs
 * of variation selectors. Emoji, flags and the joiners of Persian and Indic scripts stay as they are.
 */
export function clean(text: string): string {
  return text
    .toWellFormed()
    .replace(LINE_BREAKS, '\n')
    .replace(CONTROLS, '')
    .replace(TAGS, (_, flag: string | undefined) => flag ?? '')
    .replace(SELECTOR_RUNS, '$1');
}

/**
 * Vertical tab, form feed, the separators of old files, NEL, and the separators of lines and paragraphs: where word processors and
 * slides break a line. Taking them out would glue words together.
 */
const LINE_BREAKS = new RegExp(`[\\v\\f${'\u001C-\u001F'}\\u0085\\u2028\\u2029]`, 'g');

/** Unassigned for ever, or there to steer a terminal or the direction of writing (Unicode Standard Annexes 9 and 44). */
const CONTROLS = /[\p{Bidi_Control}\p{Noncharacter_Code_Point}]|(?![\t\n\r])\p{Cc}/gu;

/** Tag characters are invisible ASCII; their one honest use is the flag of a region, as of Scotland (Unicode Technical Standard 51). */
const TAGS = /(\u{1F3F4}[\u{E0030}-\u{E0039}\u{E0061}-\u{E007A}]{3,6}\u{E007F})|[\u{E0000}-\u{E007F}]/gu;

/** One selector chooses a look; a row of them carries hidden bytes. */
const SELECTOR_RUNS = /([\uFE00-\uFE0F\u{E0100}-\u{E01EF}])[\uFE00-\uFE0F\u{E0100}-\u{E01EF}]+/gu;

/** Shown as nothing: zero-width spaces and joiners, soft hyphens, fillers, and what stands for bytes that were no text. */
const UNSEEN = /\u034F|[\u00AD\u115F\u1160\u180E\u200B-\u200D\u2060-\u2064\u3164\uFEFF\uFFA0\uFFFD]/gu;

/** Code points of `text` that a reader does not see, of all that it has. */
export function countUnseen(text: string): { unseen: number; all: number } {
  const cleaned = clean(text);
  const all = lengthOf(text);
  return { unseen: all - lengthOf(cleaned) + (cleaned.match(UNSEEN)?.length ?? 0), all };
}

function lengthOf(text: string): number {
  let length = 0;
  for (const _ of text) length++;
  return length;
}
