/** Room of the operator: `forget` removes everything that is kept of a conversation, or of a user in all of theirs. */
import { Rejected } from '../errors.ts';
import { pseudonym } from '../log.ts';
import { spokenBy } from '../store/speakers.ts';
import type { PlatformName } from '../types.ts';
import { findKnown, type Named, namesOf, orNew } from './conversation.ts';
import { type Dropped, dropLetters } from './drop-letters.ts';
import { tellHeld } from './held.ts';
import type { Answer, OperatorDeps } from './verb.ts';

/** What an earlier call that had no time left said in `next`: when the forgetting began (ms), and the whole name where another was given. */
export interface GoingOn {
  next?: string | undefined;
}

/** What no removal here can reach. */
const BEYOND = [
  'what Reconify or a trace backend has taken already',
  'what the platform itself keeps',
  'backups of the table (35 days)',
];

const BEYOND_TEXT = `Not in our reach: ${BEYOND.join(', ')}.`;

/** For good: also what a run that broke off has left, of which no turn tells. */
export async function forget(deps: OperatorDeps, { next, ...named }: Named & GoingOn): Promise<Answer> {
  const { at, whole } = readNext(deps, next, named);
  const of = whole
    ? { platform: 'http' as const, conversation: whole }
    : await findKnown(deps, named).catch(orNew(deps, named));
  const { turns, parked, ...removed } = await deps.forget(of, { at, until: beforeLetters(deps) });
  const letters = await dropLetters(deps, {
    isTurn: (dead) => dead.platform === of.platform && dead.conversation === of.conversation,
    isEvent: (dead) => dead.platform === of.platform && dead.conversation === of.conversation,
    isRecord: ({ session }) => session === pseudonym(of.platform, of.conversation),
    parked,
  });
  const ending = endOf(letters, { isDone: removed.isDone, at, given: named.name, whole: of.conversation });
  return {
    text: `${ending.text}: ${turns} turns, ${parked.length} parked records and ${letters.dropped} dead letters of ${named.name}.${ending.rest} ${BEYOND_TEXT}`,
    json: { ...of, turns, parkedRecords: parked.length, deadLetters: letters.dropped, beyond: BEYOND, ...ending.json },
  };
}

/** Of a conversation in which others speak, too, only what is the user's. */
export async function forgetUser(
  deps: OperatorDeps,
  { next, ...named }: { platform: PlatformName; user: string } & GoingOn,
): Promise<Answer> {
  const begun = readNext(deps, next, { platform: named.platform, name: named.user });
  const of = begun.whole ? { platform: named.platform, user: begun.whole } : await findUser(deps, named);
  const { platform, user } = of;
  const { at } = begun;
  const { turns, whole, shared, told, parked, ...removed } = await deps.forgetUser(of, {
    at,
    until: beforeLetters(deps),
  });
  const conversations = new Set([...whole, ...shared]);
  const isTold = (session: string | undefined, saidAt: number) =>
    told.some((one) => one.from <= saidAt && saidAt <= at && session === pseudonym(platform, one.conversation));
  const letters = await dropLetters(deps, {
    isTurn: (dead) => dead.platform === platform && dead.speaker === user,
    isEvent: (dead) => dead.platform === platform && (dead.user === user || whole.includes(dead.conversation)),
    isRecord: ({ session, user: by, saidAt = 0 }) => by === pseudonym(platform, user) || isTold(session, saidAt),
    parked,
  });
  const others = shared.length > 0 ? ` What others said in ${shared.length} of them is still there.` : '';
  const ending = endOf(letters, { isDone: removed.isDone, at, given: named.user, whole: user });
  return {
    text: `${ending.text}: ${turns} turns in ${conversations.size} conversations, ${parked.length} parked records and ${letters.dropped} dead letters of ${user} on ${platform}.${others}${ending.rest} ${BEYOND_TEXT}`,
    json: {
      ...of,
      conversations: conversations.size,
      shared: new Set(shared).size,
      turns,
      parkedRecords: parked.length,
      deadLetters: letters.dropped,
      beyond: BEYOND,
      ...ending.json,
    },
  };
}

/** A user of /chat also by the name that the client gave, without the caller's; throws `Rejected` 409 where several have it. */
export async function findUser(
  { table, callers }: Pick<OperatorDeps, 'table' | 'callers'>,
  { platform, user }: { platform: PlatformName; user: string },
): Promise<{ platform: PlatformName; user: string }> {
  const names = namesOf({ callers }, { platform, name: user });
  const pages = await Promise.all(names.map((name) => spokenBy(table, { platform, user: name }, { limit: 1 })));
  const known = names.filter((_, i) => (pages[i]?.entries.length ?? 0) > 0);
  if (known.length > 1) throw new Rejected(409, `${user} is known as ${known.join(' and ')}: use the whole name.`);
  return { platform, user: known[0] ?? user };
}

/** What somebody else holds among the dead letters may be what is to be forgotten: nobody may say then that it is done. */
function endOf(
  { areAllSeen, held }: Dropped,
  { isDone, at, given, whole }: { isDone: boolean; at: number; given: string; whole: string },
) {
  const isWhole = isDone && areAllSeen && held === 0;
  return {
    text: isWhole ? 'Forgotten' : 'Forgotten so far',
    rest: held === 0 ? '' : ` Not done: ${tellHeld(held)}`,
    json: isWhole
      ? { done: true }
      : { done: false, ...(held === 0 ? {} : { held }), next: given === whole ? String(at) : `${at}.${whole}` },
  };
}

/** Of what was given by less than its whole name, nothing may be left by which that could be found again. */
function readNext(
  { now, callers }: OperatorDeps,
  next: string | undefined,
  { platform, name }: Named,
): { at: number; whole?: string | undefined } {
  if (next === undefined) return { at: now() };
  const { at = '', whole } = /^(?<at>\d{13})(?:\.(?<whole>.+))?$/su.exec(next)?.groups ?? {};
  const isOurs =
    whole === undefined || (platform === 'http' && namesOf({ callers }, { platform, name }).includes(whole));
  if (at === '' || Number(at) > now() || !isOurs) throw new Rejected(400, 'next is what an earlier answer said');
  return { at: Number(at), whole };
}

/** So long (ms) a call keeps for the dead letters: some of them are known only by what this very call has removed. */
const LETTERS_MS = 5_000;

function beforeLetters({ until }: OperatorDeps): number | undefined {
  return until === undefined ? undefined : until - LETTERS_MS;
}
