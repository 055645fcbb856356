/** Stop 6, where a human is to take over: why, and what was said last, is kept with the conversation, and somebody is told of it. */
import { DEFAULT_BOT } from '../bots/identity.ts';
import type { HandoffSettings } from '../config/handoff.ts';
import { isOpen, nextOpening } from '../config/hours.ts';
import { masked } from '../events/event.ts';
import type { Tell } from '../events/outbox.ts';
import { type Log, labelsOf } from '../log.ts';
import { partsOfSk, type Store } from '../store/store.ts';
import type { Speech } from '../text/sentences.ts';
import type { Handoff, Sent, Turn } from '../types.ts';

export interface HandoffDeps {
  store: Pick<Store, 'recent' | 'noteDue' | 'promise' | 'beginHandoff'>;
  handoff: HandoffSettings;
  tell: Tell;
  now(): number;
  log: Log;
}

export type About = Pick<Sent, 'platform' | 'conversation' | 'messageId' | 'speaker' | 'bot'>;

/** So much of what was said last is told, and kept (bytes each). */
const LINES = 5;
const LINE_BYTES = 500;

const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;

/**
 * Makes a human the owner of the conversation. First what is due afterwards is noted, then somebody is told, and the state is written
 * last: a crash in between is followed by the turn's next attempt, which keeps what the turn has promised, whatever Claude or the rules
 * say by then. Does nothing where the conversation is not the bot's any more.
 */
export async function requestHandoff(
  { store, handoff: settings, tell, now, log }: HandoffDeps,
  about: About,
  { by, reason }: Pick<Handoff, 'by' | 'reason'>,
): Promise<void> {
  const { platform, conversation, messageId, speaker, bot = DEFAULT_BOT } = about;
  const { turns, conversation: kept } = await store.recent(about);
  if (kept.owner !== 'bot') return;
  const own = turns.find((turn) => turn.messageId === messageId);
  const { id: user, name, locale } = speaker;
  const handoff: Handoff = {
    id: handoffId(messageId, kept.returned ?? 0),
    ...{ state: 'waiting', by, bot, reason: masked(reason) },
    at: own ? partsOfSk(own.sk).createdAt : now(),
    speaker: { id: user, ...(name ? { name } : {}), ...(locale ? { locale } : {}) },
    messages: lastLines(turns),
  };
  const { id, at } = handoff;
  if (own) await store.promise({ ...about, ...partsOfSk(own.sk) }, { id, by, reason: handoff.reason });
  const waitMs = settings.waitMinutes * MINUTE_MS;
  const unanswered = { event: 'due', what: 'unanswered', platform, conversation, messageId: id } as const;
  if (waitMs > 0) await store.noteDue({ ...unanswered, createdAt: at + waitMs });
  await silenceDue({ store, handoff: settings }, about, { id, heardAt: at });
  const who = name ? masked(name) : 'A user';
  await tell({
    ...{ type: 'handoff.requested', key: handoff.id, at: now(), platform, conversation, bot, messageId, user },
    text: `${who} needs a person on ${platform} in ${conversation}: ${handoff.reason}`,
    data: toldOf(handoff),
  });
  await store.beginHandoff(about, handoff);
  log('handoff-requested', { ...labelsOf(about), by });
}

/** Notes when it is to be looked whether the team is still silent, where that matters. */
export async function silenceDue(
  { store, handoff: { returnHours } }: { store: Pick<Store, 'noteDue'>; handoff: HandoffSettings },
  { platform, conversation }: Pick<Sent, 'platform' | 'conversation'>,
  { id, heardAt }: { id: string; heardAt: number },
): Promise<void> {
  if (returnHours === 0) return;
  const createdAt = heardAt + returnHours * HOUR_MS;
  await store.noteDue({ event: 'due', what: 'silence', platform, conversation, messageId: id, createdAt });
}

/** For a user who is not told by Claude: that somebody will come, and when, where nobody is there just now. */
export function withHours(
  sentence: 'handedOver' | 'nobodyYet',
  speech: Speech,
  { handoff: { hours }, now }: Pick<HandoffDeps, 'handoff' | 'now'>,
): string {
  const back = hours && !isOpen(hours, now()) ? nextOpening(hours, now()) : undefined;
  return hours && back !== undefined
    ? `${speech[sentence]} ${speech.teamBack({ at: back, zone: hours.zone })}`
    : speech[sentence];
}

/** The same for Claude, as a fact; nothing where the team's hours are not known. */
export function teamNow({ hours }: Pick<HandoffSettings, 'hours'>, now: number): { team?: string } {
  if (!hours) return {};
  if (isOpen(hours, now)) return { team: 'is there now' };
  const { zone } = hours;
  const back = nextOpening(hours, now);
  const words = new Intl.DateTimeFormat('en', { dateStyle: 'full', timeStyle: 'short', timeZone: zone });
  return { team: back === undefined ? 'is away' : `is away, and back on ${words.format(back)} (${zone})` };
}

/** The same for every attempt at a message, and another one once the conversation was given back. */
export function handoffId(messageId: string, returned: number): string {
  return `${messageId}:${returned}`;
}

/** The message that led to the handoff of that id: what comes of it later is found in the log by the same `inbound`. */
export function messageOfHandoff(id: string): string {
  return id.slice(0, id.lastIndexOf(':'));
}

/** What an event tells of a handoff. */
export function toldOf({ id, by, reason, speaker, at, messages }: Handoff) {
  const { id: user, name } = speaker;
  const since = new Date(at).toISOString();
  return { handoff: id, by, reason, user, ...(name ? { name: masked(name) } : {}), since, messages };
}

/** As others may read it. */
function lastLines(turns: readonly Turn[]): Handoff['messages'] {
  const lines = turns.flatMap(({ said, reply }) => [
    ...said.map(({ text, byTeam }) => ({ by: byTeam ? ('team' as const) : ('user' as const), text })),
    ...(reply && reply.kind !== 'apology' ? [{ by: 'bot' as const, text: reply.text }] : []),
  ]);
  return lines
    .filter(({ text }) => text.trim() !== '')
    .slice(-LINES)
    .map(({ by, text }) => ({ by, text: masked(text, LINE_BYTES) }));
}
