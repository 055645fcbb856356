/** Room of text: Markdown as tokens, unless reading it would cost more than an answer is worth. Pure. */
import { Lexer, type Token, type TokensList } from 'marked';

/** Levels of quotes and lists that a person would write, several times over: each one reads its text again. */
const DEEPEST = 24;
/** Cells of one table: the parser makes an object of each, filled up to the width of the head. */
const MOST_CELLS = 4_000;
/** Lines: 100 KB of prose and code have fewer, and each may be an item that is read by itself. */
const MOST_LINES = 3_000;
/** Marks in one run of text: the parser looks for the partner of each among all others. */
const MOST_MARKS = 250;
/** The same for all runs together, squared: 20 ms on a slow machine. */
const MOST_PAIRS = 150_000;
/** So many marks in one run cost nothing to speak of. */
const FEW_MARKS = 30;

/** Opening brackets in one address: the parser looks for the partner of each up to its end. */
const MOST_BRACKETS = 20;

export interface Parsed {
  tokens: TokensList | Token[];
  /** False where a run of text has so many marks that it was taken as plain words. */
  isWhole: boolean;
}

/** Nothing for a text that nobody would write: nested without end, a table of thousands of cells, or what the parser gives up on. */
export function parse(markdown: string): Parsed | undefined {
  if (isOutsized(markdown)) return undefined;
  try {
    return read(markdown);
  } catch {
    return undefined;
  }
}

function read(markdown: string): Parsed {
  const lexer = new Lexer();
  lexer.blockTokens(markdown.replace(/\r\n?/g, '\n'), lexer.tokens);
  let pairs = 0;
  let isWhole = true;
  for (const { src, tokens } of lexer.inlineQueue) {
    const marks = src.match(/[*_~`[!<&\\]/g)?.length ?? 0;
    if (marks > FEW_MARKS) pairs += marks * marks;
    if (marks > MOST_MARKS || pairs > MOST_PAIRS || hasEndlessAddress(src)) {
      isWhole = false;
      tokens.push({ type: 'text', raw: src, text: src, escaped: false });
    } else lexer.inlineTokens(src, tokens);
  }
  return { tokens: lexer.tokens, isWhole };
}

function hasEndlessAddress(text: string): boolean {
  const addresses = text.match(/(?:www\.|:\/\/)[^\s<]{100,}/gi) ?? [];
  return addresses.some((address) => address.split('(').length > MOST_BRACKETS + 1);
}

const CONTAINERS = /^(?:[ \t]*(?:>|[-*+](?=[ \t]|$)|\d{1,9}[.)](?=[ \t]|$)))*/;
const NO_DELIMITER = /[^ \t>|:-]/;

function isOutsized(markdown: string): boolean {
  let columns = 0;
  let cells = 0;
  const lines = markdown.split('\n', MOST_LINES + 1);
  if (lines.length > MOST_LINES) return true;
  for (const line of lines) {
    if (depthOf(line) > DEEPEST) return true;
    if (line.includes('|') && line.includes('-') && !NO_DELIMITER.test(line)) columns = line.split('|').length;
    else if (line.trim() === '') columns = cells = 0;
    cells += columns;
    if (cells > MOST_CELLS) return true;
  }
  return false;
}

function depthOf(line: string): number {
  const [lead = ''] = CONTAINERS.exec(line) ?? [];
  const markers = lead.match(/[>*+.)-]/g)?.length ?? 0;
  const indent = /^[ \t]*/.exec(lead)?.[0].length ?? 0;
  return markers === 0 ? 0 : markers + indent / 2;
}
