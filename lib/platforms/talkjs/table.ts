/** Stop 7. A Markdown table as aligned text, because TalkJS has code but no tables. */
import type { Tokens } from 'marked';
import { toPlain } from './inline.ts';

/** Beyond this a column is not padded: one long cell would widen every row. */
const widestColumn = 40;

/** A table as text whose columns stand below each other: TalkJS has no tables. */
export function toTable({ header, rows, align }: Tokens.Table): string {
  const cells = [header, ...rows].map((row) =>
    row.map(({ tokens }) => toPlain(tokens, { targets: true }).replace(/\s+/g, ' ').trim()),
  );
  const widths = header.map((_, column) =>
    Math.min(widestColumn, Math.max(3, ...cells.map((row) => width(row[column] ?? '')))),
  );
  const [head = '', ...body] = cells.map((row) =>
    widths.map((wide, column) => pad(row[column] ?? '', wide, align[column] ?? 'left')).join(' | '),
  );
  return [head, widths.map((wide) => '-'.repeat(wide)).join('-|-'), ...body].map((line) => line.trimEnd()).join('\n');
}

function pad(text: string, wide: number, align: 'left' | 'right' | 'center'): string {
  const missing = Math.max(0, wide - width(text));
  const before = align === 'right' ? missing : align === 'center' ? Math.floor(missing / 2) : 0;
  return `${' '.repeat(before)}${text}${' '.repeat(missing - before)}`;
}

/** Columns a terminal would give it: characters of East Asian scripts and emoji take two. */
function width(text: string): number {
  return [...text].reduce(
    (sum, character) =>
      sum + (/[\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uFF00-\uFF60]|\p{Emoji_Presentation}/u.test(character) ? 2 : 1),
    0,
  );
}
