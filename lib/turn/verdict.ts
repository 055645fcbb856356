/** Stop 6, before Claude: what the user's yes, or anything else, means for a call that was asked about. */
import { labelled } from '../log.ts';
import { partsOfSk } from '../store/store.ts';
import { loadCall, noted } from '../tools/journal.ts';
import { ASKED_PLACE, type Confirmed } from '../tools/toolbox.ts';
import type { Effect, Turn } from '../types.ts';
import { questionFor, saysYes } from './confirm.ts';
import type { TurnDeps, TurnInput, Work } from './shapes.ts';

/** What is to be done now, or was to be and is not; neither where nothing was asked. */
export interface Verdict {
  confirmed?: Confirmed;
  declined?: Effect;
}

/** An earlier attempt that has begun the call had its yes: what came since changes nothing. Throws what the table throws. */
export async function verdictOf(
  { store, now, log }: TurnDeps,
  { burst: [head], takenAt, behind = [] }: TurnInput,
  { turn, turns, holder }: Pick<Work, 'turn' | 'holder'> & { turns: readonly Turn[] },
): Promise<Verdict> {
  const answering = { turn, takenAt, behind };
  const open = questionFor(turns, answering);
  if (!open) return {};
  const isYes = saysYes(open, turns, answering, now());
  const { tool, version, input } = open.pending;
  const declined = noted({ tool, input, state: 'DECLINED' });
  if (!isYes && turn.epoch === 1) return { declined };
  const { platform, conversation } = head;
  const ref = { platform, conversation, ...partsOfSk(open.sk) };
  const journal = await loadCall(store, ASKED_PLACE, { ref, by: holder.owner, log: labelled(log, head) });
  if (!isYes && journal.begun() === 0) return { declined };
  return { confirmed: { tool, version, input, journal } };
}
