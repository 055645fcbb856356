/** Stop 5. What is stored of a message: its text as far as it is fit to be read, or why it is not. Pure. */
import { guard } from '../text/guard.ts';
import type { Said, Sent } from '../types.ts';

type Heard = Pick<Sent, 'messageId' | 'createdAt' | 'speaker' | 'text' | 'attachments'>;

/** `maxChars` is the longest message that is read; 0 for no limit. */
export function hear(
  { messageId, createdAt, speaker: { id, name }, text, attachments }: Heard,
  maxChars: number,
): Said {
  const speaker = { id, ...(name ? { name: name.toWellFormed() } : {}) };
  // A broken surrogate survives JSON and the queue, but no table takes it.
  const files = attachments.map((file) => ({ ...file, ...(file.name ? { name: file.name.toWellFormed() } : {}) }));
  const said = { messageId, createdAt, speaker, attachments: files };
  const heard = guard(text, { maxChars, hasFiles: attachments.length > 0 });
  return 'sentence' in heard ? { ...said, text: '', refusal: heard.sentence } : { ...said, text: heard.text };
}
