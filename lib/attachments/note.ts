/** Room of attachments: how a file that Claude does not see is spoken of. Pure. */
import { clean } from '../text/clean.ts';
import type { Attachment } from '../types.ts';

/** `[attached image: cat.png (not read: it is too large)]` */
export function noteFor(attachment: Attachment, why?: string): string {
  const name = nameOf(attachment);
  const reason = why ? ` (not read: ${why})` : '';
  return `[attached ${attachment.kind ?? 'file'}${name ? `: ${name}` : ''}${reason}]`;
}

const MAX_NAME_CHARS = 100;

/** Somebody chose it, so it is no more than a name: one line, nothing hidden, no bracket to end the note with. */
export function nameOf({ name }: Pick<Attachment, 'name'>): string | undefined {
  const plain = clean(name ?? '')
    .replace(/[\s[\]]+/g, ' ')
    .trim();
  return [...plain].slice(0, MAX_NAME_CHARS).join('') || undefined;
}
