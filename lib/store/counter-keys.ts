/** The table, its counters: where they lie and what they are called. Pure. */
import { createHash } from 'node:crypto';
import { partition } from './keys.ts';

/** An item; `expiresAt` (s) is for tidiness, nothing relies on it. */
export interface CounterKey {
  pk: string;
  sk: string;
  expiresAt: number;
}

/** A stretch of time that is counted by itself. */
interface Window {
  /** What is counted in it. */
  what: string;
  ms: number;
}

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** How long (ms) a counter is kept after its window, for an operator who wants to look. */
const KEPT_MS = DAY_MS;

/** The counter of the window that `now` (ms) lies in. */
export function counterOf({ what, ms }: Window, now: number): CounterKey {
  return { pk: `L#${Math.floor(now / ms)}#${what}`, sk: '-', expiresAt: endOf(ms, now) };
}

/** The day that `now` (ms) lies in, UTC. */
export function dayOf(now: number): string {
  return String(Math.floor(now / DAY_MS));
}

/** Who spends is spread over so many partitions of a day: few enough to be read at once, enough to be written at once. */
const SPEND_PARTITIONS = 16;

/** The one item of all that is counted of a user on the day that `now` (ms) lies in. */
export function spendOf({ platform, user }: { platform: string; user: string }, now: number): CounterKey {
  const sk = `${platform}#${user}`;
  const pk = spendPartitions(now)[firstBytesOf(sk) % SPEND_PARTITIONS] ?? '';
  return { pk, sk, expiresAt: endOf(DAY_MS, now) };
}

/** Days for which a user's counters may still be there: expiry is a matter of days. */
const SPEND_DAYS = 4;

/** All that is counted under a user's name. */
export function countersOf(of: { platform: string; user: string }, now: number): CounterKey[] {
  return Array.from({ length: SPEND_DAYS }, (_, i) => spendOf(of, now - i * DAY_MS));
}

/** Where the items of all users of a day lie. */
export function spendPartitions(now: number): string[] {
  return Array.from({ length: SPEND_PARTITIONS }, (_, i) => `L#${dayOf(now)}#spend#${i}`);
}

/** The counter of a user's item that is of one bot. */
export function ofBot(bot: string): string {
  return `${BOT}${bot}`;
}

export const BOT = 'bot ';

/** The counter of a user's item that is of the minute which `now` (ms) lies in. */
export function ofMinute(now: number): string {
  return `m${minuteOfDay(now)}`;
}

/** Those of the hour before. Removed with each new one: what stays behind ends a pause of an hour, so an item never has many. */
export function minutesBefore(now: number): string[] {
  const minute = minuteOfDay(now);
  return Array.from({ length: Math.min(minute, 60) }, (_, i) => `m${minute - 1 - i}`);
}

function minuteOfDay(now: number): number {
  return Math.floor((now % DAY_MS) / MINUTE_MS);
}

/** What all spend on the day that `now` (ms) lies in, in `shares` items: the one to count in, and two others for when it is full. */
export function totalsOf(turn: { conversation: string; sk: string }, shares: number, now: number): CounterKey[] {
  const start = firstBytesOf(markFor(turn));
  const keyOf = (_: unknown, i: number) => counterOf({ what: `total#${(start + i) % shares}`, ms: DAY_MS }, now);
  return Array.from({ length: Math.min(shares, 3) }, keyOf);
}

/** Where it is noted on which day a user came first. It outlives his conversations, so it does not tell who he is. */
export function firstSeen({ platform, user }: { platform: string; user: string }, now: number): CounterKey {
  const pk = `SEEN#${createHash('sha256').update(`${platform}#${user}`).digest('base64url')}`;
  return { pk, sk: '-', expiresAt: endOf(SEEN_MS, now) };
}

/** Who stays away for longer (ms) is new again. */
const SEEN_MS = 90 * DAY_MS;

/** What is told once a window in a conversation. It lies among the conversation's own, and is forgotten with it. */
export function onceIn(of: { platform: string; conversation: string }, { what, ms }: Window, now: number): CounterKey {
  return { pk: partition(of), sk: `L#${Math.floor(now / ms)}#${what}`, expiresAt: endOf(ms, now) };
}

/** Names a message without telling which: a counter outlives the conversation it last counted for. */
export function markFor({ conversation, sk }: { conversation: string; sk: string }): string {
  return createHash('sha256').update(`${conversation}\u0000${sk}`).digest('base64url').slice(0, 22);
}

function endOf(ms: number, now: number): number {
  return Math.ceil(((Math.floor(now / ms) + 1) * ms + KEPT_MS) / 1000);
}

function firstBytesOf(text: string): number {
  return createHash('sha256').update(text).digest().readUInt16BE();
}
