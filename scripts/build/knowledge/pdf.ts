/** The build's reading of documents: the text of a PDF, a section a page, without what stands at the head or foot of each. */
import { extractText, getDocumentProxy } from 'unpdf';
import { type Read, Unreadable } from './unreadable.ts';

/** A line that as many of the pages share as this is furniture. */
const MAX_SHARE = 0.5;
const MIN_PAGES = 4;

type Pdf = Awaited<ReturnType<typeof getDocumentProxy>>;

/** Throws `Unreadable` for one that is broken, locked, or has no text in it. */
export async function readPdf(bytes: Uint8Array): Promise<Read> {
  const pdf = await open(bytes);
  try {
    const { text: pages } = await extractText(pdf, { mergePages: false });
    return { markdown: toMarkdown(pages), title: await titleOf(pdf) };
  } finally {
    await pdf.cleanup();
  }
}

async function open(bytes: Uint8Array): Promise<Pdf> {
  try {
    // The reader takes the bytes it is given for its own; what is wrong with them is told by us.
    return await getDocumentProxy(new Uint8Array(bytes), { verbosity: 0 });
  } catch (error) {
    const isLocked = error instanceof Error && /password/i.test(`${error.name} ${error.message}`);
    throw new Unreadable(isLocked ? 'locked by a password' : 'a broken PDF');
  }
}

function toMarkdown(pages: readonly string[]): string {
  const furniture = repeatedLines(pages);
  const sections = pages.map((page, i) => {
    const lines = page.split('\n').filter((line) => !furniture.has(shapeOf(line)));
    return { number: i + 1, text: flow(lines) };
  });
  const written = sections.filter(({ text }) => text !== '');
  if (written.length === 0) throw new Unreadable('a PDF without text, such as a scan');
  return written.map(({ number, text }) => `## Page ${number}\n\n${literal(text)}`).join('\n\n');
}

async function titleOf(pdf: Pdf): Promise<string | undefined> {
  const { info } = await pdf.getMetadata();
  const title = 'Title' in info && typeof info.Title === 'string' ? info.Title.trim() : '';
  return title === '' || /^untitled|\.(docx?|indd|tex)$/i.test(title) ? undefined : title;
}

/** Page numbers differ, the line around them does not. */
function shapeOf(line: string): string {
  return line.trim().replace(/\d+/g, '0');
}

function repeatedLines(pages: readonly string[]): ReadonlySet<string> {
  if (pages.length < MIN_PAGES) return new Set();
  const counts = new Map<string, number>();
  for (const page of pages) {
    for (const shape of new Set(page.split('\n').map(shapeOf))) counts.set(shape, (counts.get(shape) ?? 0) + 1);
  }
  return new Set(
    [...counts].filter(([shape, count]) => shape !== '' && count > pages.length * MAX_SHARE).map(([s]) => s),
  );
}

/** Words that a line's end broke are joined; a line that ends a sentence ends a paragraph. */
function flow(lines: readonly string[]): string {
  return lines
    .join('\n')
    .replace(/(\p{Ll})-\n(\p{Ll})/gu, '$1$2')
    .replace(/([.!?:。！？])[ \t]*\n/g, '$1\n\n')
    .replace(/([^\n])\n(?=[^\n])/g, '$1 ')
    .trim();
}

/** No line of a page is a heading or a fence of our Markdown. */
function literal(text: string): string {
  return text.replace(/^([ \t]*)(#{1,6}[ \t]|`{3,}|~{3,}|---|===)/gm, '$1\\$2');
}
