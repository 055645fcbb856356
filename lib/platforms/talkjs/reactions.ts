/** Room of TalkJS: what the reactions to a message say of it. No source shows their shape over REST, so many are understood. Pure. */

/** What users think of a message, all together. */
export interface Reaction {
  value: 'positive' | 'negative';
  /** The id of who reacted last, where TalkJS tells it. */
  by?: string;
}

interface Voice extends Reaction {
  /** ms; 0 where nobody says. */
  at: number;
}

const LIKES = new Set(['👍', '❤', '🎉', ':+1:', ':thumbsup:', ':heart:', ':tada:']);
const DISLIKES = new Set(['👎', '😕', ':-1:', ':thumbsdown:', ':confused:']);

/** More of them on a message than this are not looked at: TalkJS itself takes 50 different ones. */
const MOST = 1_000;

/**
 * The last word; where the time is not told and some like what others do not, a dislike. Only those count whom `counts` lets, which is
 * asked with the ids that TalkJS tells. `unknown` for what is none of the shapes: a map from emoji to a count, to an object with one, to
 * users or to a map of them, or a list of objects with an emoji each.
 */
export function readReactions(raw: unknown, counts: (userId: string) => boolean): Reaction | 'none' | 'unknown' {
  if (raw === undefined || raw === null) return 'none';
  const entries = entriesOf(raw)?.slice(0, MOST);
  if (!entries) return 'unknown';
  const voices: Voice[] = [];
  for (const [emoji, who] of entries) {
    const value = meaningOf(emoji);
    const people = peopleOf(who);
    if (!people) return 'unknown';
    if (value)
      for (const { id, at } of people) if (id === undefined || counts(id)) voices.push({ value, at, ...by(id) });
  }
  const last = voices.toSorted(
    (a, b) => b.at - a.at || Number(b.value === 'negative') - Number(a.value === 'negative'),
  )[0];
  return last ? { value: last.value, ...by(last.by) } : 'none';
}

function by(id: string | undefined) {
  return id === undefined ? {} : { by: id };
}

function entriesOf(raw: unknown): [string, unknown][] | undefined {
  if (!Array.isArray(raw)) return isObject(raw) ? Object.entries(raw) : undefined;
  const named = raw.map((one): [unknown, unknown] =>
    isObject(one) ? [one.emoji ?? one.reaction ?? one.name, one.users ?? one.userIds ?? one.count ?? one] : [one, 1],
  );
  return named.every((entry): entry is [string, unknown] => typeof entry[0] === 'string') ? named : undefined;
}

interface Person {
  id: string | undefined;
  at: number;
}

function peopleOf(who: unknown): Person[] | undefined {
  if (typeof who === 'number') return who > 0 ? [{ id: undefined, at: 0 }] : [];
  if (who === true) return [{ id: undefined, at: 0 }];
  if (typeof who === 'string') return [{ id: who, at: 0 }];
  if (Array.isArray(who)) {
    const people = who.map((one) =>
      typeof one === 'string' ? { id: one, at: 0 } : isObject(one) ? personOf(one) : undefined,
    );
    return people.every((one) => one !== undefined) ? people : undefined;
  }
  if (!isObject(who)) return undefined;
  const person = personOf(who);
  if (person.id !== undefined) return [person];
  const nested = who.users ?? who.userIds;
  if (nested !== undefined) return peopleOf(nested);
  if (typeof who.count === 'number') return who.count > 0 ? [person] : [];
  // By the ids of the users, with the time or anything else behind each.
  return Object.entries(who).map(([id, more]) => ({ id, at: timeOf(isObject(more) ? more.createdAt : more) }));
}

function personOf(one: Readonly<Record<string, unknown>>): Person {
  const id = one.userId ?? one.id;
  return { id: typeof id === 'string' ? id : undefined, at: timeOf(one.createdAt) };
}

function timeOf(at: unknown): number {
  return typeof at === 'number' && Number.isFinite(at) ? at : 0;
}

/** In whatever skin, and with or without the character that asks for a picture. */
function meaningOf(emoji: string): Reaction['value'] | undefined {
  const plain = emoji.replaceAll(/[\uFE0F\u{1F3FB}-\u{1F3FF}]/gu, '');
  if (LIKES.has(plain)) return 'positive';
  return DISLIKES.has(plain) ? 'negative' : undefined;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
