/** The terminal: what begins with a slash. */
import { clean } from '../../lib/text/clean.ts';
import type { Line, Source } from './client.ts';

export const HELP = '/new begins another session, /history shows this one, /cost what it cost; /quit or Ctrl-D ends.';

/** The session as one reads it. */
export function showHistory(lines: readonly Line[]): string {
  if (lines.length === 0) return 'Nothing was said yet.';
  return lines
    .map(({ role, text, sources = [] }) =>
      [`${role === 'user' ? 'you' : 'claude'}: ${clean(text)}`, ...sources.map(showSource)].join('\n'),
    )
    .join('\n');
}

/** Where something in an answer is from, and the words there. */
export function showSource({ n, title, url, quote }: Source): string {
  return clean(`[${n}] ${title}${url ? ` ${url}` : ''}\n    “${quote}”`);
}

/** What the answers of the session cost together. */
export function showCost(lines: readonly Line[]): string {
  const answers = lines.filter(({ role }) => role === 'assistant');
  const usd = answers.reduce((sum, answer) => sum + (answer.usd ?? 0), 0);
  const count = (name: string) => answers.reduce((sum, { usage = {} }) => sum + (usage[name] ?? 0), 0);
  const read = count('inputTokens') + count('cacheWriteTokens') + count('cacheReadTokens');
  const written = count('outputTokens');
  return `${answers.length} answers, ${read} tokens read, ${written} written: $${usd.toFixed(6)}`;
}
