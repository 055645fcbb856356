/** Every 5 minutes: what is due becomes an event of its conversation, whose worker knows whether it still matters. */
import { type Log, pseudonym } from '../log.ts';
import type { Due } from '../types.ts';

export interface DuesDeps {
  /** What is due at that time (ms), the longest due first; what is left is due again with the next run. */
  duesUntil(now: number): Promise<readonly Due[]>;
  endDue(due: Due): Promise<void>;
  put(due: Due): Promise<void>;
  now(): number;
  log: Log;
}

/** First there, then gone here: whatever ends this in between leaves a repeat. Throws `Later` and what the queue throws. */
export async function putDues({ duesUntil, endDue, put, now, log }: DuesDeps): Promise<void> {
  for (const due of await duesUntil(now())) {
    await put(due);
    await endDue(due);
    log('handoff-due', { conversation: pseudonym(due.platform, due.conversation), what: due.what });
  }
}
