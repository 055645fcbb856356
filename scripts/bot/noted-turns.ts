/** The inspection tool: turns in trouble, as they are by now. */
import { notedOf } from '../../lib/operator/noted.ts';
import type { Noted, Trouble } from '../../lib/store/trouble.ts';
import type { Turn } from '../../lib/types.ts';
import type { Options } from './command.ts';
import type { Place } from './place.ts';

/** The newest first; a turn may be gone, or in no trouble any more. */
export async function notedTurns(
  place: Place,
  trouble: Trouble,
  { days, platform }: Pick<Options, 'days' | 'platform'>,
): Promise<{ ref: Noted; turn: Turn | undefined }[]> {
  const { store, table } = await place.data();
  const noted = await notedOf(table, trouble, { days, platform, now: Date.now() });
  return Promise.all(noted.map(async (ref) => ({ ref, turn: await store.find(ref) })));
}
