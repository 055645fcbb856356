/** Room of attachments: a file that a user sent → its bytes for Claude, or a note why not. */
import type { Attachment } from '../types.ts';
import { contentOf, type FileContent, type FileLimits } from './content.ts';
import { type DownloadOptions, type NoBytes, open } from './download.ts';
import { nameOf, noteFor } from './note.ts';

export interface AttachedFile extends FileContent {
  name: string | undefined;
  bytes: number;
  base64: string;
}

/** A file that is there to be read. */
export interface OpenedFile {
  /** The most that it may weigh. */
  maxBytes: number;
  /** Never throws; `room` (bytes) is what there is for it. */
  read(room: number): Promise<AttachedFile | { note: string }>;
  close(): void;
}

export interface FetchOptions extends DownloadOptions {
  /** The most that a file may weigh (bytes). */
  maxBytes: number;
  limits: FileLimits;
}

/** Never throws; a note never holds what the network said. */
export async function openAttachment(
  attachment: Attachment,
  { maxBytes, limits, ...options }: FetchOptions,
): Promise<OpenedFile | { note: string }> {
  const { kind, url, bytes: claimed } = attachment;
  if (kind && kind !== 'image') return { note: noteFor(attachment, 'it cannot be listened to or watched') };
  if ((claimed ?? 0) > maxBytes) return { note: noteFor(attachment, problems['too large']) };
  const found = await open(url, options);
  if (typeof found === 'string') return { note: noteFor(attachment, problems[found]) };
  if ((found.bytes ?? 0) > maxBytes) {
    found.close();
    return { note: noteFor(attachment, problems['too large']) };
  }
  return {
    maxBytes: found.bytes ?? maxBytes,
    close: found.close,
    read: async (room) => {
      const bytes = await found.read(Math.min(maxBytes, room));
      if (bytes === 'too large' && room < maxBytes) return { note: noteFor(attachment, NO_ROOM) };
      if (typeof bytes === 'string') return { note: noteFor(attachment, problems[bytes]) };
      const content = contentOf(bytes, limits);
      if ('problem' in content) return { note: noteFor(attachment, `it is ${content.problem}`) };
      return { ...content, name: nameOf(attachment), bytes: bytes.length, base64: bytes.toString('base64') };
    },
  };
}

/** Why a file is not shown that could be. */
export const NO_ROOM = 'there is no room for it';

const problems: Record<NoBytes, string> = {
  'not allowed': 'its link is not one that may be opened',
  'too large': 'it is too large',
  'not available': 'it could not be fetched',
};
