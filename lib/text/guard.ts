/** Stop 6, before anything is paid for. What a user wrote → the text Claude is sent, or the sentence the user gets instead. Pure. */

import { clean, countUnseen } from './clean.ts';
import { sentences } from './sentences.ts';

export type Guarded =
  | { text: string }
  | { sentence: string; reason: 'empty' | 'too long' | 'broken' | 'unseen' | 'repetitive' };

export interface GuardOptions {
  /** In characters as a reader counts them; 0 for no limit. */
  maxChars: number;
  /** Something else came along, so that the text may be empty. */
  hasFiles?: boolean;
}

/** Word for word but for what `clean` takes out. */
export function guard(text: string, { maxChars, hasFiles = false }: GuardOptions): Guarded {
  if (!text.isWellFormed()) return { sentence: sentences.unreadable, reason: 'broken' };
  if (isMostlyUnseen(text)) return { sentence: sentences.unreadable, reason: 'unseen' };
  const cleaned = clean(text);
  if (!hasSomethingToSee(cleaned)) {
    return hasFiles ? { text: '' } : { sentence: sentences.nothingSaid, reason: 'empty' };
  }
  const chars = countChars(cleaned, maxChars);
  if (maxChars > 0 && chars > maxChars) return { sentence: sentences.tooLong(chars, maxChars), reason: 'too long' };
  if (isRepetitive(cleaned)) return { sentence: sentences.repetitive, reason: 'repetitive' };
  return { text: cleaned };
}

/** A few stray ones come with honest copying. */
const FEW_UNSEEN = 8;

function isMostlyUnseen(text: string): boolean {
  const { unseen, all } = countUnseen(text);
  return unseen >= FEW_UNSEEN && unseen * 2 > all;
}

function hasSomethingToSee(text: string): boolean {
  return /[^\s\p{Default_Ignorable_Code_Point}\p{Cf}]/u.test(text);
}

const graphemes = new Intl.Segmenter('und', { granularity: 'grapheme' });

/** Code points that one visible character may have before it counts as more: the longest emoji have ten. */
const LONGEST_CHAR = 16;

/** Characters as a reader counts them, so that a family of four is one; towers of accents count for what they weigh. */
function countChars(text: string, enough: number): number {
  if (text.length <= enough) return text.length;
  let chars = 0;
  for (const { segment } of graphemes.segment(text)) {
    chars += segment.length <= LONGEST_CHAR ? 1 : Math.ceil([...segment].length / LONGEST_CHAR);
  }
  return chars;
}

/** So many times the same thing is not said by accident. */
const MANY = 100;

/** Something of up to 64 characters, `MANY` times in a row. */
const SAME_AGAIN = new RegExp(`(.{1,64}?)\\1{${MANY - 1},}`, 'gsu');

/** One thing over and over makes up most of it, be it a letter, a word or a phrase, in a row or among others. */
function isRepetitive(text: string): boolean {
  if (text.length < MANY) return false;
  const words = text.split(/\s+/).filter(Boolean);
  let commonest = 0;
  for (const same of Map.groupBy(words, (word) => word.toLowerCase()).values()) {
    commonest = Math.max(commonest, same.length);
  }
  if (commonest >= MANY && commonest * 5 > words.length * 4) return true;
  let repeated = 0;
  for (const [run] of text.matchAll(SAME_AGAIN)) repeated += run.trim().length;
  return repeated * 2 > text.length;
}
