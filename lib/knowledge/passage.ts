/** Room of knowledge: a chunk as Claude is shown it, which gives its own name back when it is cited. Pure. */
import type { SearchResultBlockParam } from '@anthropic-ai/sdk/resources/messages/messages';
import type { Chunk } from './chunk.ts';

/** The API's own limit. */
const MAX_TITLE_CHARS = 500;

/** What Claude calls a chunk by: the same for as long as its file and headings are. */
export function nameOf({ file, id }: Pick<Chunk, 'file' | 'id'>): string {
  return `${file}#${id}`;
}

/** Where it stands, for people: the document's title and the headings above it. */
export function placeOf({ title, headings }: Pick<Chunk, 'title' | 'headings'>): string {
  return [title, ...headings].join(' › ').slice(0, MAX_TITLE_CHARS).toWellFormed();
}

/** A block for each paragraph: the block is the smallest thing that is cited. `text` may hold more than the chunk, never less. */
export function passageOf(chunk: Chunk, text = chunk.text): SearchResultBlockParam {
  return {
    type: 'search_result',
    source: nameOf(chunk),
    title: placeOf(chunk),
    content: paragraphsOf(text).map((paragraph) => ({ type: 'text', text: paragraph })),
    citations: { enabled: true },
  };
}

/** Cut at blank lines, but not within code. Never empty, as the API takes no empty passage. */
function paragraphsOf(text: string): string[] {
  const paragraphs: string[] = [];
  let lines: string[] = [];
  let fence: string | undefined;
  for (const line of text.split('\n')) {
    const [, mark] = /^ {0,3}(`{3,}|~{3,})/.exec(line) ?? [];
    if (mark && fence === undefined) fence = mark;
    else if (mark && fence !== undefined && mark.startsWith(fence)) fence = undefined;
    if (line.trim() !== '' || fence !== undefined) lines.push(line);
    else if (lines.length > 0) {
      paragraphs.push(lines.join('\n'));
      lines = [];
    }
  }
  if (lines.length > 0) paragraphs.push(lines.join('\n'));
  return paragraphs.length > 0 ? withLeads(paragraphs) : ['(empty)'];
}

/** A heading in bold, or a line that only leads to what follows, is not a thing to cite. */
const MIN_CHARS = 60;

function withLeads(paragraphs: readonly string[]): string[] {
  const joined: string[] = [];
  let lead = '';
  for (const [i, paragraph] of paragraphs.entries()) {
    const whole = lead + paragraph;
    const isLead = whole.length < MIN_CHARS && /[:*]\s*$/.test(whole) && i < paragraphs.length - 1;
    lead = isLead ? `${whole}\n\n` : '';
    if (!isLead) joined.push(whole);
  }
  return joined;
}
