/** Room of the operator: `forget` removes everything that is kept of a conversation. */
import { pseudonym } from '../log.ts';
import { readEnvelope } from '../records/envelope.ts';
import { findKnown, type Known, type Named, orNew } from './conversation.ts';
import { isEventOf } from './dead-events.ts';
import { readDeadTurn } from './dead-turns.ts';
import type { Answer, OperatorDeps } from './verb.ts';

/** For good: also what a run that broke off has left, of which no turn tells. */
export async function forget(deps: OperatorDeps, named: Named): Promise<Answer> {
  const { forget: removeAll, deadTurns, deadEvents, deadRecords } = deps;
  const of = await findKnown(deps, named).catch(orNew(named));
  const { turns, parked } = await removeAll(of);
  const letters = [
    await deadTurns.sift({ wants: (body) => readDeadTurn(body, of) !== undefined, take: async () => {} }),
    await deadEvents.sift({ wants: (body) => isEventOf(body, of), take: async () => {} }),
    await deadRecords.sift({ wants: (body) => isAbout(body, of, parked), take: async () => {} }),
  ];
  const dead = letters.reduce((a, b) => a + b, 0);
  return {
    text: `Forgotten: ${turns} turns, ${parked.length} parked records and ${dead} dead letters of ${named.name}.`,
    json: { ...of, turns, parkedRecords: parked.length, deadLetters: dead, done: true },
  };
}

/** Records name a conversation by a pseudonym only. */
function isAbout(body: string, { platform, conversation }: Known, parked: readonly string[]): boolean {
  const envelope = readEnvelope(body);
  if (!envelope) return false;
  if ('parked' in envelope) return parked.includes(envelope.id);
  return envelope.record.session === pseudonym(platform, conversation);
}
