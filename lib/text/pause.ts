/** Room of text: where a reader would pause, in every script. Pure. */

/** A cut at a better place is preferred while it leaves this much; earlier cuts make needless messages. */
const MIN_FILL = 0.3;

/** Behind a full stop with a space, or behind that of a script without spaces; closing quotes and marks belong to the sentence. */
const SENTENCE = /[.!?…؟۔।]["'”’»)\]*_~]{0,8}\s|[。！？｡][”’」』）】"*_~]{0,8}/gu;

/** What would begin a list, a heading, a quote or a rule if a message began with it. */
const BLOCK_START = /^\s*(?:[-+*>#=|]|\d{1,9}[.)](?:\s|$)|~~~|```)/;

const words = new Intl.Segmenter('und', { granularity: 'word' });
const graphemes = new Intl.Segmenter('und', { granularity: 'grapheme' });

/**
 * The best place to cut `text`, at most `room` UTF-16 units from its start: behind a line, a sentence, a word, else between two
 * characters as a reader sees them. `free` moves a place to where a cut is allowed, at or before it.
 */
export function findPause(text: string, room: number, free: (at: number) => number = (at) => at): number {
  const window = text.slice(0, room);
  const enough = room * MIN_FILL;
  const fits = (at: number) => at >= enough && free(at) === at && !BLOCK_START.test(text.slice(at, at + 16));
  const line = lastThat(lines(window), fits);
  if (line) return line;
  const sentence = lastThat(sentences(window), fits);
  if (sentence) return sentence;
  const space = lastThat(spaces(window), fits);
  if (space) return space;
  const word = free(segmentStart(words, text, room));
  if (word >= enough) return word;
  const character = free(segmentStart(graphemes, text, room));
  if (character > 0) return character;
  // One character, or what must stay whole, longer than all the room there is.
  return segmentStart(graphemes, text, room) || soundCut(text, room);
}

function lines(text: string): number[] {
  return [...text.matchAll(/\n/g)].map(({ index }) => index + 1);
}

function sentences(text: string): number[] {
  return [...text.matchAll(SENTENCE)].map(({ index, 0: end }) => index + end.length);
}

function spaces(text: string): number[] {
  return [...text.matchAll(/\s/g)].map(({ index }) => index + 1);
}

function lastThat(places: readonly number[], fits: (at: number) => boolean): number | undefined {
  return places.findLast(fits);
}

function segmentStart(segmenter: Intl.Segmenter, text: string, at: number): number {
  return at >= text.length ? text.length : (segmenter.segment(text.slice(0, at + 64)).containing(at)?.index ?? at);
}

function soundCut(text: string, at: number): number {
  const isTorn = /^[\uD800-\uDBFF][\uDC00-\uDFFF]$/.test(text.slice(at - 1, at + 1));
  return isTorn && at > 1 ? at - 1 : at;
}
