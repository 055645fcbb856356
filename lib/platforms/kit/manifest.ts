/** Room of what all platforms share: what a platform's folder says of it. Everything else that knows platforms by name derives from it. */
import type { BotIdentity } from '../../bots/identity.ts';
import { type Env, type Group, optional } from '../../config/values.ts';
import type { Dialect, Platform } from '../../types.ts';
import type { Finding } from './finding.ts';

/** What every outbound half is given. `now` in ms. */
export interface OutboundDeps {
  fetch: typeof fetch;
  now: () => number;
  bots: Bots;
  /** Whether so many requests more than must be fit into what all workers may send to the platform's API; they count if so. */
  share(requests: number): Promise<boolean>;
}

/** Who may be spoken to, the default one first. */
export type Bots = readonly [BotIdentity, ...BotIdentity[]];

/** The settings of a platform, which are on as soon as one of `switches` is set. */
export interface PlatformSettings<S> {
  switches: readonly string[];
  /** Names of those that are secret: deployed, they are in the parameter that has the platform's name. */
  secrets: readonly string[];
  /** Where its users' files are, as ATTACHMENT_HOSTS names hosts. */
  fileHosts: readonly string[];
  read: Group<S | undefined>;
}

/** A webhook with which a door can be tried: of the bot's own message, so that nothing comes of it. */
export interface Trial {
  body: string;
  /** The headers that make it genuine, for each secret that may have signed. */
  good: readonly Readonly<Record<string, string>>[];
  forged: Readonly<Record<string, string>>;
}

/** What `bot`, `doctor` and the checks of a deployment need of a platform. */
export interface Operator<S> {
  /** As its makers write it. */
  title: string;
  /** A sentence: which conversations leave nothing but lines in the log. */
  unheard?: string;
  /** Of its door: what is pasted into its dashboard ends so. */
  path: `/${string}`;
  /** Whether it can be reached and takes our key, and knows the bots; never throws. */
  check(settings: S, bots: Bots): Promise<Finding[]>;
  /** `now` in ms. */
  trial(settings: S, now: number): Trial;
}

/** What `platform.ts` of a folder exports. The folder's name is the platform's. */
export interface Manifest<S> {
  settings: PlatformSettings<S>;
  /** The inbound half; throws a RangeError for an empty secret, with which anybody could sign. */
  dialect(settings: S, bots: Bots): Dialect;
  /** The outbound half. */
  outbound(settings: S, deps: OutboundDeps): Platform;
  operator: Operator<S>;
}

/** The settings that a manifest reads. */
export type SettingsOf<M extends { settings: { read: Group<unknown> } }> = NonNullable<
  ReturnType<M['settings']['read']>
>;

/** Puts `read` behind its switches: without any of them the platform is off, with one of them all it needs must be there. */
export function platformSettingsOf<S>(
  group: Omit<PlatformSettings<S>, 'read'> & { read(env: Env, problems: string[]): S },
): PlatformSettings<S> {
  return { ...group, read: optional(group.switches, group.read) };
}
