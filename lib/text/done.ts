/** Room of text: what a turn did in the world, in words of ours. Pure. */
import type { Effect } from '../types.ts';
import type { Speech } from './sentences.ts';

/** A sentence on what was done and one on what may have been; none where nothing was. */
export function whatWasDone(effects: readonly Effect[], speech: Speech): string[] {
  const named = (state: Effect['state']) => [
    ...new Set(effects.filter((effect) => effect.state === state).map(({ tool }) => tool.replaceAll('_', ' '))),
  ];
  const [done, unknown] = [named('DONE'), named('UNKNOWN')];
  return [
    ...(done.length > 0 ? [speech.wasDone(done)] : []),
    ...(unknown.length > 0 ? [speech.mayBeDone(unknown)] : []),
  ];
}
