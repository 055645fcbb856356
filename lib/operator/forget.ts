/** Room of the operator: `forget` removes everything that is kept of a conversation, or of a user in all of theirs. */
import { Rejected } from '../errors.ts';
import { pseudonym } from '../log.ts';
import { readEnvelope } from '../records/envelope.ts';
import { spokenBy } from '../store/speakers.ts';
import type { PlatformName } from '../types.ts';
import { findKnown, type Known, type Named, orNew } from './conversation.ts';
import { type DeadEvent, parseDeadEvent } from './dead-events.ts';
import { parseDeadTurn } from './dead-turns.ts';
import type { Answer, OperatorDeps } from './verb.ts';

/** What an earlier call that had no time left said in `next`: when the forgetting began (ms). */
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
  const of = await findKnown(deps, named).catch(orNew(named));
  const at = beganAt(deps, next);
  const { turns, parked, ...removed } = await deps.forget(of, { at, until: beforeLetters(deps) });
  const { letters, isSeen } = await dropLetters(deps, {
    isTurn: (dead) => dead.platform === of.platform && dead.conversation === of.conversation,
    isEvent: (dead) => dead.platform === of.platform && dead.conversation === of.conversation,
    isRecord: ({ session }) => session === pseudonym(of.platform, of.conversation),
    parked,
  });
  const isDone = removed.isDone && isSeen;
  return {
    text: `${isDone ? 'Forgotten' : 'Forgotten so far'}: ${turns} turns, ${parked.length} parked records and ${letters} dead letters of ${named.name}. ${BEYOND_TEXT}`,
    json: { ...of, turns, parkedRecords: parked.length, deadLetters: letters, beyond: BEYOND, ...end(isDone, at) },
  };
}

/** Of a conversation in which others speak, too, only what is the user's. */
export async function forgetUser(
  deps: OperatorDeps,
  { next, ...named }: { platform: PlatformName; user: string } & GoingOn,
): Promise<Answer> {
  const of = await findUser(deps, named);
  const { platform, user } = of;
  const at = beganAt(deps, next);
  const { turns, whole, shared, messages, parked, ...removed } = await deps.forgetUser(of, {
    at,
    until: beforeLetters(deps),
  });
  const conversations = new Set([...whole, ...shared]);
  const gone = new Set(messages);
  const { letters, isSeen } = await dropLetters(deps, {
    isTurn: (dead) => dead.platform === platform && dead.speaker === user,
    isEvent: (dead) =>
      dead.platform === platform &&
      (dead.user === user || whole.includes(dead.conversation) || gone.has(dead.messageId ?? '')),
    isRecord: ({ user: by }) => by === pseudonym(platform, user),
    parked,
  });
  const isDone = removed.isDone && isSeen;
  const others = shared.length > 0 ? ` What others said in ${shared.length} of them is still there.` : '';
  return {
    text: `${isDone ? 'Forgotten' : 'Forgotten so far'}: ${turns} turns in ${conversations.size} conversations, ${parked.length} parked records and ${letters} dead letters of ${user} on ${platform}.${others} ${BEYOND_TEXT}`,
    json: {
      ...of,
      conversations: conversations.size,
      shared: new Set(shared).size,
      turns,
      parkedRecords: parked.length,
      deadLetters: letters,
      beyond: BEYOND,
      ...end(isDone, at),
    },
  };
}

/** A user of /chat also by the name that the client gave, without the caller's; throws `Rejected` 409 where several have it. */
export async function findUser(
  { table, callers }: Pick<OperatorDeps, 'table' | 'callers'>,
  { platform, user }: { platform: PlatformName; user: string },
): Promise<{ platform: PlatformName; user: string }> {
  const names = platform === 'http' ? [user, ...callers.map((caller) => `${caller}:${user}`)] : [user];
  const pages = await Promise.all(names.map((name) => spokenBy(table, { platform, user: name }, { limit: 1 })));
  const known = names.filter((_, i) => (pages[i]?.entries.length ?? 0) > 0);
  if (known.length > 1) throw new Rejected(409, `${user} is known as ${known.join(' and ')}: use the whole name.`);
  return { platform, user: known[0] ?? user };
}

function end(isDone: boolean, at: number) {
  return isDone ? { done: true } : { done: false, next: String(at) };
}

function beganAt({ now }: OperatorDeps, next: string | undefined): number {
  const at = Number(next ?? now());
  if (!Number.isInteger(at) || at <= 0 || at > now()) throw new Rejected(400, 'next is what an earlier answer said');
  return at;
}

interface Wanted {
  isTurn(dead: { platform: string; conversation: string; speaker: string | undefined }): boolean;
  isEvent(dead: Pick<DeadEvent, 'platform' | 'conversation' | 'messageId' | 'user'>): boolean;
  /** By the pseudonyms, which is all that a record says. */
  isRecord(dead: { session: string | undefined; user: unknown }): boolean;
  parked: readonly string[];
}

/** So long (ms) a call keeps for the dead letters: some of them are known only by what this very call has removed. */
const LETTERS_MS = 5_000;

function beforeLetters({ until }: OperatorDeps): number | undefined {
  return until === undefined ? undefined : until - LETTERS_MS;
}

/** Their count, and whether there was time to look at all of them. */
async function dropLetters(deps: OperatorDeps, wanted: Wanted): Promise<{ letters: number; isSeen: boolean }> {
  const { deadTurns, deadEvents, deadRecords, until = Number.POSITIVE_INFINITY, now } = deps;
  const take = async () => {};
  const dropped = [
    await deadTurns.sift({ wants: (body) => isTurn(body, wanted), take }),
    await deadEvents.sift({ wants: (body) => isEvent(body, wanted), take }),
    await deadRecords.sift({ wants: (body) => isRecord(body, wanted), take }),
  ];
  return { letters: dropped.reduce((a, b) => a + b, 0), isSeen: now() < until };
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
  return isMeant({ session: envelope.record.session, user: envelope.record.user?.userId });
}
