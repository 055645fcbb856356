/** Stop 5. The turn is ours for a while, or what another worker has made of it. */
import { Later } from '../errors.ts';
import { labelsOf } from '../log.ts';
import { type Holder, turnSk } from '../store/store.ts';
import type { Said, Sent, Turn } from '../types.ts';
import { isPassing } from './ending.ts';
import { hear } from './hear.ts';
import type { TurnDeps, TurnInput } from './shapes.ts';

export interface Claimed {
  turn: Turn;
  /** Absent where the turn is answered, or at an end, already. */
  holder?: Holder;
}

/** Throws `Later` while another worker holds the turn, and what `input.claim` throws. */
export async function claim(deps: TurnDeps, input: TurnInput): Promise<Claimed> {
  const { burst, generation, remainingMs } = input;
  const [head] = burst;
  const owner = deps.newId();
  // As their platform dates them: of two webhooks that come within milliseconds, the queue may have taken the later one first.
  const heard = { maxChars: deps.maxInputChars, speech: deps.speech(head) };
  const said = burst.toSorted((a, b) => a.createdAt - b.createdAt).map((sent) => hear(sent, heard));
  const how = { said, owner, leaseUntil: deps.now() + remainingMs(), generation };
  const turn = await (input.claim
    ? input.claim(head, how)
    : deps.store.claim(head, how).catch(instead(deps, head, owner)));
  return turn ? { turn, holder: { owner, epoch: turn.epoch } } : { turn: await standing(deps, head) };
}

/** What a claim came to that failed for good: it may have been made all the same, or matters no more where there is a reply already. */
function instead({ store, now }: TurnDeps, head: Sent, owner: string) {
  return async (error: unknown): Promise<Turn | undefined> => {
    if (isPassing(error)) throw error;
    const turn = await store.find(head).catch(() => undefined);
    if (turn?.state === 'CLAIMED' && turn.owner === owner) return turn;
    const isFree = turn?.state === undefined || (turn.state === 'CLAIMED' && (turn.leaseUntil ?? 0) < now());
    if (isFree) throw error;
    return undefined;
  };
}

/** What the turn has come to that could not be claimed. */
async function standing({ store, now, log }: TurnDeps, head: Sent): Promise<Turn> {
  const turn = await store.find(head);
  if (!turn || turn.state === undefined || turn.state === 'CLAIMED')
    throw new Later('another worker is at it', { afterMs: afterLease(turn, now()) });
  log('message-repeated', { ...labelsOf(head), state: turn.state });
  return turn;
}

/** In how long (ms) the lease of whoever has the turn is surely over. */
export function afterLease(turn: Turn | undefined, now: number): number {
  return Math.max((turn?.leaseUntil ?? 0) - now, 0) + 1_000;
}

/** The messages that are answered here: marked so, before Claude is asked; one that went its own way before stays out. */
export async function keepUnanswered({ store, log }: TurnDeps, head: Sent, said: readonly Said[]): Promise<Said[]> {
  const { platform, conversation } = head;
  const into = turnSk(head);
  const isHere = await Promise.all(
    said.map(
      ({ messageId, createdAt }) =>
        messageId === head.messageId || store.merge({ platform, conversation, messageId, createdAt }, into),
    ),
  );
  const here = said.filter((_, i) => isHere[i]);
  for (const { messageId } of here) {
    if (messageId !== head.messageId)
      log('message-merged', { ...labelsOf({ ...head, messageId }), into: head.messageId });
  }
  return here;
}
