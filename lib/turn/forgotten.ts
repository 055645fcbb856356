/** Stop 5, where a conversation or a user is forgotten while a message is under way: it is dropped, and nothing of it stays. */
import { labelsOf } from '../log.ts';
import { monthOf } from '../store/speakers.ts';
import { turnSk } from '../store/store.ts';
import type { Sent, Turn } from '../types.ts';
import type { TurnDeps, Work } from './shapes.ts';

/** What is known of a turn in our hands before anything is done for it. */
export interface Entered {
  isForgotten: boolean;
  /** When the conversation was forgotten (ms), where it has no turns before this one; else 0, as what is forgotten has none. */
  forgottenAt: number;
  /** Nothing is answered; one turn says so. */
  isBlocked: boolean;
}

/**
 * Whether user or conversation were forgotten after `head` was said; then nothing is kept of its turn any more. The order matters: what
 * is claimed before the mark is looked for is seen by whoever sets the mark afterwards, and so is where the user has spoken.
 */
export async function enter(deps: TurnDeps, head: Sent, looking: Work['looking']): Promise<Entered> {
  const { store } = deps;
  const recent = await looking.catch(() => undefined);
  // Nothing is asked or stored without it.
  if (!recent) return { isForgotten: false, forgottenAt: 0, isBlocked: false };
  const sk = turnSk(head);
  const before = recent.turns.filter((turn) => turn.sk < sk);
  const user = head.speaker.id;
  const of = { platform: head.platform, conversation: head.conversation, user };
  const isNew = !before.some((turn) => turn.state !== 'CLAIMED' && isOfMonth(turn, head));
  if (isNew) await store.noteSpeaker(of, head.createdAt);
  const [marks, forgottenAt] = await Promise.all([
    store.marksOf(of),
    before.length === 0 ? store.forgottenAt(head) : 0,
  ]);
  const isBlocked = marks.blockedAt > 0;
  const isSaidSince = Math.max(marks.forgottenAt, forgottenAt) < head.createdAt;
  if (isSaidSince && !marks.cut.has(head.messageId)) return { isForgotten: false, forgottenAt, isBlocked };
  await drop(deps, head);
  // What came behind it, and is answered already, is still to be found.
  const isOnly = !recent.turns.some((turn) => turn.sk !== sk && isOfMonth(turn, head));
  if (isOnly) await store.dropSpeaker(of, head.createdAt);
  return { isForgotten: true, forgottenAt, isBlocked };
}

/** A turn that has come so far has noted its speaker. */
function isOfMonth({ said }: Turn, { speaker, createdAt }: Sent): boolean {
  return said.some((one) => one.speaker.id === speaker.id && monthOf(one.createdAt) === monthOf(createdAt));
}

/** For a turn whose item is not there any more, or is somebody else's: false where nothing was forgotten. */
export async function dropForgotten(deps: TurnDeps, head: Sent): Promise<boolean> {
  const { platform, speaker } = head;
  const [marks, forgottenAt] = await Promise.all([
    deps.store.marksOf({ platform, user: speaker.id }),
    deps.store.forgottenAt(head),
  ]);
  if (Math.max(marks.forgottenAt, forgottenAt) < head.createdAt) return false;
  await drop(deps, head);
  return true;
}

async function drop({ store, log }: TurnDeps, head: Sent): Promise<void> {
  await store.erase(head);
  log('message-forgotten', labelsOf(head));
}

/** What is left of such a turn. */
export function forgottenTurn(head: Sent): Turn {
  return { sk: turnSk(head), messageId: head.messageId, said: [], generation: 0, epoch: 0, state: 'SKIPPED' };
}
