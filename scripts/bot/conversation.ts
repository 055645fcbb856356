/** The inspection tool: which conversation is meant. */
import { platforms } from '../../lib/platforms/all.ts';
import type { Store } from '../../lib/store/store.ts';
import type { PlatformName, Turn } from '../../lib/types.ts';
import { CannotRun } from '../cannot-run.ts';
import type { Options } from './command.ts';

const foreign = Object.keys(platforms).filter((name): name is keyof typeof platforms => name in platforms);

export const PLATFORMS: readonly PlatformName[] = [...foreign, 'chat-api', 'http'];

export interface Known {
  platform: PlatformName;
  conversation: string;
}

type Where = Pick<Options, 'platform' | 'callers'>;

/**
 * The one of this name that has turns, a session of /chat also by its name without the caller's; throws `CannotRun` when there is
 * none, or more than one.
 */
export async function findKnown(store: Store, name: string, { platform, callers }: Where): Promise<Known> {
  const candidates = (platform ? [platform] : PLATFORMS).flatMap((on) =>
    [name, ...(on === 'http' ? callers.map((caller) => `${caller}:${name}`) : [])].map((conversation) => ({
      platform: on,
      conversation,
    })),
  );
  const found = await Promise.all(candidates.map((candidate) => isKnown(store, candidate)));
  const known = candidates.filter((_, i) => found[i]);
  const [only, ...others] = known;
  if (only === undefined)
    throw new CannotRun(
      platform
        ? `No conversation ${name} is known on ${platform}.${hintOf(platform)}`
        : `No conversation ${name} is known.`,
    );
  if (others.length > 0) {
    const places = known.map((one) =>
      one.conversation === name ? one.platform : `${one.platform} as ${one.conversation}`,
    );
    throw new CannotRun(`${name} is known on ${places.join(' and ')}: name one with --platform, or by its whole name.`);
  }
  return only;
}

async function isKnown(store: Store, of: Known): Promise<boolean> {
  const { turns, conversation } = await store.recent(of);
  const { owner, summary, roles } = conversation;
  return turns.length > 0 || owner !== 'bot' || summary !== undefined || roles !== undefined;
}

/** Why nothing may be known of one that is there. */
function hintOf(platform: PlatformName): string {
  const hint = foreign.map((name) => (name === platform ? platforms[name].operator.unheard : undefined)).find(Boolean);
  return hint ? ` ${hint}` : '';
}

/** The newest 200 turns, oldest first. */
export function turnsOf(store: Store, of: Known): Promise<Turn[]> {
  return store.between(of, undefined);
}
