/** Stop 6, before anything is paid for. What a user wrote → the text Claude is sent, or the sentence the user gets instead. Pure. */

import { sizes } from '../bounds.ts';
import { clean, countUnseen } from './clean.ts';
import type { Speech } from './sentences.ts';

export type Guarded = { text: string } | Refusal;

interface Refusal {
  reason: 'empty' | 'too long' | 'unseen';
  /** What the user is told of it. */
  sentence(speech: Speech): string;
}

export interface GuardOptions {
  /** In code points; 0 for no limit but that of `sizes.textBytes`. */
  maxChars: number;
  /** Something else came along, so that the text may be empty. */
  hasFiles?: boolean;
}

/**
 * Word for word but for what `clean` takes out; half an emoji, as clients leave it when they cut, is read as U+FFFD. What passes has at
 * most 4 bytes for each of `maxChars`. How odd a text looks is no reason to refuse it: a ruler or a hundred equal rows are honest work.
 */
export function guard(text: string, { maxChars, hasFiles = false }: GuardOptions): Guarded {
  // What is far too long is not worth a closer look.
  if (text.length > FAR_TOO_LONG) return tooLong(text, maxChars);
  if (isMostlyUnseen(text)) return { reason: 'unseen', sentence: (speech) => speech.unreadable };
  const cleaned = clean(text);
  if (!hasSomethingToSee(cleaned)) {
    return hasFiles ? { text: '' } : { reason: 'empty', sentence: (speech) => speech.nothingSaid };
  }
  const isTooLong =
    Buffer.byteLength(cleaned) > sizes.textBytes || (maxChars > 0 && lengthOf(cleaned, maxChars + 1) > maxChars);
  return isTooLong ? tooLong(cleaned, maxChars) : { text: cleaned };
}

/** UTF-16 units beyond which even a text that loses half of them to `clean` is too long. */
const FAR_TOO_LONG = 2 * sizes.textBytes;

function tooLong(text: string, maxChars: number): Refusal {
  const chars = lengthOf(text, Number.POSITIVE_INFINITY);
  const fitting = Math.floor((chars * sizes.textBytes) / Buffer.byteLength(text));
  const room = maxChars > 0 ? Math.min(maxChars, fitting) : fitting;
  return { reason: 'too long', sentence: (speech) => speech.tooLong(chars, room) };
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

/** Code points, counted no further than `enough`. */
function lengthOf(text: string, enough: number): number {
  let length = 0;
  for (const _ of text) if (++length >= enough) break;
  return length;
}
