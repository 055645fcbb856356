/** Room of the operator: finds a conversation by what an operator has of it: an apology's reference, a hash of a log line, a message's id. */
import { Rejected } from '../errors.ts';
import { pseudonym, referenceOf } from '../log.ts';
import { placeOf } from '../store/corrections.ts';
import { silentOnes } from '../store/silent.ts';
import { findKnown, type Known, type Named, PLATFORMS } from './conversation.ts';
import { parseDeadTurn } from './dead-turns.ts';
import { notedOf } from './noted.ts';
import type { OperatorDeps } from './verb.ts';

interface Candidate extends Known {
  messageId?: string;
}

const MOST_SILENT = 1_000;

/** The conversation of that name, else the one that a trace leads to; throws `Rejected` where neither is found. */
export async function findConversation(deps: OperatorDeps, named: Named): Promise<Candidate> {
  try {
    return await findKnown(deps, named);
  } catch (error) {
    const found = error instanceof Rejected ? await byTrace(deps, named) : undefined;
    if (found) return found;
    throw error instanceof Rejected && error.status === 404 && HASH.test(named.name) ? unknownHash(named.name) : error;
  }
}

/** As log lines have it. */
const HASH = /^[0-9a-f]{16}$/;

function unknownHash(hash: string): Rejected {
  return new Rejected(
    404,
    `No conversation ${hash} is known by its hash among those that failed, wait, are silent or dead. \`inbound\` of the line is the platform's id of the message: find its conversation there, and name that.`,
  );
}

/** Hashes cannot be turned back: what is known to be in trouble, silent or dead is looked through. */
async function byTrace(deps: OperatorDeps, { name, platform }: Named): Promise<Candidate | undefined> {
  const { table, now } = deps;
  const known = await placeOf(table, platform ? [platform] : PLATFORMS, name);
  if (known) return { ...known, messageId: name };

  const how = { days: deps.days, platform, now: now() };
  const noted = [await notedOf(table, 'FAILED', how), await notedOf(table, 'WAITING', how)].flat();
  const silent = (await silentOnes(table, MOST_SILENT)).map(({ of }) => of);
  const isThere = (one: Candidate) => platform === undefined || one.platform === platform;
  return (
    tracedBy(name, [...noted, ...silent].filter(isThere)) ?? tracedBy(name, (await deadOnes(deps)).filter(isThere))
  );
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

async function deadOnes({ deadTurns }: OperatorDeps): Promise<Candidate[]> {
  const found: Candidate[] = [];
  await deadTurns.sift({
    wants: (body) => {
      const turn = parseDeadTurn(body);
      if (typeof turn !== 'string') found.push(turn.inbound);
      return false;
    },
    take: async () => {},
  });
  return found;
}
