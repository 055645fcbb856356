/** The playground: a conversation, and under which name each part of the stack knows it. */
import { type BotIdentity, DEFAULT_BOT } from '../../lib/bots/identity.ts';
import { inRealm } from '../../lib/chat-api/ids.ts';
import { namedKeys } from '../../lib/config/keys.ts';
import { type Caller, openKeyAccess } from '../../lib/http/access.ts';
import { toSession as toChatSession } from '../../lib/http/session.ts';
import { pseudonym } from '../../lib/log.ts';
import type { MessageRef } from '../../lib/types.ts';

/** A conversation as the page names it. */
export interface Place {
  door: MessageRef['platform'];
  conversation: string;
  /** The name of the bot. */
  bot: string;
}

/** As whom the page calls `/chat`: with the first of the keys that are the bot's, where there are any. */
export interface PageKey {
  accessKey: string | undefined;
  caller: Caller;
}

export interface Keys {
  CHAT_ACCESS_KEYS: string | undefined;
  bots: readonly Pick<BotIdentity, 'name' | 'http' | 'chatApi'>[];
}

/** Nothing for a bot that no key belongs to. */
export function pageKeyOf(bot: string, { CHAT_ACCESS_KEYS, bots }: Keys): PageKey | undefined {
  const keys = namedKeys({ CHAT_ACCESS_KEYS }, 'CHAT_ACCESS_KEYS', []);
  const accessOf = openKeyAccess(
    keys,
    bots.map((one) => ({ ...one, context: [] })),
  );
  const accessKeys = keys ? keys.map(({ key }) => key) : [undefined];
  const all = accessKeys.map((accessKey) => ({
    accessKey,
    access: accessOf(accessKey === undefined ? null : `Bearer ${accessKey}`),
  }));
  const own = all.find(({ access }) => access?.bot === bot);
  return own?.access && { accessKey: own.accessKey, caller: own.access.caller };
}

/** What the conversations of a bot are kept under. */
export interface Owners {
  /** The caller as whom the page speaks to it on `/chat`. */
  callerOf(bot: string): Caller;
  /** The webhook id of the Chat API that its conversations belong to; none for the default bot. */
  realmOf(bot: string): string | undefined;
}

/** As they are at this moment: bots come and go. */
export function ownersOf(keys: () => Keys): Owners {
  return {
    callerOf: (bot) => pageKeyOf(bot, keys())?.caller ?? '',
    realmOf: (bot) => (bot === DEFAULT_BOT ? undefined : keys().bots.find(({ name }) => name === bot)?.chatApi),
  };
}

/** As the table knows it. */
export function toTable(
  { door, conversation, bot }: Place,
  { callerOf, realmOf }: Owners,
): Pick<MessageRef, 'platform' | 'conversation'> {
  if (door === 'http') return toChatSession(callerOf(bot), conversation);
  return { platform: door, conversation: door === 'chat-api' ? inRealm(realmOf(bot), conversation) : conversation };
}

/** As logs and records know it. */
export function toSession(place: Place, owners: Owners): string {
  const { platform, conversation } = toTable(place, owners);
  return pseudonym(platform, conversation);
}

/** The user whom the page is for a stand-in: one of each conversation, so that the limits per user do not add up. */
export function userOf({ conversation }: Pick<Place, 'conversation'>): string {
  return `visitor-${conversation}`;
}

/** The function that answers there. */
export function workerOf(door: string): string {
  return door === 'http' ? 'chat' : 'reply';
}
