import { expect, it } from 'vitest';
import { effortOf, factsOf, plainName } from '../../../lib/claude/models.ts';

it('an effort that a model lacks becomes the next lower one, or none', () => {
  const models = [
    'claude-haiku-5-5',
    'claude-sonnet-4-6',
    'claude-opus-4-5-20251101',
    'claude-haiku-4-5',
    'a-model-of-tomorrow',
  ];

  expect(models.map((model) => effortOf(model, 'xhigh'))).toEqual(['xhigh', 'high', 'high', undefined, 'xhigh']);
});

it('a model is known by any of its names', () => {
  const names = ['claude-haiku-4-5', 'claude-haiku-4-5-20251001', 'eu.anthropic.claude-haiku-4-5-20251001-v1:0'];

  expect(names.map(plainName)).toEqual(names.map(() => 'claude-haiku-4-5'));
  expect(names.map((name) => factsOf(name).maxOutput)).toEqual([64_000, 64_000, 64_000]);
});
