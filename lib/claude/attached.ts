/** Stop 6, before the call. The files of a conversation → blocks that Claude can look at, and notes for those it cannot. */
import type { AttachedFile } from '../attachments/fetch.ts';
import { noteFor } from '../attachments/note.ts';
import type { Attachment, Turn } from '../types.ts';
import type { Block, Files } from './window.ts';

export interface AttachedOptions {
  fetchFile(attachment: Attachment): Promise<AttachedFile | { note: string }>;
  /** What of the window's tokens may go to files. */
  maxTokens: number;
}

/** Files that are fetched for one turn; the API refuses smaller pictures once there are more than 20 of them. */
const MAX_FILES = 5;

/** Of all of them together: a request may have 32 MB, and base64 makes a third more of them. */
const MAX_TOTAL_BYTES = 15_000_000;

/**
 * The newest files of the turns (oldest turn first), fetched anew: a turn keeps only where they are. Those for which there is no room,
 * or that are not to be had, are a note that says so; older ones are not in it at all.
 */
export async function filesOf(turns: readonly Turn[], { fetchFile, maxTokens }: AttachedOptions): Promise<Files> {
  const attached = turns.flatMap(({ said }) => said.flatMap(({ attachments }) => attachments)).reverse();
  const newest = [...new Map(attached.map((attachment) => [attachment.url, attachment])).values()].slice(0, MAX_FILES);
  const fetched = await Promise.all(
    newest.map(async (attachment) => ({ attachment, file: await fetchFile(attachment) })),
  );
  const files = new Map<string, Block>();
  let tokens = 0;
  let bytes = 0;
  for (const { attachment, file } of fetched) {
    if ('note' in file) files.set(attachment.url, { type: 'text', text: file.note });
    else if (tokens + file.tokens <= maxTokens && bytes + file.bytes <= MAX_TOTAL_BYTES) {
      files.set(attachment.url, blockOf(file));
      tokens += file.tokens;
      bytes += file.bytes;
    } else files.set(attachment.url, { type: 'text', text: noteFor(attachment, 'there is no room for it') });
  }
  return files;
}

function blockOf({ mediaType, base64, name }: AttachedFile): Block {
  if (mediaType === 'application/pdf') {
    const source = { type: 'base64' as const, media_type: mediaType, data: base64 };
    return { type: 'document', source, ...(name ? { title: name } : {}) };
  }
  return { type: 'image', source: { type: 'base64', media_type: mediaType, data: base64 } };
}
