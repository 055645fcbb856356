/** Room of the limits: who may still ask today, and this minute. Counted in the table, exact however many workers ask at once. */
import {
  type CounterKey,
  dayOf,
  firstSeen,
  markFor,
  minutesBefore,
  ofMinute,
  onceIn,
  spendOf,
  totalsOf,
} from '../store/counter-keys.ts';
import type { Addition, Counters } from '../store/counters.ts';
import type { PlatformName } from '../types.ts';
import { adding, type Cap, type CapSettings, ownCaps, sharedCaps, sharesOf, toMicros } from './caps.ts';

/** Who asks, and in which turn (its sort key). */
export interface Asker {
  platform: PlatformName;
  conversation: string;
  user: string;
  sk: string;
  /** Which bot is asked. */
  bot?: string | undefined;
}

/** What a turn asks for: its messages, and an estimate from above of what its call will cost. */
export interface Asked {
  messages: number;
  usd: number;
}

type Limit = 'messages' | 'user' | 'total';

/** Over a limit: the turn `carrier` of this conversation says so once a window, the others of that window are covered by it. */
export interface OverLimit {
  limit: Limit;
  waitSeconds: number;
  carrier: string;
  /** Whether the carrier is the asking turn itself. */
  isFirst: boolean;
}

/** Money set aside for a turn, in the counters of the day it was set aside. */
export interface Reservation {
  micros: number;
  parts: readonly { limit: Limit; key: CounterKey; caps: readonly Cap[] }[];
}

export interface LimitDeps {
  counters: Counters;
  settings: CapSettings;
  now(): number;
}

export type Limits = ReturnType<typeof openLimits>;

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

export function openLimits({ counters, settings, now }: LimitDeps) {
  const shares = sharesOf(settings);

  async function over(asker: Asker, limit: Limit): Promise<OverLimit> {
    const { user, sk } = asker;
    const [windowMs, waitMs] = limit === 'messages' ? [MINUTE_MS, leftOf(MINUTE_MS)] : [HOUR_MS, leftOf(DAY_MS)];
    const carrier = await counters.firstOf(onceIn(asker, { what: `${limit}#${user}`, ms: windowMs }, now()), sk);
    return { limit, waitSeconds: Math.max(Math.ceil(waitMs / 1000), 1), carrier, isFirst: carrier === sk };
  }

  function leftOf(windowMs: number): number {
    return windowMs - (now() % windowMs);
  }

  /** The counter of this minute. The Chat API's own door counts its messages, before they are kept. */
  function ofMessages({ platform }: Asker, messages: number, at: number): Addition[] {
    const { messagesPerMinute } = settings;
    if (messages === 0 || messagesPerMinute === 0 || platform === 'chat-api') return [];
    return [{ name: ofMinute(at), by: messages, room: Math.max(messagesPerMinute - messages, 0) }];
  }

  interface Own {
    key: CounterKey;
    messages: Addition[];
    money: Addition[];
    /** Whether it must be known since when the user comes. */
    isDated: boolean;
    at: number;
  }

  /** Counts in the user's own item of the day: one write, but for the first of a day. Gives the first day of the user, or the limit reached. */
  async function countOwn(asker: Asker, own: Own): Promise<{ since: unknown } | { reached: Limit }> {
    const { key, money, isDated, at } = own;
    const mark = markFor(asker);
    let { messages } = own;
    let since: string | undefined;
    for (;;) {
      const counted = await counters.add(key, [...messages, ...money], {
        ...(messages.length > 0 ? { mark, drop: minutesBefore(at) } : {}),
        ...(since !== undefined ? { set: { since } } : isDated ? { needs: ['since'] } : {}),
      });
      if (counted) return { since: counted.since };
      const held = await counters.read(key);
      // An earlier try of this turn has counted them; if another one of the user came in between they count twice, the safe side.
      if (held.mark === mark) messages = [];
      const full = [...messages, ...money].find(({ name, room }) => Number(held[name] ?? 0) > room);
      if (full) return { reached: messages.includes(full) ? 'messages' : 'user' };
      if (messages.length + money.length === 0) return { since: held.since };
      if (isDated) since ??= await counters.firstOf(firstSeen(asker, at), dayOf(at));
    }
  }

  async function take(key: CounterKey, caps: readonly Cap[], micros: number): Promise<boolean> {
    return (await counters.add(key, adding(micros, caps))) !== undefined;
  }

  /** Replaces the estimate by what it really cost. False when that failed: the estimate stays counted. Never throws. */
  async function settle({ micros, parts }: Reservation, usd: number): Promise<boolean> {
    const change = toMicros(usd) - micros;
    if (change === 0) return true;
    const settled = await Promise.all(
      parts.map(({ key, caps }) => counters.correct(key, Object.fromEntries(caps.map(({ name }) => [name, change])))),
    );
    return settled.every(Boolean);
  }

  return {
    /**
     * Counts the messages of a turn, once however often it is tried, and sets its money aside, for the user and for all. What a crashed
     * attempt set aside stays counted: it may have been spent. Sums stay below their caps, or at most one call above where that alone is dearer.
     */
    async enter(asker: Asker, { messages, usd }: Asked): Promise<Reservation | OverLimit> {
      const { platform } = asker;
      const at = now();
      const micros = toMicros(usd);
      const said = ofMessages(asker, messages, at);
      const own = micros > 0 ? ownCaps(settings, asker) : [];
      if (said.length + own.length === 0) return { micros, parts: [] };

      const isShared = micros > 0 && sharedCaps(settings, asker, false).length > 0;
      // Whoever has a key of /chat was given it, and is no stranger.
      const isDated = isShared && platform !== 'http';
      const key = spendOf(asker, at);
      const counted = await countOwn(asker, { key, messages: said, money: adding(micros, own), isDated, at });
      if ('reached' in counted) return over(asker, counted.reached);
      const mine = { micros, parts: [{ limit: 'user' as const, key, caps: own }] };
      if (!isShared) return { micros, parts: own.length > 0 ? mine.parts : [] };

      const caps = sharedCaps(settings, asker, isDated && counted.since === dayOf(at));
      for (const total of totalsOf(asker, shares, at)) {
        if (await take(total, caps, micros))
          return { micros, parts: [...mine.parts, { limit: 'total', key: total, caps }] };
      }
      await settle(mine, 0);
      return over(asker, 'total');
    },

    /** Sets more aside where the call turns out to be dearer. Over a limit, what was set aside before stays so. */
    async raise(asker: Asker, reserved: Reservation, usd: number): Promise<Reservation | OverLimit> {
      const micros = toMicros(usd) - reserved.micros;
      if (micros <= 0) return reserved;
      for (const [i, { limit, key, caps }] of reserved.parts.entries()) {
        if (await take(key, caps, micros)) continue;
        await settle({ micros, parts: reserved.parts.slice(0, i) }, 0);
        return over(asker, limit);
      }
      return { ...reserved, micros: reserved.micros + micros };
    },

    settle,
  };
}
