/** `npm run knowledge -- check`: what a bot's documents come to: files, size, what they cost, and what could not be read. */

import { priceUsd } from '../../lib/claude/price.ts';
import { tokensOf } from '../../lib/knowledge/chunk.ts';
import { toTable } from '../../lib/text/table.ts';
import type { BotFolder } from '../build/bots/read-bots.ts';
import type { Known } from '../build/knowledge/compile.ts';

const DEFAULT_MODEL = 'claude-haiku-5-5';
/** The other one that is most asked for. */
const COMPARED_MODEL = 'claude-sonnet-5-5';
/** Passages that a search gives. */
const PASSAGES = 6;
/** What Claude writes to search, and reads twice because of it: the prompt, the tool, the question. */
const SEARCH_TOKENS = { prompt: 1_500, query: 80 };

/** `model` is the setting CLAUDE_MODEL. */
export function report(bot: BotFolder, known: Known, model = DEFAULT_MODEL): string {
  const { files, chunks, tokens, mode } = known;
  if (files.length === 0) return `${bot.name}: no documents (${bot.knowledgeFolder})`;
  const rows = files.map((file) => {
    const own = chunks.filter((chunk) => chunk.file === file.file);
    const sum = own.reduce((count, chunk) => count + tokensOf(chunk), 0);
    return { file: file.file, chunks: file.chunks, tokens: sum, problem: file.problem };
  });
  const unread = files.filter(({ problem }) => problem !== undefined).length;
  const models = [...new Set([bot.model ?? model, COMPARED_MODEL])];
  return [
    `${bot.name}: ${files.length} files, ${chunks.length} chunks, about ${tokens} tokens, mode ${mode}${unread > 0 ? `, ${unread} not read` : ''}`,
    toTable(rows),
    ...models.map((name) => costOf(name, known)),
  ].join('\n');
}

/** What the documents add to an answer. */
function costOf(model: string, { chunks, tokens, mode }: Known): string {
  if (mode === 'inline') {
    const written = { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: tokens };
    const first = priceUsd(model, { ...written, cacheWrite1hTokens: tokens });
    const next = priceUsd(model, { ...written, cacheWriteTokens: 0, cacheReadTokens: tokens });
    return `${model}: $${usd(first)} for the first answer of an hour, $${usd(next)} for each after it`;
  }
  const passages = Math.round((tokens / Math.max(chunks.length, 1)) * PASSAGES);
  const usage = { cacheWriteTokens: 0, cacheReadTokens: 0, outputTokens: SEARCH_TOKENS.query };
  const search = priceUsd(model, { ...usage, inputTokens: SEARCH_TOKENS.prompt + passages });
  return `${model}: about $${usd(search)} for an answer that searches once`;
}

/** Five digits, more where those would show nothing. */
function usd(amount: number): string {
  return amount.toFixed(amount > 0 ? Math.max(5, 1 - Math.floor(Math.log10(amount))) : 5);
}
