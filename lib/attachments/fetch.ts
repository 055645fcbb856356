/** Room of attachments: a file that a user sent → its bytes for Claude, or a note why not. */
import { clean } from '../clean.ts';
import type { Attachment } from '../types.ts';
import { contentOf, type FileContent } from './content.ts';
import { type DownloadOptions, download, type NoBytes } from './download.ts';

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

/** `[attached image: cat.png (not read: it is too large)]` */
export function noteFor(attachment: Attachment, why?: string): string {
  const name = nameOf(attachment);
  const reason = why ? ` (not read: ${why})` : '';
  return `[attached ${attachment.kind ?? 'file'}${name ? `: ${name}` : ''}${reason}]`;
}

const MAX_NAME_CHARS = 100;

/** A user chose it, so it is no more than a name: one line, nothing hidden, no bracket to end the note with. */
function nameOf({ name }: Attachment): string | undefined {
  const plain = clean(name ?? '')
    .replace(/[\s[\]]+/g, ' ')
    .trim();
  return [...plain].slice(0, MAX_NAME_CHARS).join('') || undefined;
}
