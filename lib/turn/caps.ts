/** Room of the limits: which counters a call is counted in, and where each of them ends. Pure. */
import type { LimitSettings } from '../config.ts';
import { ofBot } from '../store/counter-keys.ts';
import type { Addition } from '../store/counters.ts';
import type { PlatformName } from '../types.ts';

/** The settings of the limits, and what the bots' folders say. */
export interface CapSettings extends LimitSettings {
  /** By the name of the bot; none for who is not there, or has 0. */
  botUsdPerDay?: Readonly<Record<string, number>>;
}

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
export function sharesOf({ totalUsdPerDay, platformUsdPerDay, botUsdPerDay = {} }: CapSettings): number {
  const all = [totalUsdPerDay, ...Object.values(platformUsdPerDay), ...Object.values(botUsdPerDay)];
  const caps = all.filter((usd) => usd > 0);
  return Math.min(Math.max(Math.floor(Math.min(...caps) / USD_PER_SHARE), 1), MAX_SHARES);
}

/** Whose money it is. */
interface Spender {
  platform: PlatformName;
  /** `default` where it is not said. */
  bot?: string | undefined;
}

/** What all users of the platform and of the bot share, in one of the items; for a newcomer also what newcomers do. A limit of 0 is none. */
export function sharedCaps(settings: CapSettings, { platform, bot = 'default' }: Spender, isNew: boolean): Cap[] {
  const shares = sharesOf(settings);
  const all = [
    { name: 'total', usd: settings.totalUsdPerDay },
    { name: platform, usd: settings.platformUsdPerDay[platform] ?? 0 },
    { name: ofBot(bot), usd: settings.botUsdPerDay?.[bot] ?? 0 },
  ].filter(({ usd }) => usd > 0);
  const ofNew = isNew ? all.map(({ name, usd }) => ({ name: `new ${name}`, usd: usd * NEWCOMERS_PART })) : [];
  return [...all, ...ofNew].map(({ name, usd }) => ({
    name,
    micros: Math.floor(toMicros(usd) / shares),
    isWhole: shares === 1,
  }));
}

/** The user's own, and how much of it went to which bot, which has no end here. Nothing where no money is counted. */
export function ownCaps(settings: CapSettings, spender: Spender): Cap[] {
  const cap = toMicros(settings.userUsdPerDay);
  const own = cap > 0 ? [{ name: 'user', micros: cap, isWhole: true }] : [];
  if (own.length === 0 && sharedCaps(settings, spender, false).length === 0) return [];
  return [...own, { name: ofBot(spender.bot ?? 'default'), micros: Number.MAX_SAFE_INTEGER, isWhole: true }];
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
