/** The playground: which door is which, and under which name each knows a conversation. */
import { namedKeys } from '../../lib/config/keys.ts';
import { type Caller, openKeyAccess } from '../../lib/http/access.ts';
import { toSession as toChatSession } from '../../lib/http/session.ts';
import { pseudonym } from '../../lib/log.ts';
import type { MessageRef } from '../../lib/types.ts';
import { type DoorName, type DoorView, doorNames } from './view.ts';

/** A conversation as the page names it. */
export interface Place {
  door: DoorName;
  conversation: string;
}

/** As whom the page calls `/chat`: with the first of the keys, where there are any. */
export interface PageKey {
  accessKey: string | undefined;
  caller: Caller;
}

export function pageKeyOf(CHAT_ACCESS_KEYS: string | undefined): PageKey {
  const keys = namedKeys({ CHAT_ACCESS_KEYS }, 'CHAT_ACCESS_KEYS', []);
  const accessKey = keys?.[0]?.key;
  const access = openKeyAccess(keys)(accessKey === undefined ? null : `Bearer ${accessKey}`);
  return { accessKey, caller: access?.caller ?? '' };
}

export function isDoorName(value: unknown): value is DoorName {
  return doorNames.some((name) => name === value);
}

/** As the table knows it. */
export function toTable(
  { door, conversation }: Place,
  { caller }: PageKey,
): Pick<MessageRef, 'platform' | 'conversation'> {
  if (door === 'http') return toChatSession(caller, conversation);
  return { platform: door, conversation };
}

/** As logs and records know it. */
export function toSession(place: Place, key: PageKey): string {
  const { platform, conversation } = toTable(place, key);
  return pseudonym(platform, conversation);
}

/** The user whom the page is for a stand-in: one of each conversation, so that the limits per user do not add up. */
export function userOf({ conversation }: Place): string {
  return `visitor-${conversation}`;
}

/** The function that answers there. */
export function workerOf(door: DoorName): string {
  return door === 'http' ? 'chat' : 'reply';
}

export interface Surroundings {
  /** As `GET /stack` tells them. */
  urls: Readonly<Record<string, string>>;
  standIns: Readonly<Record<string, string>>;
  webhookId: string;
}

export function doorsOf({ urls, standIns, webhookId }: Surroundings): DoorView[] {
  const platforms = { talkjs: 'TalkJS', botpress: 'Botpress' } as const;
  const withStandIn = (['talkjs', 'botpress'] as const).map((name): DoorView => {
    if (urls[name] === undefined) return { name, isOpen: false, reason: 'This door is not in serverless.yml.' };
    if (standIns[name] !== undefined) return { name, isOpen: true };
    return { name, isOpen: false, reason: `The real ${platforms[name]} is set: speak there, not here.` };
  });
  return [...withStandIn, direct('chat-api', urls, { webhookId }), direct('http', urls, {})];
}

/** A door that the page calls itself. Where it is: the path of its route, up to what the page fills in. */
function direct(name: 'chat-api' | 'http', urls: Surroundings['urls'], values: Record<string, string>): DoorView {
  const path = name === 'http' ? '/chat/' : '/chat-api/';
  const route = Object.values(urls).find((url) => url.includes(path));
  if (route === undefined) return { name, isOpen: false, reason: 'This door is not there yet.' };
  const base = route.slice(0, route.indexOf(path) + path.length - 1);
  const id = values.webhookId;
  return { name, isOpen: true, url: id === undefined ? base : `${base}/${encodeURIComponent(id)}` };
}
