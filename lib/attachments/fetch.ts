/** Room of attachments: a file that a user sent → its bytes for Claude, or a note why not. */
import type { Attachment } from '../types.ts';
import { contentOf, type FileContent } from './content.ts';
import { type DownloadOptions, download, type NoBytes } from './download.ts';
import { nameOf, noteFor } from './note.ts';

export interface AttachedFile extends FileContent {
  name: string | undefined;
  bytes: number;
  base64: string;
}

export interface FetchOptions extends DownloadOptions {
  timeoutMs: number;
}

/** Never throws; a note never holds what the network said. */
export async function fetchAttachment(
  attachment: Attachment,
  { timeoutMs, signal, ...options }: FetchOptions,
): Promise<AttachedFile | { note: string }> {
  const { kind, url, bytes: claimed = 0 } = attachment;
  if (kind && kind !== 'image') return { note: noteFor(attachment, 'it cannot be listened to or watched') };
  if (claimed > options.maxBytes) return { note: noteFor(attachment, problems['too large']) };
  const bytes = await download(url, { ...options, signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]) });
  if (typeof bytes === 'string') return { note: noteFor(attachment, problems[bytes]) };
  const content = contentOf(bytes);
  if ('problem' in content) return { note: noteFor(attachment, `it is ${content.problem}`) };
  return { ...content, name: nameOf(attachment), bytes: bytes.length, base64: bytes.toString('base64') };
}

const problems: Record<NoBytes, string> = {
  'not allowed': 'its link is not one that may be opened',
  'too large': 'it is too large',
  'not available': 'it could not be fetched',
};
