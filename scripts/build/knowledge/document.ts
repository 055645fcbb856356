/** The build's reading of documents: one file of any kind → Markdown and what is known of it, or why it cannot be read. */
import path from 'node:path';
import { marked } from 'marked';
import { languageOf } from '../../../lib/knowledge/languages.ts';
import { clean } from '../../../lib/text/clean.ts';
import { type Language, languageOfLocale } from '../../../lib/text/languages.ts';
import { readText, textOf } from './text.ts';
import { type Read, Unreadable } from './unreadable.ts';

export interface Document {
  /** Path below the knowledge folder. */
  file: string;
  title: string;
  language: Language;
  url?: string;
  markdown: string;
}

const READERS: Readonly<Record<string, (bytes: Uint8Array) => Read | Promise<Read>>> = {
  '.md': readText,
  '.markdown': readText,
  '.txt': readText,
  '.html': readPage,
  '.htm': readPage,
  // What reads these takes longer to load than most folders take to read.
  '.pdf': async (bytes) => (await import('./pdf.ts')).readPdf(bytes),
};

async function readPage(bytes: Uint8Array): Promise<Read> {
  return (await import('./html.ts')).readHtml(textOf(bytes));
}

const KINDS = Object.keys(READERS);
const MAX_TITLE_CHARS = 200;

/**
 * `baseUrl` is where the folder is published. `undefined` for a document that asks to be left out (`ignore: true`). Throws `Unreadable`
 * with the reason.
 */
export async function readDocument(
  file: string,
  bytes: Uint8Array,
  baseUrl: string | undefined,
): Promise<Document | undefined> {
  const extension = path.extname(file).toLowerCase();
  const reader = READERS[extension];
  if (!reader) throw new Unreadable(`not one of ${KINDS.join(' ')}`);
  const read = await reader(bytes);
  if (read.isIgnored) return undefined;
  const markdown = clean(read.markdown).trim();
  if (!/[\p{L}\p{N}]/u.test(markdown)) throw new Unreadable('empty');
  const url = addressOf(read.address) ?? below(baseUrl, file);
  const title = read.title ?? headingOf(markdown) ?? path.basename(file, path.extname(file));
  return {
    file,
    title: oneLine(clean(title)).slice(0, MAX_TITLE_CHARS).toWellFormed(),
    language: languageOfLocale(read.language) ?? languageOf(markdown),
    markdown,
    ...(url ? { url } : {}),
  };
}

function addressOf(url: string | undefined): string | undefined {
  if (!url || !URL.canParse(url)) return undefined;
  const { protocol, href } = new URL(url);
  return protocol === 'https:' || protocol === 'http:' ? href : undefined;
}

function below(baseUrl: string | undefined, file: string): string | undefined {
  if (!baseUrl) return undefined;
  return addressOf(`${baseUrl.replace(/\/+$/, '')}/${file.split('/').map(encodeURIComponent).join('/')}`);
}

function headingOf(markdown: string): string | undefined {
  const heading = marked.lexer(markdown).find((token) => token.type === 'heading' && token.depth === 1);
  return heading?.type === 'heading' ? heading.text.trim() || undefined : undefined;
}

function oneLine(text: string): string {
  return text.replace(/[\s\p{Cc}]+/gu, ' ').trim();
}
