/** Room of the limits: who may still ask today, and this minute. Counted in the table, exact however many workers ask at once. */
import type { LimitSettings } from '../config.ts';
import { type CounterKey, type Counters, counterOf, markFor, ofBot, onceIn, spendOf } from '../store/counters.ts';
import type { PlatformName } from '../types.ts';

/** Who asks, and in which turn (its sort key). */
export interface Asker {
  platform: PlatformName;
  conversation: string;
  user: string;
  sk: string;
  /** Which bot is asked. */
  bot?: string | undefined;
}

/** Over a limit: the turn `carrier` of this conversation says so once a window, the others of that window are covered by it. */
export interface OverLimit {
  limit: 'messages' | 'user' | 'total';
  waitSeconds: number;
  carrier: string;
  /** Whether the carrier is the asking turn itself. */
  isFirst: boolean;
}

/** Money set aside for a turn, in the counters of the day it was set aside. */
export interface Reservation {
  micros: number;
  parts: readonly { key: CounterKey; names: readonly string[] }[];
}

export interface LimitDeps {
  counters: Counters;
  settings: LimitSettings;
  now(): number;
}

export type Limits = ReturnType<typeof openLimits>;

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** The limits of these settings; 0 is none. Throws `Later` when the table does not answer. */
export function openLimits({ counters, settings, now }: LimitDeps) {
  const { messagesPerMinute } = settings;

  async function over(asker: Asker, limit: OverLimit['limit'], windowMs: number, waitMs: number): Promise<OverLimit> {
    const { user, sk } = asker;
    const carrier = await counters.firstOf(onceIn(asker, { what: `${limit}#${user}`, ms: windowMs }, now()), sk);
    return { limit, waitSeconds: Math.max(Math.ceil(waitMs / 1000), 1), carrier, isFirst: carrier === sk };
  }

  function leftOf(windowMs: number): number {
    return windowMs - (now() % windowMs);
  }

  /** The items of the day's counters, each with its caps in micro-dollars; a limit of 0 is none. */
  function budgets({ platform, user, bot = 'default' }: Asker) {
    const { userUsdPerDay, totalUsdPerDay, platformUsdPerDay } = settings;
    const cap = toMicros(userUsdPerDay);
    // Beside the user's own, and with no end of its own: whose bot it was spent on.
    const own =
      cap === 0
        ? []
        : [
            { name: 'user', cap },
            { name: ofBot(bot), cap: Number.MAX_SAFE_INTEGER },
          ];
    const shared = [
      { name: 'total', cap: toMicros(totalUsdPerDay) },
      { name: platform, cap: toMicros(platformUsdPerDay[platform] ?? 0) },
    ];
    const items = [
      { limit: 'user' as const, key: spendOf({ platform, user }, now()), caps: own },
      { limit: 'total' as const, key: counterOf({ what: 'day', ms: DAY_MS }, now()), caps: shared.filter(isSet) },
    ];
    return items.filter(({ caps }) => caps.length > 0);
  }

  return {
    /**
     * Counts the messages of a turn; `undefined` when they are within the user's limit of this minute. A second try of the same turn is not
     * counted again, unless another one of the user came in between: then it counts twice, the safe side.
     */
    async admitMessage(asker: Asker, count = 1): Promise<OverLimit | undefined> {
      // The Chat API's own door counts them, before they are kept.
      if (messagesPerMinute === 0 || asker.platform === 'chat-api') return undefined;
      const key = counterOf({ what: `minute#${asker.platform}#${asker.user}`, ms: MINUTE_MS }, now());
      const mark = markFor(asker);
      const isAdmitted =
        (await counters.add(key, [{ name: 'n', by: count, room: Math.max(messagesPerMinute - count, 0) }], mark)) ||
        (await counters.markOf(key)) === mark;
      return isAdmitted ? undefined : over(asker, 'messages', MINUTE_MS, leftOf(MINUTE_MS));
    },

    /**
     * Sets `usd` aside, an estimate from above of what a call will cost, for the user and for all. What a crashed attempt set aside
     * stays counted: it may have been spent. Sums stay below their caps, or at most one call above where that call alone costs more.
     */
    async reserve(asker: Asker, usd: number): Promise<Reservation | OverLimit> {
      const micros = toMicros(usd);
      const parts = budgets(asker);
      const taken = await Promise.all(
        parts.map(({ key, caps }) =>
          counters.add(
            key,
            caps.map(({ name, cap }) => ({ name, by: micros, room: Math.max(cap - micros, 0) })),
          ),
        ),
      );
      const reserved = parts.map(({ key, caps }) => ({ key, names: caps.map(({ name }) => name) }));
      const full = parts.find((_, i) => !taken[i]);
      if (!full) return { micros, parts: reserved };
      await settle({ micros, parts: reserved.filter((_, i) => taken[i]) }, 0);
      return over(asker, full.limit, HOUR_MS, leftOf(DAY_MS));
    },

    settle,
  };

  /** Replaces the estimate by what it really cost. False when that failed: the estimate stays counted. Never throws. */
  async function settle({ micros, parts }: Reservation, usd: number): Promise<boolean> {
    const change = toMicros(usd) - micros;
    if (change === 0) return true;
    const settled = await Promise.all(
      parts.map(({ key, names }) => counters.correct(key, Object.fromEntries(names.map((name) => [name, change])))),
    );
    return settled.every(Boolean);
  }
}

function isSet({ cap }: { cap: number }): boolean {
  return cap > 0;
}

/** Whole millionths of a dollar, so that sums are exact; rounded up, but not for the noise of a floating point. */
function toMicros(usd: number): number {
  return Math.ceil(Number((usd * 1_000_000).toFixed(3)));
}
