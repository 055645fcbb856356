/** Stop 6, around Claude: a question that a tool asks, and whether a turn is the answer to one. Pure. */
import { chosen } from '../text/choices.ts';
import type { Speech } from '../text/sentences.ts';
import { isYes } from '../text/yes.ts';
import type { Inbound, Pending, Reply, Said, Turn } from '../types.ts';

/** So long (ms) a yes counts. */
const LAPSES_MS = 30 * 60_000;

/** The reply with what waits for the yes of `speaker`; `now` in ms. */
export function asking(
  { asked, ...reply }: Reply & { asked?: Pick<Pending, 'tool' | 'version' | 'input'> },
  { speaker, now, speech }: { speaker: string; now: number; speech: Speech },
): Reply {
  if (!asked) return reply;
  return { ...reply, choices: [speech.yes, speech.no], pending: { ...asked, speaker, askedAt: now } };
}

/** A question that is open, the answers that were offered, and the turn (sort key) that asked it. */
export interface OpenQuestion {
  sk: string;
  pending: Pending;
  choices: readonly string[];
}

/** Who says what, and when we took it. */
export interface Answering {
  turn: Turn;
  /** When the queue, or the door where there is none, took it (ms); the earliest of the turn's messages. */
  takenAt: number | undefined;
  /** What waits behind the turn in its conversation. */
  behind: readonly Inbound[];
}

/**
 * The newest question of the conversation, where this turn is the first thing that its user has said since: that decides, whatever it
 * is. What others say, and what was said before the question was sent, changes nothing.
 */
export function questionFor(turns: readonly Turn[], { turn, takenAt }: Answering): OpenQuestion | undefined {
  const asking = turns.findLast(({ reply, sk }) => reply?.pending && sk !== turn.sk);
  const pending = asking?.reply?.pending;
  if (!asking || !pending || asking.state !== 'DELIVERED') return undefined;
  const isAnswer = (one: Pick<Turn, 'said'>) =>
    one.said.some(
      ({ speaker, createdAt, byTeam }) => !byTeam && speaker.id === pending.speaker && createdAt > pending.askedAt,
    );
  if (!isAnswer(turn) || (takenAt !== undefined && takenAt <= pending.askedAt)) return undefined;
  const isDecided = turns.some(
    (one) => one.sk !== turn.sk && one.sk !== asking.sk && one.into !== turn.sk && isAnswer(one),
  );
  return isDecided ? undefined : { sk: asking.sk, pending, choices: asking.reply?.choices ?? [] };
}

/**
 * Whether all that the user said since says yes, nothing that waits anything else, and the bot has said nothing in between. Where the
 * choices were shown as a list, the number of one does, too.
 */
export function saysYes(
  { pending, choices }: OpenQuestion,
  turns: readonly Turn[],
  { turn, behind }: Answering,
  { now, isListed }: { now: number; isListed: boolean },
): boolean {
  const isSaid = (one: Pick<Said, 'text' | 'calledAs'>) => isYes(chosen(wordsOf(one), isListed ? choices : []));
  const { askedAt, speaker } = pending;
  const ids = new Set(turn.said.map(({ messageId }) => messageId));
  const isChanged = [turn, ...turns].some(({ messageId, correction }) => correction && ids.has(messageId));
  const isWithdrawn = behind.some(({ event }) => event === 'edited' || event === 'deleted');
  // Which of the two would the yes be for?
  const hasSaidMore = turns.some(({ reply, finishedAt = now }) => reply?.to !== undefined && finishedAt > askedAt);
  const saysMore = behind.some((one) => one.event === 'sent' && one.speaker.id === speaker && !isSaid(one));
  return (
    now - askedAt <= LAPSES_MS &&
    !isChanged &&
    !isWithdrawn &&
    !hasSaidMore &&
    !saysMore &&
    turn.said.every(
      (said) =>
        said.speaker.id === speaker && said.createdAt > askedAt && said.attachments.length === 0 && isSaid(said),
    )
  );
}

/** The name by which a group calls the bot, at the beginning or the end, is none of the words that it hears. */
function wordsOf({ text, calledAs }: Pick<Said, 'text' | 'calledAs'>): string {
  const words = text.trim();
  if (!calledAs) return words;
  if (words.startsWith(calledAs)) return words.slice(calledAs.length).replace(/^[,:]/, '');
  return words.endsWith(calledAs) ? words.slice(0, -calledAs.length).replace(/, ?$/, '') : words;
}
