/** Stop 6 in TalkJS. The placeholder says what Claude has said so far, one edit after the other; the answer takes its place. */
import type { AnswerStream } from '../../types.ts';
import { grownText, hasSentence } from './grown.ts';
import { placeholderText } from './in-place.ts';

/** Between two edits (ms). */
const EDIT_MS = 1_500;

/** An edit that is so late (ms) is of a process that stood still: somebody else may have answered meanwhile. */
const STALE_MS = 5_000;

/** One edit may take so long (ms), and so much longer once the answer is there. */
const PATIENCE_MS = 5_000;
const LAST_PATIENCE_MS = 1_000;

export interface GrowDeps {
  /** Of the placeholder, once it is posted; `undefined` where nobody knows. */
  messageId: Promise<string | undefined>;
  /** Writes into the placeholder; false when it was not taken. */
  edit(messageId: string, text: string, signal: AbortSignal): Promise<boolean>;
  /** Whether one more request fits into what the app may send. */
  mayEdit(): Promise<boolean>;
  now(): number;
  /** An edit ended without an answer: it may still be carried out. */
  onUnheard(): void;
}

/** Never throws. What goes wrong ends the growing, and nothing else. */
export function openGrowing({ messageId, edit, mayEdit, now, onUnheard }: GrowDeps): AnswerStream {
  const stop = new AbortController();
  let written = '';
  let shown = placeholderText;
  let isOver = false;
  let isEditing = false;
  let lastAt = now();
  let dueAt = 0;
  let timer: NodeJS.Timeout | undefined;
  let editing: Promise<void> = Promise.resolve();

  function schedule(): void {
    const isFirst = shown === placeholderText && hasSentence(written);
    if (isOver || isEditing || (timer && !isFirst)) return;
    clearTimeout(timer);
    const waitMs = isFirst ? 0 : Math.max(lastAt + EDIT_MS - now(), 0);
    dueAt = now() + waitMs;
    timer = setTimeout(() => start(() => grownText(written)), waitMs);
  }

  /** One edit at a time; what is said meanwhile is in the next one. */
  function start(textNow: () => string): void {
    timer = undefined;
    isEditing = true;
    const before = written.length;
    editing = editing
      .then(() => write(textNow))
      .finally(() => {
        isEditing = false;
        if (written.length > before) schedule();
      });
  }

  async function write(textNow: () => string): Promise<void> {
    const id = await messageId;
    if (id === undefined || now() - dueAt > STALE_MS) isOver = true;
    const text = textNow();
    if (isOver || id === undefined || text === '' || text === shown) return;
    lastAt = now();
    // Until the next one is due.
    if (!(await mayEdit().catch(() => false))) return;
    try {
      const isTaken = await edit(id, text, AbortSignal.any([stop.signal, AbortSignal.timeout(PATIENCE_MS)]));
      if (isTaken) shown = text;
      else isOver = true;
    } catch {
      isOver = true;
      onUnheard();
    }
  }

  async function settle(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    const patience = setTimeout(() => stop.abort(), LAST_PATIENCE_MS);
    await editing;
    clearTimeout(patience);
  }

  return {
    delta: (text) => {
      written += text;
      schedule();
    },
    abort: async () => {
      written = '';
      await settle();
      if (isOver || shown === placeholderText) return;
      dueAt = now();
      start(() => placeholderText);
      await editing;
    },
    end: async () => {
      await settle();
      isOver = true;
    },
  };
}
