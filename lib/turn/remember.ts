/** After stop 7, with HISTORY_STRATEGY=summary: what has left the window is summed up while nobody waits. */
import type { Ask } from '../claude/ask.ts';
import { summarise } from '../claude/summary.ts';
import { errorName, type Log, labelsOf, pseudonym } from '../log.ts';
import type { Store } from '../store/store.ts';
import type { Sent, Summary, Turn } from '../types.ts';

export interface RememberDeps {
  store: Pick<Store, 'between' | 'summarize'>;
  /** Asks the cheap model; `undefined` with any other strategy. */
  askForSummary: Ask | undefined;
  log: Log;
}

/** Less time (ms) than this is not worth beginning: the next turn makes up for it. */
const SHORTEST_MS = 15_000;

/** Never throws: without a summary the window alone is what Claude remembers, and the next turn tries again. */
export async function remember(
  { store, askForSummary, log }: RememberDeps,
  { head, turn, before, remainingMs }: { head: Sent; turn: Turn; before: Summary | undefined; remainingMs: number },
): Promise<void> {
  const upTo = turn.reply?.windowFrom;
  if (!askForSummary || upTo === undefined || upTo <= (before?.upTo ?? '') || remainingMs < SHORTEST_MS) return;
  try {
    const result = await summarise(askForSummary, {
      about: head,
      userId: pseudonym(head.platform, head.speaker.id),
      before,
      turns: await store.between(head, before?.upTo, upTo),
      upTo,
      signal: AbortSignal.timeout(remainingMs - SHORTEST_MS / 3),
    });
    if (result) await store.summarize(head, result);
    log('summary-written', labelsOf(head));
  } catch (error) {
    log('summary-failed', { ...labelsOf(head), error: errorName(error) });
  }
}
