/** Stop 6, before the call. The files of a conversation → blocks that Claude can look at, and notes for those it cannot. */
import { createHash } from 'node:crypto';
import type { Budget, BudgetLease } from '../attachments/budget.ts';
import { type AttachedFile, NO_ROOM, type OpenedFile } from '../attachments/fetch.ts';
import { noteFor } from '../attachments/note.ts';
import type { Attachment, Turn } from '../types.ts';
import type { ShownFile } from './mend.ts';
import type { Block, Files } from './window.ts';

export interface AttachedOptions {
  open(attachment: Attachment): Promise<OpenedFile | { note: string }>;
  /** What of the window's tokens may go to files. */
  maxTokens: number;
  /** What all conversations of this process may hold of files at once. */
  budget: Budget;
  /** Ends the wait for it, too. */
  signal: AbortSignal;
}

/** The files of one turn. They hold memory until they are let go. */
export interface Seen {
  files: Files;
  /** Those that are no notes. */
  shown: ShownFile[];
  letGo(): void;
}

/** Files that are fetched for one turn; the API refuses smaller pictures once there are more than 20 of them. */
const MAX_FILES = 5;

/** Of all of them together: a request may have 32 MB, and base64 makes a third more of them. */
const MAX_TOTAL_BYTES = 15_728_640;

/** How long (ms) a turn waits until others have let their files go. */
const PATIENCE_MS = 20_000;

/**
 * The newest files of the turns (oldest turn first), fetched anew: a turn keeps only where they are. Those for which there is no room,
 * that cannot be fetched, or that Claude did not take before, are a note that says so; older ones are not in it at all. Never throws.
 */
export async function filesOf(turns: readonly Turn[], options: AttachedOptions): Promise<Seen> {
  const newest = newestOf(turns);
  const refused = new Set(turns.flatMap(({ reply }) => reply?.unreadable ?? []));
  const opened = await Promise.all(
    newest.map((attachment) =>
      refused.has(fileKey(attachment)) ? { note: refusedNote(attachment) } : options.open(attachment),
    ),
  );
  const wanted = opened.reduce((sum, file) => sum + ('note' in file ? 0 : file.maxBytes), 0);
  const lease = wanted > 0 ? await leaseOf(Math.min(wanted, MAX_TOTAL_BYTES), options) : undefined;
  const files = new Map<string, { block: Block; tokens?: number }>();
  const shown: ShownFile[] = [];
  let tokens = 0;
  let bytes = 0;
  for (const [i, attachment] of newest.entries()) {
    const file = await readOf(opened[i], (lease?.bytes ?? 0) - bytes, attachment);
    const isFitting = !('note' in file) && tokens + file.tokens <= options.maxTokens;
    if (isFitting) {
      const block = blockOf(file);
      files.set(attachment.url, { block, tokens: file.tokens });
      shown.push({ key: fileKey(attachment), block, note: refusedNote(attachment) });
      tokens += file.tokens;
      bytes += file.bytes;
    } else {
      const text = 'note' in file ? file.note : noteFor(attachment, NO_ROOM);
      files.set(attachment.url, { block: { type: 'text', text } });
    }
  }
  lease?.shrink(bytes);
  return { files, shown, letGo: () => lease?.end() };
}

function newestOf(turns: readonly Turn[]): Attachment[] {
  const attached = turns.flatMap(({ said }) => said.flatMap(({ attachments }) => attachments)).reverse();
  return [...new Map(attached.map((attachment) => [attachment.url, attachment])).values()].slice(0, MAX_FILES);
}

/** What a file is known by in a stored reply: short, whatever its link is. */
function fileKey({ url }: Attachment): string {
  return createHash('sha256').update(url).digest('base64url').slice(0, 16);
}

function refusedNote(attachment: Attachment): string {
  return noteFor(attachment, 'Claude could not open it');
}

function leaseOf(bytes: number, { budget, signal }: AttachedOptions): Promise<BudgetLease | undefined> {
  return budget.take(bytes, AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]));
}

/** One after another, the newest first: what is read has its place in the memory already. */
async function readOf(
  opened: OpenedFile | { note: string } | undefined,
  room: number,
  attachment: Attachment,
): Promise<AttachedFile | { note: string }> {
  if (!opened) return { note: noteFor(attachment) };
  if ('note' in opened) return opened;
  if (room > 0) return opened.read(room);
  opened.close();
  return { note: noteFor(attachment, NO_ROOM) };
}

function blockOf({ mediaType, base64, name }: AttachedFile): Block {
  if (mediaType === 'application/pdf') {
    const source = { type: 'base64' as const, media_type: mediaType, data: base64 };
    return { type: 'document', source, ...(name ? { title: name } : {}) };
  }
  return { type: 'image', source: { type: 'base64', media_type: mediaType, data: base64 } };
}
