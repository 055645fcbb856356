/** Stop 7 for /chat: the answer that is under way in a session, for a page that lost it or was loaded anew. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Sessions } from '../store/sessions.ts';
import { tellStored } from './answer.ts';
import { ChatFailure, toFailure } from './failure.ts';
import { FORGETTING, type Session } from './session.ts';
import { stream } from './stream.ts';
import { openUiStream } from './ui-stream.ts';

/** How often (ms) it is looked whether the answer is there. */
const LOOK_MS = 300;

/** A wait ends so long (ms) before the function does. */
const CLOSING_MS = 3_000;

export interface Waiting {
  signal: AbortSignal;
  remainingMs(): number;
  waitUntil(work: Promise<unknown>): void;
}

/** The whole answer as a UI message stream, once it is there; 204 where none is under way, or none came of it. */
export async function resume(
  { sessions }: { sessions: Pick<Sessions, 'busyWith' | 'transcript'> },
  session: Session,
  { signal, remainingMs, waitUntil }: Waiting,
): Promise<Response> {
  const messageId = await sessions.busyWith(session);
  if (messageId === undefined || messageId === FORGETTING) return nothing();
  while ((await sessions.busyWith(session)) === messageId) {
    if (signal.aborted) return nothing();
    if (remainingMs() < CLOSING_MS) {
      throw new ChatFailure('busy', 'The answer is still under way.', { retryAfter: 1 });
    }
    await sleep(LOOK_MS);
  }
  const { turns } = await sessions.transcript(session, undefined);
  const turn = turns.findLast((one) => one.messageId === messageId);
  if (!turn?.reply) return nothing();
  return stream({
    format: openUiStream({ messageId }),
    run: async (emit) => {
      tellStored(turn, emit);
      return async () => {};
    },
    toFailure: (error) => toFailure(error) ?? new ChatFailure('unavailable', 'Something went wrong.'),
    waitUntil,
  });
}

function nothing(): Response {
  return new Response(null, { status: 204, headers: { 'cache-control': 'no-store' } });
}
