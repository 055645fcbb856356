/** Stop 5, where a message was edited or deleted: the history Claude sees is corrected, nothing is answered. */
import { sizes } from '../bounds.ts';
import { errorName, type Log, pseudonym } from '../log.ts';
import { partsOfSk, type Store } from '../store/store.ts';
import { guard } from '../text/guard.ts';
import type { Correction, Deleted, Edited, Sent } from '../types.ts';
import { isPassing } from './ending.ts';
import { keepFiles } from './hear.ts';

export interface CorrectDeps {
  store: Pick<Store, 'correct' | 'notePlace' | 'noteDeletion' | 'recent'>;
  /** Longest message (characters) that is read; 0 for no limit but that in bytes. */
  maxInputChars: number;
  log: Log;
}

/** Also when the correction overtakes its message. Throws what the table throws. */
export async function correct({ store, maxInputChars, log }: CorrectDeps, inbound: Edited | Deleted): Promise<void> {
  if (inbound.event === 'edited') return store.correct(inbound, edition(inbound, maxInputChars));
  const { createdAt, platform, conversation, messageId } = inbound;
  if (createdAt !== undefined) return store.correct({ ...inbound, createdAt }, DELETED);
  const { turns } = await store.recent(inbound);
  const known = turns.map(({ sk }) => partsOfSk(sk)).find((parts) => parts.messageId === messageId);
  const place = known ? { ...inbound, ...known } : await store.noteDeletion(inbound);
  if (place) return store.correct(place, DELETED);
  log('deletion-of-unknown', { conversation: pseudonym(platform, conversation), inbound: messageId });
}

/** A text that is not fit to be read leaves an empty message. */
function edition(edited: Edited, maxChars: number): Correction {
  const heard = guard(edited.text, { maxChars, hasFiles: true });
  const read = 'text' in heard ? heard.text : '';
  return { at: edited.editedAt, text: read, ...keepFiles(edited, sizes.correctionBytes - Buffer.byteLength(read)) };
}

/** Without this the deletion of a message could not be told which conversation's history it corrects. */
export async function notePlaces({ store, log }: CorrectDeps, burst: readonly Sent[]): Promise<void> {
  const note = async (sent: Sent) => {
    if (sent.isNamedById && (await store.notePlace(sent))) await store.correct(sent, DELETED);
  };
  await Promise.all(burst.map(note)).catch((error: unknown) => {
    // Only a later deletion would miss it: the question is answered all the same.
    if (isPassing(error)) throw error;
    log('place-not-noted', { error: errorName(error) });
  });
}

/** Nothing may bring a deleted message back, whichever event comes last. */
const DELETED: Correction = { at: Number.MAX_SAFE_INTEGER, deleted: true };
