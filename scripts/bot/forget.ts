/** The inspection tool: `forget` removes everything that is kept of a conversation. */
import { pseudonym } from '../../lib/log.ts';
import { readEnvelope } from '../../lib/records/envelope.ts';
import { CannotRun } from '../cannot-run.ts';
import type { Command } from './command.ts';
import { findKnown, type Known } from './conversation.ts';
import { isEventOf } from './dead-events.ts';
import { readDeadTurn } from './dead-turns.ts';
import { sift } from './sift.ts';

export const forget: Command = {
  about: 'removes all that is kept of a conversation, for good',
  takes: ['conversation'],
  run: async (place, [name = ''], options) => {
    const { store, forget: removeAll } = await place.data();
    const of = await findKnown(store, name, options).catch((error: unknown) => {
      // A run that broke off has left something that no turn tells of.
      if (options.platform && error instanceof CannotRun) return { platform: options.platform, conversation: name };
      throw error;
    });
    const { turns, parked } = await removeAll(of);
    const letters = [
      await drop(await place.queueUrl('TurnsDeadLetters'), (body) => readDeadTurn(body, of) !== undefined),
      await drop(await place.queueUrl('EventsDeadLetters'), (body) => isEventOf(body, of)),
      await drop(await place.queueUrl('RecordsDeadLetters'), (body) => isAbout(body, of, parked)),
    ];
    const dead = letters.reduce((a, b) => a + b, 0);
    return {
      text: `Forgotten: ${turns} turns, ${parked.length} parked records and ${dead} dead letters of ${name}.`,
      json: { ...of, turns, parkedRecords: parked.length, deadLetters: dead },
    };

    function drop(queueUrl: string, wants: (body: string) => boolean): Promise<number> {
      return sift(place.sqs, queueUrl, { wants, take: async () => {} });
    }
  },
};

/** Records name a conversation by a pseudonym only. */
function isAbout(body: string, { platform, conversation }: Known, parked: readonly string[]): boolean {
  const envelope = readEnvelope(body);
  if (!envelope) return false;
  if ('parked' in envelope) return parked.includes(envelope.id);
  return envelope.record.session === pseudonym(platform, conversation);
}
