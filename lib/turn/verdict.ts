/** Stop 6, before Claude: what the user's yes, or anything else, means for a call that was asked about. */
import { labelled } from '../log.ts';
import { partsOfSk } from '../store/store.ts';
import { type Journal, loadCall, noted } from '../tools/journal.ts';
import { ASKED_PLACE, type Confirmed } from '../tools/toolbox.ts';
import type { Effect, MessageRef, Turn } from '../types.ts';
import { type OpenQuestion, questionFor, saysYes } from './confirm.ts';
import { platformOf } from './ending.ts';
import type { TurnDeps, TurnInput, Work } from './shapes.ts';

/** What is to be done now, or was to be and is not; neither where nothing was asked. */
export interface Verdict {
  confirmed?: Confirmed;
  declined?: Effect;
}

/** An earlier attempt that has begun the call had its yes: what came since changes nothing. Throws what the table throws. */
export async function verdictOf(
  deps: TurnDeps,
  { burst: [head], takenAt, behind = [] }: TurnInput,
  { turn, turns, holder, journal: own }: Pick<Work, 'turn' | 'holder'> & { turns: readonly Turn[]; journal: Journal },
): Promise<Verdict> {
  const { store, now, log } = deps;
  const answering = { turn, takenAt, behind };
  const open = questionFor(turns, answering);
  // What an earlier reply tells that is not noted with the turn itself was noted with the one that asked.
  const isElsewhere = (turn.reply?.effects?.length ?? 0) > own.effects().length;
  const wasAsked = turn.generation > 0 && (!turn.reply || isElsewhere);
  const question = open ?? (wasAsked ? await answeredBefore(store, head, turn) : undefined);
  if (!question) return {};
  const isYes =
    open !== undefined && saysYes(open, turns, answering, { now: now(), isListed: !platformOf(deps, head).hasButtons });
  const { tool, version, input } = question.pending;
  const declined = noted({ tool, input, state: 'DECLINED' });
  if (!isYes && turn.epoch === 1) return { declined };
  const { platform, conversation } = head;
  const ref = { platform, conversation, ...partsOfSk(question.sk) };
  const journal = await loadCall(store, ASKED_PLACE, { ref, by: holder.owner, log: labelled(log, head) });
  if (!isYes && journal.begun() === 0) return { declined };
  return { confirmed: { tool, version, input, journal } };
}

/**
 * The question that a redriven turn was the answer to when it came. By what was said and asked since it is closed, and what was not
 * begun then is not begun now; but what was begun, its turn has done.
 */
async function answeredBefore(
  store: TurnDeps['store'],
  head: MessageRef,
  turn: Turn,
): Promise<OpenQuestion | undefined> {
  const before = await store.between(head, undefined, turn.sk);
  return questionFor(before, { turn, takenAt: undefined, behind: [] });
}
