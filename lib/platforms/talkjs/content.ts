/** Stop 3. TalkJS message content as a person reads it: plain text, files, and a note in place of what is neither. */
import * as z from 'zod/mini';
import type { Attachment } from '../../types.ts';

const optionalText = z.nullish(z.string());

/** What `message` may carry; `content` is the newer form, the other three are its older equivalent. */
export const contentFields = {
  text: optionalText,
  attachment: z.optional(z.unknown()),
  location: z.optional(z.unknown()),
  content: z.nullish(z.array(z.unknown())),
};

export interface MessageContent {
  text?: string | null | undefined;
  attachment?: unknown;
  location?: unknown;
  content?: unknown[] | null | undefined;
}

export interface TalkjsContent {
  text: string;
  attachments: Attachment[];
  /** The users it mentions, by their ids, and the words that stand for each. */
  mentions: Map<string, string>;
}

const fileShape = z.object({
  url: z.string().check(z.minLength(1), z.maxLength(4096)),
  filename: optionalText,
  size: z.nullish(z.unknown()),
  subtype: optionalText,
});
const nodeShape = z.object({
  type: z.string(),
  text: optionalText,
  url: optionalText,
  id: optionalText,
  children: z.nullish(z.array(z.unknown())),
});
const textBlock = z.object({ type: z.literal('text'), children: z.array(z.unknown()) });
const fileBlock = z.object({ type: z.literal('file') });
const locationBlock = z.object({
  type: z.literal('location'),
  latitude: z.number(),
  longitude: z.number(),
});
const coordinates = z.tuple([z.number(), z.number()]);

const kinds = ['image', 'video', 'audio', 'voice'] as const;

/** Reads `content` first and the older fields when that holds nothing; never throws, what it does not know it leaves out. */
export function readContent(message: MessageContent): TalkjsContent {
  const read: TalkjsContent = { text: '', attachments: [], mentions: new Map() };
  const lines = (message.content ?? []).map((block) => readBlock(block, read)).filter((line) => line !== '');
  if (lines.length === 0 && read.attachments.length === 0) lines.push(...readOlderFields(message, read));
  read.text = wellFormed(lines.join('\n'));
  return read;
}

function readBlock(block: unknown, read: TalkjsContent): string {
  const text = textBlock.safeParse(block);
  if (text.success) return readNodes(text.data.children, read.mentions);
  if (fileBlock.safeParse(block).success) addFile(block, read);
  const place = locationBlock.safeParse(block);
  return place.success ? locationNote(place.data.latitude, place.data.longitude) : '';
}

function readOlderFields(message: MessageContent, read: TalkjsContent): string[] {
  addFile(message.attachment, read);
  const place = coordinates.safeParse(message.location);
  const lines = [readMentions(message.text ?? '', read.mentions)];
  if (place.success) lines.push(locationNote(...place.data));
  return lines.filter((line) => line !== '');
}

function locationNote(latitude: number, longitude: number): string {
  return `[Location: ${latitude}, ${longitude}]`;
}

/** Mentions in older text are markup; a person sees `@Name`. */
function readMentions(text: string, mentions: Map<string, string>): string {
  return text.replace(/<!!mention:([^|<>]{1,255})\|([^<>]*)>/g, (_, id: string, name: string) => {
    mentions.set(id, atName(name));
    return atName(name);
  });
}

function atName(name: string): string {
  return name.startsWith('@') ? name : `@${name}`;
}

function addFile(file: unknown, read: TalkjsContent): void {
  const parsed = fileShape.safeParse(file);
  if (!parsed.success) return;
  const { url, filename, size, subtype } = parsed.data;
  const name = filename || nameInUrl(url);
  const kind = kinds.find((known) => known === subtype);
  const isSize = typeof size === 'number' && Number.isSafeInteger(size) && size >= 0;
  read.attachments.push({
    url: wellFormed(url),
    ...(name ? { name: wellFormed(name) } : {}),
    ...(isSize ? { bytes: size } : {}),
    ...(kind ? { kind } : {}),
  });
}

/** The storage of TalkJS keeps the whole path of a file, its name last, in one percent-encoded segment. */
function nameInUrl(url: string): string | undefined {
  try {
    return decodeURIComponent(new URL(url).pathname).split('/').at(-1) || undefined;
  } catch {
    return undefined;
  }
}

type Step = { node: unknown; depth: number } | { after: string };

/** Walks rich text with a stack of its own, because the sender decides how deep the nodes are nested. */
function readNodes(children: readonly unknown[], mentions: Map<string, string>): string {
  let text = '';
  const steps: Step[] = toSteps(children, 0);
  for (let step = steps.pop(); step !== undefined; step = steps.pop()) {
    if ('after' in step) {
      text += step.after;
      continue;
    }
    if (typeof step.node === 'string') {
      text += readMentions(step.node, mentions);
      continue;
    }
    const parsed = nodeShape.safeParse(step.node);
    if (!parsed.success) continue;
    const node = parsed.data;
    const inner = node.children ?? [];
    if (node.type === 'mention') {
      const name = atName(node.text || node.id || '');
      if (node.id) mentions.set(node.id, name);
      text += name;
    } else if (node.type === 'bulletList') {
      if (text !== '' && !text.endsWith('\n')) text += '\n';
      steps.push(...toSteps(inner, step.depth + 1));
    } else if (node.type === 'bulletPoint') {
      if (text !== '' && !text.endsWith('\n')) text += '\n';
      text += `${'  '.repeat(Math.min(Math.max(step.depth - 1, 0), deepestIndent))}- `;
      steps.push({ after: '\n' }, ...toSteps(inner, step.depth));
    } else if (node.type === 'strikethrough') {
      // What is struck out is no longer said.
      text += '~';
      steps.push({ after: '~' }, ...toSteps(inner, step.depth));
    } else if (node.type === 'link') {
      steps.push({ after: linkTarget(node.url, inner) }, ...toSteps(inner, step.depth));
    } else if (inner.length > 0) {
      steps.push(...toSteps(inner, step.depth));
    } else {
      text += node.text ?? node.url ?? '';
    }
  }
  return text.endsWith('\n') ? text.trimEnd() : text;
}

/** Deeper lists are not indented further: depth times items would let a small message grow into a huge text. */
const deepestIndent = 8;

function toSteps(children: readonly unknown[], depth: number): Step[] {
  return children.map((node) => ({ node, depth })).reverse();
}

function linkTarget(url: string | null | undefined, label: readonly unknown[]): string {
  if (!url) return '';
  if (label.length === 0) return url;
  return label.length === 1 && label[0] === url ? '' : ` (${url})`;
}

/** A lone half of a surrogate pair is no text: it cannot be stored, signed or sent as UTF-8. */
function wellFormed(text: string): string {
  return text.toWellFormed();
}
