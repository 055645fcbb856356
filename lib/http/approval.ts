/** Room of /chat: whether what a page takes for an approval is the answer to the question that is open. */
import type { Store } from '../store/store.ts';
import { canonical } from '../tools/canonical.ts';
import { questionFor } from '../turn/confirm.ts';
import type { MessageRef, Turn } from '../types.ts';
import { ChatFailure } from './failure.ts';

/** A page's answer to the question of a tool: all of it is the page's claim. */
export interface Approval {
  /** Of the turn that asked. */
  turn: string;
  tool: string;
  input: unknown;
  isApproved: boolean;
  /** What the page calls the call. */
  callId: string;
}

/** Throws `ChatFailure` unless `turn`, by whoever said it, answers the newest question, and that is about this tool with this input. */
export async function checkApproval(
  store: Pick<Store, 'recent'>,
  {
    approval,
    session,
    turn,
  }: { approval: Approval; session: Pick<MessageRef, 'platform' | 'conversation'>; turn: Turn },
): Promise<void> {
  const { turns } = await store.recent(session);
  const question = questionFor(turns, { turn, takenAt: undefined, behind: [] });
  const asking = turns.find(({ sk }) => sk === question?.sk);
  const isIt =
    question !== undefined &&
    asking?.messageId === approval.turn &&
    question.pending.tool === approval.tool &&
    canonical(JSON.parse(question.pending.input)) === canonical(approval.input);
  if (!isIt) throw new ChatFailure('question_closed', 'This question is not open any more. Say what you want instead.');
}
