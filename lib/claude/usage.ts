/** Stop 6, after the call. What a call used: as the API counted it, or from above where it did not get to. Pure. */
import type { Message, MessageCreateParamsBase } from '@anthropic-ai/sdk/resources/messages/messages';
import type { Usage } from '../types.ts';
import type { Assembled } from './assemble.ts';

/** `estimated`: the answer broke off, and what was written of it is counted by us. `unknown`: the API told no count. */
export interface Counted {
  usage: Usage;
  cost?: 'estimated' | 'unknown';
}

/** No text has more tokens than this: the API's own figure is 2.5 characters a token. */
const BYTES_PER_TOKEN = 2;

/** What one picture or one file without a size of its own is taken for. */
const FILE_TOKENS = 5_000;

/** `promptTokens` is asked where the API does not tell the size of the request. */
export function usageOf(
  { message, isWhole, isCounted, bytes, isThinking }: Assembled,
  { max_tokens }: MessageCreateParamsBase,
  promptTokens: () => number,
): Counted {
  const told = message?.usage ?? {};
  const input = countIn(told.input_tokens);
  const cacheWriteTokens = countIn(told.cache_creation_input_tokens) ?? 0;
  const cacheReadTokens = countIn(told.cache_read_input_tokens) ?? 0;
  const cacheWrite1hTokens = countIn(told.cache_creation?.ephemeral_1h_input_tokens) ?? 0;
  const written = isThinking ? max_tokens : Math.min(max_tokens, Math.ceil(bytes / BYTES_PER_TOKEN) + 1);
  const output = isCounted ? countIn(told.output_tokens) : undefined;
  const outputTokens = output ?? Math.max(written, countIn(told.output_tokens) ?? 0);
  // No prompt has no tokens.
  if (input === undefined || input + cacheWriteTokens + cacheReadTokens === 0) {
    const usage = { inputTokens: 0, outputTokens, cacheWriteTokens: promptTokens(), cacheReadTokens: 0 };
    return { usage, cost: 'unknown' };
  }
  const usage: Usage = {
    inputTokens: input,
    outputTokens,
    cacheWriteTokens,
    cacheReadTokens,
    ...(cacheWrite1hTokens > 0 ? { cacheWrite1hTokens } : {}),
  };
  if (output !== undefined) return { usage };
  return { usage, cost: isWhole ? 'unknown' : 'estimated' };
}

/** Tokens of a request, from above; files at a flat rate, since their base64 says nothing of it. */
export function promptTokensOf({ system, tools, messages }: MessageCreateParamsBase): number {
  let files = 0;
  const text = JSON.stringify([system, tools, messages], (key, value: unknown) => {
    // A passage's is a name.
    if (key !== 'source' || typeof value === 'string') return value;
    files += 1;
    return undefined;
  });
  return Math.ceil(Buffer.byteLength(text) / BYTES_PER_TOKEN) + files * FILE_TOKENS;
}

/** The message as it is recorded: where the API did not count, no number of its own beginning passes for the count. */
export function recordable(message: NonNullable<Assembled['message']>, { usage, cost }: Counted): Message {
  const told = cost === 'unknown' ? null : { ...message.usage, output_tokens: usage.outputTokens };
  return { ...message, usage: told } as Message;
}

/** No call has more tokens, and no counter of money has room for what they would cost. */
const MOST_TOKENS = 1e9;

function countIn(value: unknown): number | undefined {
  return typeof value === 'number' && value >= 0 && value <= MOST_TOKENS ? Math.ceil(value) : undefined;
}
