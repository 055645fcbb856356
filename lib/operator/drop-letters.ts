/** Room of the operator: what is forgotten goes from among the dead letters, too. */
import { setTimeout as sleep } from 'node:timers/promises';
import { readEnvelope } from '../records/envelope.ts';
import type { Known } from './conversation.ts';
import { type DeadEvent, parseDeadEvent } from './dead-events.ts';
import { parseDeadTurn } from './dead-turns.ts';
import type { OperatorDeps } from './verb.ts';

interface Wanted {
  isTurn(dead: { platform: string; conversation: string; speaker: string | undefined }): boolean;
  isEvent(dead: Pick<DeadEvent, 'platform' | 'conversation' | 'user'>): boolean;
  /** By the pseudonyms, which is all that a record says. */
  isRecord(dead: { session: string | undefined; user: unknown; saidAt: number | undefined }): boolean;
  parked: readonly string[];
}

/** Longer than a look of ours holds letters (60 s), where nothing else ends a call (ms). */
const PATIENCE_MS = 90_000;
const PAUSE_MS = 500;

export interface Dropped {
  dropped: number;
  /** Whether there was time to look at all of them. */
  areAllSeen: boolean;
  /** How many events and records somebody else still held when the time was over: nobody knows whether they were wanted. */
  held: number;
}

/** Waits for what somebody else holds, as long as there is time; for no turn: they have a consumer, which drops what was forgotten. */
export async function dropLetters(deps: OperatorDeps, wanted: Wanted): Promise<Dropped> {
  const { deadTurns, deadEvents, deadRecords, now, until = now() + PATIENCE_MS } = deps;
  const take = async () => {};
  let dropped = await deadTurns.sift({ wants: (body) => isTurn(body, wanted), take });
  for (;;) {
    dropped += await deadEvents.sift({ wants: (body) => isEvent(body, wanted), take });
    dropped += await deadRecords.sift({ wants: (body) => isRecord(body, wanted), take });
    const count = async () => (await deadEvents.held()) + (await deadRecords.held());
    let held = await count();
    if (held === 0 || now() >= until) return { dropped, areAllSeen: now() < until, held };
    while (held > 0 && now() < until) {
      await sleep(PAUSE_MS);
      held = await count();
    }
  }
}

function isTurn(body: string, wanted: Wanted): boolean {
  const dead = parseDeadTurn(body);
  if (typeof dead === 'string') return false;
  const { inbound } = dead;
  return wanted.isTurn({ ...(inbound as Known), speaker: 'speaker' in inbound ? inbound.speaker.id : undefined });
}

function isEvent(body: string, wanted: Wanted): boolean {
  const dead = parseDeadEvent(body);
  return dead !== undefined && wanted.isEvent(dead);
}

function isRecord(body: string, { parked, isRecord: isMeant }: Wanted): boolean {
  const envelope = readEnvelope(body);
  if (!envelope) return false;
  if ('parked' in envelope) return parked.includes(envelope.id);
  const { session, user, saidAt } = envelope.record;
  return isMeant({ session, user: user?.userId, saidAt });
}
