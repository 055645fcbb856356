/** What a call cost. Pure. Prices in US dollars per million tokens as published on 2026-11-28: look them up again now and then. */
import type { Usage } from '../types.ts';
import { plainName } from './models.ts';

interface Price {
  input: number;
  output: number;
  cacheRead: number;
  /** Above so many prompt tokens, cached ones included, the whole request costs `factor` times as much. */
  long?: { above: number; factor: number };
}

const PRICES: Readonly<Record<string, Price>> = {
  'claude-haiku-5-5': { input: 0.1, output: 0.5, cacheRead: 0.01, long: { above: 100_000, factor: 5 } },
  'claude-sonnet-5-5': { input: 2, output: 10, cacheRead: 0.1 },
  'claude-opus-5-5': { input: 4, output: 20, cacheRead: 0.2 },
  'claude-fable-5-2': { input: 8, output: 40, cacheRead: 0.2 },
  // Not published; the two of a pair have always cost the same.
  'claude-mythos-5-2': { input: 8, output: 40, cacheRead: 0.2 },
  'claude-fable-5-1': { input: 10, output: 50, cacheRead: 0.25 },
  'claude-mythos-5-1': { input: 10, output: 50, cacheRead: 0.25 },
  'claude-fable-5': { input: 10, output: 50, cacheRead: 1 },
  'claude-mythos-5': { input: 10, output: 50, cacheRead: 1 },
  'claude-mythos-preview': { input: 10, output: 50, cacheRead: 1 },
  'claude-opus-5': { input: 5, output: 25, cacheRead: 0.5 },
  'claude-sonnet-5': { input: 2, output: 10, cacheRead: 0.2 },
  'claude-opus-4-8': { input: 5, output: 25, cacheRead: 0.5 },
  'claude-opus-4-7': { input: 5, output: 25, cacheRead: 0.5 },
  'claude-opus-4-6': { input: 5, output: 25, cacheRead: 0.5 },
  'claude-opus-4-5': { input: 5, output: 25, cacheRead: 0.5 },
  'claude-sonnet-4-6': { input: 3, output: 15, cacheRead: 0.3 },
  'claude-sonnet-4-5': { input: 3, output: 15, cacheRead: 0.3 },
  'claude-haiku-4-5': { input: 1, output: 5, cacheRead: 0.1 },
};

/** For a model that is not in the table: the dearest of it, so that a spend limit errs on the safe side. */
const UNKNOWN: Price = { input: 10, output: 50, cacheRead: 1 };

/** What a token written to the cache costs more than one that is not, on every model: for five minutes, and for an hour. */
const WRITE = 1.25;
const WRITE_1H = 2;

/** What the profiles of Bedrock cost more that stay in one part of the world (third parties' price lists, 2026-11). */
const REGIONAL = 1.1;

/** The id to pay by: the model that answered, where the one that was asked for is served. */
export function paidAs(asked: string, answered: string): string {
  const [place = ''] = /^(?:[a-z-]+\.)?anthropic\./.exec(asked) ?? [];
  return place + plainName(answered || asked);
}

/** US dollars for `usage` on `model`; a dated id (`…-20251001`) and Bedrock's (`eu.anthropic.…`) count as their model. */
export function priceUsd(model: string, usage: Usage): number {
  const { inputTokens, outputTokens, cacheWriteTokens, cacheReadTokens, cacheWrite1hTokens = 0 } = usage;
  const price = PRICES[plainName(model)] ?? UNKNOWN;
  const prompt = inputTokens + cacheWriteTokens + cacheReadTokens;
  const factor = price.long && prompt > price.long.above ? price.long.factor : 1;
  const forHour = Math.min(cacheWrite1hTokens, cacheWriteTokens);
  const written = (cacheWriteTokens - forHour) * WRITE + forHour * WRITE_1H;
  const perMillion =
    (inputTokens + written) * price.input + outputTokens * price.output + cacheReadTokens * price.cacheRead;
  const premium = /^(?!global\.)[a-z-]+\.anthropic\./.test(model) ? REGIONAL : 1;
  return (perMillion * factor * premium) / 1_000_000;
}
