/** Queue events made by hand: several messages of one conversation in one batch, chosen ids and attempts. */

import type { Handoff } from '../../lib/types.ts';

/** Hand-made, since AWS may hand over several messages of one conversation, which the emulator never does. */
export function batch(inbounds: readonly object[], attempts = 1) {
  const Records = inbounds.map((inbound, i) => ({
    messageId: `record-${i}`,
    receiptHandle: `receipt-${i}`,
    body: JSON.stringify({ v: 1, generation: 0, inbound }),
    attributes: { ApproximateReceiveCount: String(attempts) },
  }));
  return { Records } as never;
}

/** The same n gives the same message again. */
const STARTED_AT = Date.now();

/** What a user said, as the door would have enqueued it; `n` sets its place. */
export function sent(platform: string, conversation: string, text: string, n: number, bot?: string) {
  const messageId = `made-${conversation}-${n}`;
  return {
    platform,
    conversation,
    event: 'sent',
    messageId,
    createdAt: STARTED_AT + n,
    speaker: { id: 'alice' },
    text,
    attachments: [],
    ...(bot ? { bot } : {}),
  };
}

/** A conversation that somebody of the team took over at `at` (ms). */
export function takenBy(member: string, at: number) {
  const handoff: Handoff = {
    ...{ id: `handoff-${at}`, state: 'taken', by: 'team', at, bot: 'default', messages: [] },
    reason: 'Somebody wrote.',
    speaker: { id: member },
  };
  return { member, at, handoff };
}
