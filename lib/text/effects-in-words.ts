/** Room of text: what became of a turn's calls that act in the world, in words of ours. Pure. */
import type { Effect } from '../types.ts';
import type { Speech } from './sentences.ts';

/** A sentence on what was done, one on what was refused, and one on what nobody knows of; none where nothing was begun. */
export function effectsInWords(effects: readonly Effect[], speech: Speech): string[] {
  const named = (state: Effect['state']) => [
    ...new Set(effects.filter((effect) => effect.state === state).map(({ tool }) => tool.replaceAll('_', ' '))),
  ];
  const [done, unknown] = [named('DONE'), named('UNKNOWN')];
  // What was refused first may have been done with another input.
  const refused = named('REFUSED').filter((tool) => !done.includes(tool) && !unknown.includes(tool));
  return [
    ...(done.length > 0 ? [speech.wasDone(done)] : []),
    ...(refused.length > 0 ? [speech.notDone(refused)] : []),
    ...(unknown.length > 0 ? [speech.mayBeDone(unknown)] : []),
  ];
}
