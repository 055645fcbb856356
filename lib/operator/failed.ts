/** Room of the operator: why a message was not answered. Pure. */
import type { Reply, TurnState } from '../types.ts';

interface Ended {
  state: TurnState | undefined;
  reply: Reply | undefined;
}

/** In words of ours; nothing of a turn that did not fail. */
export function whyFailed({ state, reply }: Ended): string | undefined {
  if (state !== 'FAILED') return undefined;
  if (!reply) return 'nothing could be stored';
  return reply.reason ?? (reply.kind === 'apology' ? 'unknown' : 'nobody could be told');
}
