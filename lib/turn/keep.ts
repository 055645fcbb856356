/** Stop 6, its end. What was decided is stored before anything is sent, by the holder of the turn only. */
import { Superseded } from '../errors.ts';
import { errorName, labelsOf } from '../log.ts';
import { type Holder, partsOfSk } from '../store/store.ts';
import type { Reply, Said, Sent } from '../types.ts';
import { telling } from './effects.ts';
import { apologise, comesBack, reasonOf } from './ending.ts';
import type { Decision, TurnDeps, TurnInput } from './shapes.ts';
import { tellMissed } from './tell.ts';

interface Keeping {
  holder: Holder;
  said: Said[];
  reply: Reply;
}

/**
 * The reply as it is stored, `isStored` false where the table takes neither it nor the apology in its place. Throws `Later` and
 * `Superseded` for another attempt, never `Later` at the last one.
 */
export async function keep(
  deps: TurnDeps,
  input: TurnInput,
  { holder, said, reply }: Keeping,
): Promise<{ reply: Reply; isStored: boolean }> {
  const { store, log } = deps;
  const { burst, attempts } = input;
  const [head] = burst;
  try {
    if (reply.missed) await tellMissed(deps, input, said);
    await store.answer(head, holder, reply, said);
    const { stop, model, usd, cost, usage, ms } = reply;
    const figures = { ms, stop, model, usd, cost, inputTokens: usage?.inputTokens, outputTokens: usage?.outputTokens };
    if (reply.missed) log('knowledge-missed', { ...labelsOf(head), bot: reply.bot });
    log('reply-written', { ...labelsOf(head), attempt: attempts, ...figures, sources: reply.sources?.length });
    return { reply, isStored: true };
  } catch (error) {
    if (error instanceof Superseded || comesBack(error, attempts)) {
      await release(deps, head, holder, { isAsked: reply.kind === 'answer' });
      throw error;
    }
    // The table may have taken it all the same.
    const { state, reply: known } = (await store.find(head).catch(() => undefined)) ?? {};
    if (state === 'ANSWERED' && known) return { reply: known, isStored: true };
    if (reply.kind === 'apology') return { reply, isStored: false };
    const apology = apologise(deps, head, reasonOf(error));
    return keep(deps, input, { holder, said, reply: telling(apology, reply.effects, deps.speech(head)) });
  }
}

/** Ends a turn without a reply of its own. Where even the last attempt cannot note it, there is nobody who waits for it. */
export async function close(
  { store, log }: TurnDeps,
  { burst: [head], attempts }: TurnInput,
  { holder, decision }: { holder: Holder; decision: Exclude<Decision, { reply: Reply }> },
): Promise<void> {
  try {
    if ('mergedInto' in decision) {
      await store.retire(head, holder, decision.mergedInto);
      log('message-merged', { ...labelsOf(head), into: partsOfSk(decision.mergedInto).messageId });
    } else {
      await store.skip(head, holder);
      log('turn-skipped', labelsOf(head));
    }
  } catch (error) {
    if (!comesBack(error, attempts)) return log('turn-left-open', { ...labelsOf(head), error: errorName(error) });
    await release({ store, log }, head, holder, { isAsked: false });
    throw error;
  }
}

/** Ends the lease, so that the next attempt need not wait for it; where that fails, too, the lease ends by itself. Never throws. */
export async function release(
  { store, log }: Pick<TurnDeps, 'store' | 'log'>,
  head: Sent,
  holder: Holder,
  how: { isAsked: boolean },
): Promise<void> {
  await store.release(head, holder, how).catch((error: unknown) => {
    log('lease-not-released', { ...labelsOf(head), error: errorName(error) });
  });
}
