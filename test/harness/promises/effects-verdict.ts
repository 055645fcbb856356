/** What must hold of effects when everything has come to rest: the journal, the turns and the world tell the same. */
import type { Effect, Turn } from '../../../lib/types.ts';
import { turnsOf } from './verdict.ts';
import type { World } from './virtual-world.ts';

export interface EffectsVerdict {
  /** Effects that happened. */
  happened: number;
  /** Noted as done, and never happened. */
  lost: number;
  /** Happened more than once for one call. */
  doubled: number;
  /** Happened, and no turn tells that they did or may have. */
  unrecorded: number;
  /** Of which it is not known whether they happened. */
  unknown: number;
}

/** Of one world, in which each message wants each of its effects once. */
export function judgeEffects(world: World): EffectsVerdict {
  const told = turnsOf(world).flatMap(effectsOf);
  const words = world.happened.map(({ word }) => word);
  const isTold = (word: string) =>
    told.some(({ input, state }) => state !== 'REFUSED' && JSON.parse(input).word === word);
  const done = told.filter(({ state }) => state === 'DONE').map(({ input }) => String(JSON.parse(input).word));
  return {
    happened: words.length,
    lost: done.filter((word) => !words.includes(word)).length,
    doubled: words.length - new Set(words).size,
    unrecorded: words.filter((word) => !isTold(word)).length,
    unknown: told.filter(({ state }) => state === 'UNKNOWN').length,
  };
}

function effectsOf({ reply }: Turn): readonly Effect[] {
  return reply?.effects ?? [];
}
