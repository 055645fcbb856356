/** The inspection tool: finds a conversation by what an operator has of it: an apology's reference, a hash of a log line, a message's id. */
import { pseudonym, referenceOf } from '../../lib/log.ts';
import { placeOf } from '../../lib/store/corrections.ts';
import { silentOnes } from '../../lib/store/silent.ts';
import { CannotRun } from '../cannot-run.ts';
import type { Options } from './command.ts';
import { findKnown, type Known, PLATFORMS } from './conversation.ts';
import { parseDeadTurn } from './dead-turns.ts';
import { notedOf } from './noted.ts';
import type { Place } from './place.ts';
import { sift } from './sift.ts';

interface Candidate extends Known {
  messageId?: string;
}

const MOST_SILENT = 1_000;

/** The conversation of that name, else the one that a trace leads to; throws `CannotRun` where neither is found. */
export async function findConversation(place: Place, name: string, options: Options): Promise<Candidate> {
  const { store } = await place.data();
  try {
    return await findKnown(store, name, options);
  } catch (error) {
    const found = error instanceof CannotRun ? await byTrace(place, name, options) : undefined;
    if (found) return found;
    throw error;
  }
}

/** Hashes cannot be turned back: what is known to be in trouble, silent or dead is looked through. */
async function byTrace(place: Place, name: string, options: Options): Promise<Candidate | undefined> {
  const { table } = await place.data();
  const known = await placeOf(table, PLATFORMS, name);
  if (known) return { ...known, messageId: name };

  const noted = [await notedOf(table, 'FAILED', options), await notedOf(table, 'WAITING', options)].flat();
  const silent = (await silentOnes(table, MOST_SILENT)).map(({ of }) => of);
  return tracedBy(name, [...noted, ...silent]) ?? tracedBy(name, await deadOnes(place));
}

/** A hash names a conversation; an id and a reference name a message of it. */
function tracedBy(name: string, candidates: readonly Candidate[]): Candidate | undefined {
  for (const { platform, conversation, messageId } of candidates) {
    if (pseudonym(platform, conversation) === name) return { platform, conversation };
    if (messageId === undefined) continue;
    if (messageId === name || referenceOf({ platform, conversation, messageId }) === name.toLowerCase())
      return { platform, conversation, messageId };
  }
  return undefined;
}

async function deadOnes(place: Place): Promise<Candidate[]> {
  const found: Candidate[] = [];
  await sift(place.sqs, await place.queueUrl('TurnsDeadLetters'), {
    wants: (body) => {
      const turn = parseDeadTurn(body);
      if (typeof turn !== 'string') found.push(turn.inbound);
      return false;
    },
    take: async () => {},
  });
  return found;
}
