/** Room of the limits: which counters a call is counted in, and where each of them ends. Pure. */
import type { LimitSettings } from '../config.ts';
import { ofBot } from '../store/counter-keys.ts';
import type { Addition } from '../store/counters.ts';
import type { PlatformName } from '../types.ts';

/** A counter and its end, in millionths of a dollar. */
export interface Cap {
  name: string;
  micros: number;
  /** Whether the counter holds all of its cap: then a single call that is dearer than the cap passes once. */
  isWhole: boolean;
}

/**
 * What all spend is counted in one item for each so many dollars of the smallest cap, in 16 at most. An item takes some 500 turns a
 * second, and at that rate its part of the cap is gone within half a minute.
 */
const USD_PER_SHARE = 10;
const MAX_SHARES = 16;

/** What users who were never seen before today may spend, all together, of each cap that is shared. */
export const NEWCOMERS_PART = 0.5;

/** In how many items the caps that all share are counted, each up to its part of them. */
export function sharesOf({ totalUsdPerDay, platformUsdPerDay }: LimitSettings): number {
  const caps = [totalUsdPerDay, ...Object.values(platformUsdPerDay)].filter((usd) => usd > 0);
  return Math.min(Math.max(Math.floor(Math.min(...caps) / USD_PER_SHARE), 1), MAX_SHARES);
}

/** What all users of the platform share, in one of the items; for a newcomer also what newcomers do. A limit of 0 is none. */
export function sharedCaps(settings: LimitSettings, platform: PlatformName, isNew: boolean): Cap[] {
  const shares = sharesOf(settings);
  const all = [
    { name: 'total', usd: settings.totalUsdPerDay },
    { name: platform, usd: settings.platformUsdPerDay[platform] ?? 0 },
  ].filter(({ usd }) => usd > 0);
  const ofNew = isNew ? all.map(({ name, usd }) => ({ name: `new ${name}`, usd: usd * NEWCOMERS_PART })) : [];
  return [...all, ...ofNew].map(({ name, usd }) => ({
    name,
    micros: Math.floor(toMicros(usd) / shares),
    isWhole: shares === 1,
  }));
}

/** The user's own, and on whose bot it is spent, which has no end of its own. Nothing where no money is counted. */
export function ownCaps(settings: LimitSettings, platform: PlatformName, bot = 'default'): Cap[] {
  const cap = toMicros(settings.userUsdPerDay);
  const own = cap > 0 ? [{ name: 'user', micros: cap, isWhole: true }] : [];
  if (own.length === 0 && sharedCaps(settings, platform, false).length === 0) return [];
  return [...own, { name: ofBot(bot), micros: Number.MAX_SAFE_INTEGER, isWhole: true }];
}

/** `by` millionths of a dollar, to be added to each of them. */
export function adding(by: number, caps: readonly Cap[]): Addition[] {
  return caps.map(({ name, micros, isWhole }) => ({
    name,
    by,
    room: isWhole ? Math.max(micros - by, 0) : micros - by,
  }));
}

/** Whole millionths of a dollar, so that sums are exact; rounded up, but not for the noise of a floating point. */
export function toMicros(usd: number): number {
  return Math.ceil(Number((usd * 1_000_000).toFixed(3)));
}
