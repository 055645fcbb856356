/** Stop 7. Markdown, as Claude writes it, in the markup that TalkJS shows. */
import type { MarkedToken, Token, Tokens } from 'marked';
import { parse } from '../../text/markdown.ts';
import { decodeEntities } from './entities.ts';
import { renderInline } from './inline.ts';
import { keepLinks, type Links, withoutMarks } from './links.ts';
import { keepFromBullets, toCode, toWords } from './neutralize.ts';
import { toTable } from './table.ts';

/** Indentation grows no further: a list nested very deeply would otherwise be mostly spaces. */
const deepestIndent = 6;

/**
 * Converts one message. The only live markup in it is what this converter built: links to http, https and mailto targets that were
 * Markdown links; whatever else would render for TalkJS is made to show as it was written. Never throws.
 */
export function toTalkjs(markdown: string): string {
  const links = keepLinks();
  const source = withoutMarks(markdown);
  return links.restore(render(source, links));
}

/** What nobody would write is shown as it is: nested without end, thousands of cells. */
function render(source: string, links: Links): string {
  const parsed = parse(source);
  return parsed ? renderBlocks(parsed.tokens, links, 0) : toLines(source);
}

function renderBlocks(tokens: readonly Token[], links: Links, depth: number): string {
  return tokens
    .map((token) => renderBlock(token, links, depth))
    .filter((block) => block.trim() !== '')
    .join('\n\n');
}

function renderBlock(generic: Token, links: Links, depth: number): string {
  const token = generic as MarkedToken;
  switch (token.type) {
    case 'heading':
      return renderInline(token.tokens, links, { bold: true });
    case 'paragraph':
      return renderInline(token.tokens, links);
    case 'text':
      return token.tokens ? renderInline(token.tokens, links) : toLines(decodeEntities(token.text));
    case 'list':
      return renderList(token, links, depth);
    case 'code':
      return token.text.trim() === '' ? '' : toCode(`\n${token.text}\n`);
    case 'table':
      return toCode(`\n${toTable(token)}\n`);
    case 'blockquote':
      return renderQuote(token, links, depth);
    case 'hr':
      return '──────────';
    case 'def':
      // The link it belongs to may have gone into another message: shown, so that it is not lost.
      return `${toWords(`[${token.tag}]`)}: ${links.add(token.href, token.href) ?? toWords(token.href)}`;
    case 'space':
    case 'checkbox':
      return '';
    default:
      // HTML, and whatever else there may be: as it was written.
      return toLines(token.raw.trimEnd());
  }
}

/** Code keeps its own lines: a mark in front of them would become part of the code. */
function renderQuote(quote: Tokens.Blockquote, links: Links, depth: number): string {
  return quote.tokens
    .map((child) => ({ child, block: renderBlock(child, links, depth) }))
    .filter(({ block }) => block.trim() !== '')
    .map(({ child, block }) => (isCode(child) ? block : block.replace(/^/gm, '> ')))
    .join('\n');
}

/** TalkJS knows flat bullets only: numbers are written out, what is nested is indented and has a bullet of its own. */
function renderList(list: Tokens.List, links: Links, depth: number): string {
  const start = typeof list.start === 'number' ? list.start : 1;
  const bullet = depth === 0 ? '-' : '◦';
  return list.items
    .map((item, index) => renderItem(item, list.ordered ? `${start + index}.` : bullet, links, depth))
    .join('\n');
}

function renderItem(item: Tokens.ListItem, mark: string, links: Links, depth: number): string {
  const indent = '   '.repeat(Math.min(depth, deepestIndent));
  const lead = `${indent}${mark} ${item.task ? `${item.checked ? '☑' : '☐'} ` : ''}`;
  const blocks = item.tokens
    .map((child) => ({ child, block: renderBlock(child, links, depth + 1) }))
    .filter(({ block }) => block.trim() !== '')
    .map(({ child, block }) => (isCode(child) || child.type === 'list' ? block : indentLines(block, `${indent}   `)));
  const [first, ...others] = blocks;
  const isInline = first !== undefined && item.tokens[0]?.type !== 'list' && !first.startsWith('```\n');
  return isInline ? [lead + first.trimStart(), ...others].join('\n') : [lead.trimEnd(), ...blocks].join('\n');
}

function isCode({ type }: Token): boolean {
  return type === 'code' || type === 'table';
}

function indentLines(block: string, indent: string): string {
  return block.replace(/^(?=.)/gm, indent);
}

function toLines(text: string): string {
  return keepFromBullets(toWords(text));
}
