/** Offline Claude: how many tokens something is worth. An estimate, the same for the same input every time. */
import type { Block, FileBlock, SearchResult, Tool } from './shape.ts';

// The current tokenizer makes about 2.5 characters of Latin text into one token, and one of each CJK character or emoji.
const bytesPerToken = 2.5;
const wideCharacter =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Extended_Pictographic}]/gu;
// A picture is scaled to about 1.15 megapixels before it is read: width x height / 750.
const tokensPerImage = 1600;
const tokensPerPdfPage = 2000;
/** What the markers around one turn cost. */
export const tokensPerMessage = 10;
/** The instructions the API adds as soon as there are tools. */
export const tokensForTools = 300;

/** Tokens of a plain text. */
function textTokens(text: string): number {
  const wide = text.match(wideCharacter) ?? [];
  const wideBytes = wide.reduce((sum, character) => sum + Buffer.byteLength(character), 0);
  return wide.length + Math.ceil((Buffer.byteLength(text) - wideBytes) / bytesPerToken);
}

/** Tokens of one content block. */
export function blockTokens(block: Block | SearchResult): number {
  if (block.type === 'text') return textTokens(block.text);
  if (block.type === 'image' || block.type === 'document') return fileTokens(block);
  if (block.type === 'thinking') return textTokens(block.thinking) + 1;
  if (block.type === 'redacted_thinking') return 1;
  if (block.type === 'search_result')
    return textTokens(JSON.stringify([block.source, block.title])) + sum(block.content, blockTokens);
  if (block.type === 'tool_result') {
    return tokensPerMessage + sum(block.content ?? [], blockTokens);
  }
  return tokensPerMessage + textTokens(JSON.stringify([block.name, block.input ?? {}]));
}

/** Tokens of one tool's definition. */
export function toolTokens(tool: Tool): number {
  const { cache_control: _, ...definition } = tool;
  return textTokens(JSON.stringify(definition));
}

function sum<T>(items: readonly T[], tokens: (item: T) => number): number {
  return items.reduce((total, item) => total + tokens(item), 0);
}

function fileTokens(block: FileBlock): number {
  if (block.type === 'image') return tokensPerImage;
  if (block.source.type === 'text') return textTokens(block.source.data);
  if (block.source.type === 'content') return sum(block.source.content, blockTokens);
  if (block.source.type !== 'base64') return tokensPerPdfPage;
  const pages = Buffer.from(block.source.data, 'base64')
    .toString('latin1')
    .match(/\/Type\s*\/Page\b/g);
  return Math.max(1, pages?.length ?? 0) * tokensPerPdfPage;
}
