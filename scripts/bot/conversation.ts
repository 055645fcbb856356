/** The inspection tool: which conversation is meant. */
import type { Store } from '../../lib/store.ts';
import type { PlatformName, Turn } from '../../lib/types.ts';
import { CannotRun } from './command.ts';

export const PLATFORMS: readonly PlatformName[] = ['talkjs', 'botpress', 'chat-api', 'http'];

export interface Known {
  platform: PlatformName;
  conversation: string;
}

/** The one of this name that has turns; throws `CannotRun` when there is none, or more than one and no platform was named. */
export async function findKnown(store: Store, conversation: string, platform?: PlatformName): Promise<Known> {
  const candidates = platform ? [platform] : PLATFORMS;
  const found = await Promise.all(candidates.map(async (name) => isKnown(store, { platform: name, conversation })));
  const known = candidates.filter((_, i) => found[i]);
  const [only, ...others] = known;
  if (only === undefined)
    throw new CannotRun(`No conversation ${conversation} is known${platform ? ` on ${platform}` : ''}.`);
  if (others.length > 0)
    throw new CannotRun(`${conversation} is known on ${known.join(' and ')}: name one with --platform.`);
  return { platform: only, conversation };
}

async function isKnown(store: Store, of: Known): Promise<boolean> {
  const { turns, conversation } = await store.recent(of);
  return turns.length > 0 || conversation.owner !== 'bot' || conversation.summary !== undefined;
}

/** The newest 200 turns, oldest first. */
export function turnsOf(store: Store, of: Known): Promise<Turn[]> {
  return store.between(of, 'T#', 'T$');
}
