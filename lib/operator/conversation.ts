/** Room of the operator: which conversation is meant. */
import { DEFAULT_BOT, spokenTo } from '../bots/identity.ts';
import { Rejected } from '../errors.ts';
import { pseudonym } from '../log.ts';
import { platforms } from '../platforms/all.ts';
import type { Store } from '../store/store.ts';
import type { PlatformName, Turn } from '../types.ts';
import type { OperatorDeps } from './verb.ts';

const foreign = Object.keys(platforms).filter((name): name is keyof typeof platforms => name in platforms);

export const PLATFORMS: readonly PlatformName[] = [...foreign, 'chat-api', 'http'];

export interface Known {
  platform: PlatformName;
  conversation: string;
}

/** What an operator says of it. */
export interface Named {
  name: string;
  platform?: PlatformName | undefined;
}

/**
 * The one of this name that has turns, a session of /chat also by its name without the caller's; throws `Rejected` 404 when
 * there is none, and 409 when there is more than one.
 */
export async function findKnown(
  { store, callers }: Pick<OperatorDeps, 'store' | 'callers'>,
  { name, platform }: Named,
): Promise<Known> {
  const candidates = (platform ? [platform] : PLATFORMS).flatMap((on) =>
    namesOf({ callers }, { platform: on, name }).map((conversation) => ({ platform: on, conversation })),
  );
  const found = await Promise.all(candidates.map((candidate) => isKnown(store, candidate)));
  const known = candidates.filter((_, i) => found[i]);
  const [only, ...others] = known;
  if (only === undefined)
    throw new Rejected(
      404,
      platform
        ? `No conversation ${name} is known on ${platform}.${hintOf({ platform, conversation: name })}`
        : `No conversation ${name} is known. Where nobody was answered yet, say with --platform where it is.`,
    );
  if (others.length > 0) {
    const places = known.map((one) =>
      one.conversation === name ? one.platform : `${one.platform} as ${one.conversation}`,
    );
    throw new Rejected(409, `${name} is known on ${places.join(' and ')}: name the platform, or its whole name.`);
  }
  return only;
}

/** What a name may stand for: a session, or a user, of /chat also without the caller's in front. */
export function namesOf(
  { callers }: Pick<OperatorDeps, 'callers'>,
  { platform, name }: { platform: PlatformName; name: string },
): string[] {
  return [name, ...(platform === 'http' ? callers.map((caller) => `${caller}:${name}`) : [])];
}

/** The name of what nothing is known of; throws `Rejected` 409 where it does not say whose it is, and would be in vain. */
export function wholeName(deps: Pick<OperatorDeps, 'callers'>, of: { platform: PlatformName; name: string }): string {
  const { platform, name } = of;
  if (platform !== 'http' || deps.callers.some((one) => name === one || name.startsWith(`${one}:`))) return name;
  const [, ...names] = namesOf(deps, of);
  throw new Rejected(409, `Nothing of ${name} is known on http: use the whole name, ${names.join(' or ')}.`);
}

/** For what may be done where nobody has written yet, when the platform is said: instead of the error, the conversation of that name. */
export function orNew(deps: Pick<OperatorDeps, 'callers'>, { name, platform }: Named) {
  return (error: unknown): Known => {
    if (platform && error instanceof Rejected && error.status === 404)
      return { platform, conversation: wholeName(deps, { platform, name }) };
    throw error;
  };
}

async function isKnown(store: Store, of: Known): Promise<boolean> {
  const { turns, conversation } = await store.recent(of);
  const { owner, summary, roles } = conversation;
  return turns.length > 0 || owner !== 'bot' || summary !== undefined || roles !== undefined;
}

/** The bot that answered last, as a message names it. */
export function botIn(turns: readonly Turn[]): { bot?: string } {
  return spokenTo(turns.findLast(({ reply }) => reply?.bot)?.reply?.bot ?? DEFAULT_BOT);
}

/** Why nothing may be known of one that is there, and how to find it in the log. */
function hintOf({ platform, conversation }: Known): string {
  const hint = foreign.map((name) => (name === platform ? platforms[name].operator.unheard : undefined)).find(Boolean);
  return hint ? ` ${hint} Its lines have the conversation ${pseudonym(platform, conversation)}.` : '';
}

/** The newest 200 turns, oldest first. */
export function turnsOf(store: Store, of: Known): Promise<Turn[]> {
  return store.between(of, undefined);
}
