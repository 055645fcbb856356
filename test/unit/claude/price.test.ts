import { expect, it } from 'vitest';
import { priceUsd } from '../../../lib/claude/price.ts';

const none = { inputTokens: 0, outputTokens: 0, cacheWriteTokens: 0, cacheReadTokens: 0 };

it('counts each kind of token at its own price', () => {
  const usage = { inputTokens: 10_000, outputTokens: 2_000, cacheWriteTokens: 8_000, cacheReadTokens: 50_000 };

  const usd = priceUsd('claude-haiku-5-5', usage);

  expect(usd).toBeCloseTo(0.001 + 0.001 + 0.001 + 0.0005, 10);
});

it('reprices the whole request when the prompt is over 100,000 tokens, cached ones included', () => {
  const below = priceUsd('claude-haiku-5-5', { ...none, inputTokens: 50_000, cacheReadTokens: 50_000 });
  const above = priceUsd('claude-haiku-5-5', { ...none, inputTokens: 50_001, cacheReadTokens: 50_000 });

  expect(above / below).toBeCloseTo(5, 3);
});

it('knows dated ids, and takes the dearest price for a model it does not know', () => {
  const million = { ...none, inputTokens: 1_000_000 };

  expect(priceUsd('claude-haiku-4-5-20251001', million)).toBe(1);
  expect(priceUsd('claude-of-tomorrow', million)).toBe(10);
});

it('prices what is kept for an hour apart, and Bedrock’s ids as their model, a tenth more through a regional profile', () => {
  const million = { ...none, cacheWriteTokens: 1_000_000 };
  const hour = { ...million, cacheWrite1hTokens: 1_000_000 };

  expect(priceUsd('claude-sonnet-5-5', million)).toBe(2.5);
  expect(priceUsd('global.anthropic.claude-sonnet-5-5-20260928-v1:0', hour)).toBe(4);
  expect(priceUsd('eu.anthropic.claude-sonnet-5-5-20260928-v1:0', hour)).toBeCloseTo(4.4);
  expect(priceUsd('claude-fable-5-2', { ...none, outputTokens: 1_000_000 })).toBe(40);
});
