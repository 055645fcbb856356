/** Stop 5. What is stored of a message: its text as far as it is fit to be read, or why it is not, and files within bounds. Pure. */
import { sizes, textBytesOf } from '../bounds.ts';
import { cutToBytes } from '../text/bytes.ts';
import { guard } from '../text/guard.ts';
import { sentences } from '../text/sentences.ts';
import type { Attachment, Said, Sent } from '../types.ts';

type Heard = Pick<Sent, 'messageId' | 'createdAt' | 'speaker' | 'text' | 'attachments'>;

/** `maxChars` is the longest message that is read; 0 for no limit but that in bytes. */
export function hear(
  { messageId, createdAt, speaker: { id, name }, text, attachments }: Heard,
  maxChars: number,
): Said {
  const speaker = { id, ...(name ? { name: cutToBytes(name, sizes.nameBytes) } : {}) };
  const said = { messageId, createdAt, speaker, ...keepFiles(attachments) };
  const heard = readText(text, { maxChars, hasFiles: attachments.length > 0 });
  return 'sentence' in heard ? { ...said, text: '', refusal: heard.sentence } : { ...said, text: heard.text };
}

/** The text as Claude is shown it, or the sentence that says why it is not read. */
export function readText(text: string, { maxChars, hasFiles }: { maxChars: number; hasFiles: boolean }) {
  const bytes = Buffer.byteLength(text);
  const maxBytes = textBytesOf(maxChars);
  if (bytes <= maxBytes) return guard(text, { maxChars, hasFiles });
  const maxOfThese = Math.floor((text.length * maxBytes) / bytes);
  return { sentence: sentences.tooLong(text.length, maxOfThese) };
}

/**
 * The files that fit, their names cut; never a part of a link, which would lead elsewhere. A broken surrogate survives JSON and the
 * queue, but no table takes it.
 */
export function keepFiles(files: readonly Attachment[]): Pick<Said, 'attachments' | 'leftOut'> {
  const attachments = files
    .filter(({ url }) => Buffer.byteLength(url) <= sizes.linkBytes)
    .slice(0, sizes.attachments)
    .map((file) => ({
      ...file,
      url: file.url.toWellFormed(),
      ...(file.name ? { name: cutToBytes(file.name, sizes.nameBytes) } : {}),
    }));
  const leftOut = files.length - attachments.length;
  return { attachments, ...(leftOut > 0 ? { leftOut } : {}) };
}
