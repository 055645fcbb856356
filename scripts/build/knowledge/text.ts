/** The build's reading of documents: Markdown and plain text, with or without front matter. */
import { splitMatter } from '../front-matter.ts';
import { type Read, Unreadable } from './unreadable.ts';

/** `source`, `title`, `language` and `ignore` of the front matter count; whatever else is there is somebody else's. */
export function readText(bytes: Uint8Array): Read {
  const { data, body } = matterOf(textOf(bytes));
  return {
    markdown: body,
    title: textIn(data.title),
    language: textIn(data.language),
    address: textIn(data.source),
    isIgnored: data.ignore === true,
  };
}

/** UTF-8, or UTF-16 with its mark in front, as Windows writes it. Throws `Unreadable`. */
export function textOf(bytes: Uint8Array): string {
  const isUtf16 = bytes[0] === 0xff && bytes[1] === 0xfe;
  const text = decode(bytes, isUtf16 ? 'utf-16le' : 'utf-8');
  if (text === undefined) throw new Unreadable('not in UTF-8');
  if (text.includes('\0')) throw new Unreadable('not a text');
  return text;
}

function decode(bytes: Uint8Array, encoding: string): string | undefined {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function matterOf(text: string) {
  try {
    return splitMatter(text);
  } catch {
    throw new Unreadable('its front matter is no YAML');
  }
}

function textIn(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
}
