/** Stop 6. What models take that differs between them; one that is not known takes what the newest do. Pure. */

import type { FileLimits } from '../attachments/content.ts';
import { EFFORTS, type Effort } from '../bots/bot.ts';

export interface ModelFacts {
  /** Levels of effort, lowest first; none where there is no such parameter. */
  efforts: readonly Effort[];
  /** Tokens of one answer, thinking included. */
  maxOutput: number;
  /** Tokens of prompt and answer. */
  window: number;
}

const ALL: readonly Effort[] = EFFORTS;

const NEWEST: ModelFacts = { efforts: ALL, maxOutput: 128_000, window: 1_000_000 };
const OF_4_5: ModelFacts = { efforts: [], maxOutput: 64_000, window: 200_000 };

/** By the vendor's pages on effort and models, 2026-11-28. */
const OTHERS: readonly [RegExp, ModelFacts][] = [
  [/^claude-(haiku|sonnet)-4-5\b/, OF_4_5],
  [/^claude-opus-4-5\b/, { ...OF_4_5, efforts: ['low', 'medium', 'high'] }],
  [/^claude-(opus|sonnet)-4-6\b|^claude-mythos-preview\b/, { ...NEWEST, efforts: ['low', 'medium', 'high', 'max'] }],
];

/** What a model takes and lacks; one that is not known is taken for a new one. From the vendor’s model pages, 2026-11-28. */
export function factsOf(model: string): ModelFacts {
  const name = plainName(model);
  return OTHERS.find(([pattern]) => pattern.test(name))?.[1] ?? NEWEST;
}

/** The level that the model has, the next lower one where it lacks it; `undefined` where it has none at all. */
export function effortOf(model: string, wanted: Effort): Effort | undefined {
  return factsOf(model).efforts.findLast((level) => ALL.indexOf(level) <= ALL.indexOf(wanted));
}

/** Without the marks of a platform and a date: `eu.anthropic.claude-haiku-4-5-20251001-v1:0` is `claude-haiku-4-5`. */
export function plainName(model: string): string {
  return model
    .replace(/^(?:[a-z-]+\.)?anthropic\./, '')
    .replace(/-v\d+(?::\d+)?$/, '')
    .replace(/[-@]\d{8}$/, '');
}

/** Where a model is asked. */
export interface Provision {
  provider: 'anthropic' | 'bedrock';
  /** Of Bedrock's inference profiles: `global`, `eu`, `us` … */
  profile?: string | undefined;
}

/** What the provider calls a model: at Bedrock behind its profile. A full id of Bedrock's is taken as it is. */
export function modelIdOf(model: string, { provider, profile = 'global' }: Provision): string {
  return provider === 'anthropic' || model.includes('anthropic.') ? model : `${profile}.anthropic.${model}`;
}

const TOO_OLD_FOR_BEDROCK = /^claude-(?:\d.*|instant.*|(?:haiku|sonnet|opus)-4(?:-[0-6])?)$/;

/** Why Bedrock never answers for a model, where it is known: our client's API version (2026-10-21) is there for Claude 4.7 and newer. From the vendor’s Bedrock pages, 2026-11-28. */
export function lackOnBedrock(model: string): string | undefined {
  return TOO_OLD_FOR_BEDROCK.test(plainName(model))
    ? `must be Claude 4.7 or newer with CLAUDE_PROVIDER=bedrock, which ${model} is not`
    : undefined;
}

/** Bytes of a picture are counted in base64: 10 MB of it at Anthropic, 5 MB on Bedrock. */
const IMAGE_BYTES = { anthropic: 7_864_320, bedrock: 3_932_160 };

/** What is taken of one file: 600 pages where the window has a million tokens, else 100, and never more on Bedrock. */
export function fileLimitsOf(model: string, provider: keyof typeof IMAGE_BYTES = 'anthropic'): FileLimits {
  const isLarge = provider === 'anthropic' && factsOf(model).window >= 1_000_000;
  return { imageBytes: IMAGE_BYTES[provider], pages: isLarge ? 600 : 100 };
}
