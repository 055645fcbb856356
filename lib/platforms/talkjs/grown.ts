/** Stop 7. The beginning of an answer that is still being written, as it can be shown in TalkJS. Pure. */
import remend from 'remend';
import { harmlessStart } from '../../text/harmless-start.ts';
import { toPieces } from './pieces.ts';

/** Says that it goes on, also while a tool runs. */
const GOES_ON = '…';

/** TalkJS markup of the first message that `markdown` begins, what is open in it closed; '' while there is nothing to show. */
export function grownText(markdown: string): string {
  const start = remend(withoutTableHead(harmlessStart(markdown)), { linkMode: 'text-only' }).trim();
  const [first] = start === '' ? [] : toPieces(start, '', '');
  const text = first?.text.trim() ?? '';
  if (text === '') return '';
  return `${text}${text.endsWith('```') ? '\n' : ' '}${GOES_ON}`;
}

/** Whether a first sentence, or line, is there. */
export function hasSentence(markdown: string): boolean {
  return /[.!?…]\s|[。！？]|\S\s*\n/.test(markdown);
}

/** A row that is not ended waits, and so does the head of a table, which is one by its second line only. */
function withoutTableHead(markdown: string): string {
  const start = markdown.lastIndexOf('\n\n') + 1;
  const lines = markdown.slice(start).trimStart().split('\n');
  if (!lines[0]?.startsWith('|')) return markdown;
  const rows = lines.slice(0, -1);
  return `${markdown.slice(0, start)}\n${rows.length > 1 ? rows.join('\n') : ''}`;
}
