/** Stop 5, where a conversation is forgotten while a message of it is under way: it is dropped, and nothing of it stays. */
import { labelsOf } from '../log.ts';
import { turnSk } from '../store/store.ts';
import type { Sent, Turn } from '../types.ts';
import type { TurnDeps, Work } from './shapes.ts';

/**
 * Whether the conversation was forgotten after `head` was said; then nothing is kept of its turn any more. What is forgotten has no
 * earlier turns: only where there are none the table is asked, so an ordinary turn pays nothing for it.
 */
export async function isForgotten(deps: TurnDeps, head: Sent, looking: Work['looking']): Promise<boolean> {
  const recent = await looking.catch(() => undefined);
  const sk = turnSk(head);
  if (!recent || recent.turns.some((turn) => turn.sk < sk)) return false;
  return dropForgotten(deps, head);
}

/** The same without that look: for a turn whose item is not there any more, or is somebody else's. */
export async function dropForgotten({ store, log }: TurnDeps, head: Sent): Promise<boolean> {
  if ((await store.forgottenAt(head)) < head.createdAt) return false;
  await store.erase(head);
  log('message-forgotten', labelsOf(head));
  return true;
}

/** What is left of such a turn. */
export function forgottenTurn(head: Sent): Turn {
  return { sk: turnSk(head), messageId: head.messageId, said: [], generation: 0, epoch: 0, state: 'SKIPPED' };
}
