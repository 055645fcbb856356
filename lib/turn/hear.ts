/** Stop 5. What is stored of a message: its text as far as it is fit to be read, or why it is not, and files within bounds. Pure. */
import { sizes } from '../bounds.ts';
import { cutToBytes } from '../text/bytes.ts';
import { guard } from '../text/guard.ts';
import type { Speech } from '../text/sentences.ts';
import type { Attachment, Said, Sent } from '../types.ts';

type Heard = Pick<Sent, 'messageId' | 'createdAt' | 'speaker' | 'text' | 'attachments' | 'leftOut'> &
  Pick<Said, 'quotes' | 'called' | 'calledAs'>;

type Files = Pick<Said, 'attachments' | 'leftOut'>;

/** `maxChars` is the longest message that is read, 0 for no limit but that in bytes; `speech` is what its sender is told in. */
export function hear(sent: Heard, { maxChars, speech }: { maxChars: number; speech: Speech }): Said {
  const { messageId, createdAt, text } = sent;
  const { id, name, locale } = sent.speaker;
  const speaker = {
    id,
    ...(name ? { name: cutToBytes(name, sizes.nameBytes) } : {}),
    ...(locale ? { locale: cutToBytes(locale, sizes.nameBytes) } : {}),
  };
  const heard = guard(text, { maxChars, hasFiles: sent.attachments.length > 0 });
  const read = 'sentence' in heard ? { text: '', refusal: heard.sentence(speech) } : { text: heard.text };
  return {
    messageId,
    createdAt,
    speaker,
    ...read,
    ...(sent.quotes === undefined ? {} : { quotes: sent.quotes }),
    ...(sent.called === undefined ? {} : { called: sent.called }),
    ...(sent.calledAs === undefined ? {} : { calledAs: cutToBytes(sent.calledAs, sizes.nameBytes) }),
    ...keepFiles(sent, sizes.saidBytes - Buffer.byteLength(read.text)),
  };
}

/**
 * The first files that fit into `maxBytes`, their names cut; never a part of a link, which would lead elsewhere. A broken surrogate
 * survives JSON and the queue, but no table takes it.
 */
export function keepFiles(sent: Files, maxBytes: number): Files {
  const attachments: Attachment[] = [];
  let bytes = 0;
  for (const file of sent.attachments) {
    const url = file.url.toWellFormed();
    const name = file.name && cutToBytes(file.name, sizes.nameBytes);
    const linkBytes = Buffer.byteLength(url);
    if (linkBytes > sizes.linkBytes) continue;
    bytes += linkBytes + Buffer.byteLength(name ?? '');
    if (attachments.length === sizes.attachments || bytes > maxBytes) break;
    attachments.push({ ...file, url, ...(name ? { name } : {}) });
  }
  const leftOut = sent.attachments.length - attachments.length + (sent.leftOut ?? 0);
  return { attachments, ...(leftOut > 0 ? { leftOut } : {}) };
}
