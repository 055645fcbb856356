/** Stop 6, before the call. The files of one message → blocks that Claude can look at, and notes for the others. */
import type { ContentBlockParam } from '@anthropic-ai/sdk/resources/messages/messages';
import { type AttachedFile, noteFor } from '../attachments/fetch.ts';
import type { Attachment } from '../types.ts';

export interface AttachedOptions {
  fetchFile(attachment: Attachment): Promise<AttachedFile | { note: string }>;
  /** What is left of the window's tokens for files. */
  maxTokens: number;
}

export interface Attached {
  blocks: ContentBlockParam[];
  /** By estimate, notes not counted. */
  tokens: number;
}

/** Files of one message that are fetched; the API refuses smaller pictures once there are more than 20 of them. */
const MAX_FILES = 5;

/** Of all files of one message: a request may have 32 MB, and base64 makes a third more of them. */
const MAX_TOTAL_BYTES = 15_000_000;

/** In the order in which they were attached. */
export async function blocksFor(attachments: readonly Attachment[], options: AttachedOptions): Promise<Attached> {
  const files = await Promise.all(
    attachments.map((attachment, i) =>
      i < MAX_FILES ? options.fetchFile(attachment) : { note: noteFor(attachment, `there are more than ${MAX_FILES}`) },
    ),
  );
  const blocks: ContentBlockParam[] = [];
  let tokens = 0;
  let bytes = 0;
  for (const [i, file] of files.entries()) {
    const attachment = attachments[i];
    if ('note' in file) blocks.push({ type: 'text', text: file.note });
    else if (tokens + file.tokens <= options.maxTokens && bytes + file.bytes <= MAX_TOTAL_BYTES) {
      blocks.push(blockOf(file));
      tokens += file.tokens;
      bytes += file.bytes;
    } else if (attachment) blocks.push({ type: 'text', text: noteFor(attachment, 'there is no room for it') });
  }
  return { blocks, tokens };
}

function blockOf({ mediaType, base64, name }: AttachedFile): ContentBlockParam {
  if (mediaType === 'application/pdf') {
    const source = { type: 'base64' as const, media_type: mediaType, data: base64 };
    return { type: 'document', source, ...(name ? { title: name } : {}) };
  }
  return { type: 'image', source: { type: 'base64', media_type: mediaType, data: base64 } };
}
