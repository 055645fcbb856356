/** The build's reading of documents: Markdown → chunks, cut at headings. */
import { createHash } from 'node:crypto';
import { marked, type Token, type Tokens } from 'marked';
import type { Chunk } from '../../../lib/knowledge/chunk.ts';
import { blocksOf, joined } from './blocks.ts';
import type { Document } from './document.ts';
import { openLinks } from './links.ts';

/** A section shorter than this has nothing to answer with by itself: it goes with the one before. */
const MIN_CHARS = 60;
const MAX_HEADING_CHARS = 200;

interface Section {
  headings: string[];
  blocks: string[];
}

export function toChunks({ file, title, language, url, markdown }: Document): Chunk[] {
  const seen = new Map<string, number>();
  return folded(sectionsOf(markdown, title, url)).flatMap(({ headings, blocks }) => {
    const name = [file, ...headings].join('\n');
    const nth = (seen.get(name) ?? 0) + 1;
    seen.set(name, nth);
    const section = createHash('sha256').update(`${name}\n${nth}`).digest('hex').slice(0, 12);
    const texts = joined(blocks, '\n\n');
    return texts.map((text, part): Chunk => {
      return { id: `${section}-${part}`, file, title, headings, text, language, section, ...(url ? { url } : {}) };
    });
  });
}

function sectionsOf(markdown: string, title: string, url: string | undefined): Section[] {
  const path: { depth: number; text: string }[] = [];
  const sections: Section[] = [{ headings: [], blocks: [] }];
  const tokens = marked.lexer(markdown);
  const links = openLinks(tokens.links, url);
  for (const token of tokens) {
    if (isHeading(token)) {
      while ((path.at(-1)?.depth ?? 0) >= token.depth) path.pop();
      path.push({ depth: token.depth, text: plain(token.text) });
      const headings = path.map(({ text }) => text).filter((text, i) => text !== '' && !(i === 0 && text === title));
      sections.push({ headings, blocks: [] });
    } else {
      sections.at(-1)?.blocks.push(...blocksOf(token, links));
    }
  }
  return sections.filter(({ blocks }) => blocks.length > 0);
}

/** A tiny section joins its elder neighbour, under its own heading. */
function folded(sections: readonly Section[]): Section[] {
  const kept: Section[] = [];
  for (const section of sections) {
    const text = section.blocks.join('\n\n');
    const elder = kept.at(-1);
    const heading = section.headings.at(-1);
    const isSibling =
      elder !== undefined && heading !== undefined && elder.headings.length >= section.headings.length - 1;
    if (text.length >= MIN_CHARS || !isSibling) kept.push({ ...section });
    else elder.blocks = [...elder.blocks, `**${heading}**\n\n${text}`];
  }
  return kept;
}

function isHeading(token: Token): token is Tokens.Heading {
  return token.type === 'heading';
}

/** A heading's words without their marks and links. */
function plain(text: string): string {
  const words = text.replace(/!?\[([^\]]*)\](?:\([^)]*\)|\[[^\]]*\])/g, '$1').replace(/[*_`]|[¶#]\s*$/g, '');
  return words
    .replace(/\\([!-/:-@[-`{-~])/g, '$1')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, MAX_HEADING_CHARS)
    .toWellFormed();
}
