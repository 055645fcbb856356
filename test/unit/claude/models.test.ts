import { expect, it } from 'vitest';
import { effortOf, factsOf, lackOnBedrock, plainName } from '../../../lib/claude/models.ts';

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

it('a model is asked for on Bedrock from Claude 4.7 on, and one that nobody knows, too', () => {
  const older = [
    'claude-3-5-haiku',
    'claude-sonnet-4',
    'claude-opus-4-6',
    'eu.anthropic.claude-haiku-4-5-20251001-v1:0',
  ];
  const newer = ['claude-opus-4-7', 'claude-haiku-5-5', 'global.anthropic.claude-sonnet-5-5', 'a-model-of-tomorrow'];

  expect(older.map((model) => lackOnBedrock(model))).toEqual(older.map((model) => expect.stringContaining(model)));
  expect(newer.map((model) => lackOnBedrock(model))).toEqual(newer.map(() => undefined));
});
