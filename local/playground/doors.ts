/** The playground: which doors there are, and whether a bot can be spoken to there. */
import { DEFAULT_BOT } from '../../lib/bots/identity.ts';
import { platforms } from '../../lib/platforms/all.ts';
import type { Settings } from '../settings.ts';
import { type PlatformDoor, plainDoor } from '../stand-ins/kit/stand-in.ts';
import { standIns } from '../stand-ins.ts';
import type { BotsView, Status } from '../status.ts';
import { type Place, pageKeyOf } from './places.ts';
import type { DoorView } from './view.ts';

type Bot = BotsView['all'][number];

export interface Surroundings extends Pick<Status, 'urls' | 'standIns'> {
  settings: Settings;
  bots: BotsView['all'];
}

/** What is known of a platform's door; nothing for a door of our own. */
export function platformDoor(name: string): PlatformDoor | undefined {
  if (!(name in platforms)) return undefined;
  const standIn = standIns.find((one) => one.name === name);
  return standIn?.door ?? plainDoor(standIn?.title ?? name);
}

export function isDoor(name: unknown): name is Place['door'] {
  return typeof name === 'string' && (name in platforms || name === 'chat-api' || name === 'http');
}

/** The doors, as they are for this bot. */
export function doorsOf(bot: Bot, around: Surroundings): DoorView[] {
  return [
    ...Object.entries(platforms).map(([name, { operator }]) => platformView(name, operator, bot, around)),
    chatApiView(bot, around),
    widgetView(bot, around),
    chatView(bot, around),
  ];
}

function platformView(
  name: string,
  { title, path }: { title: string; path: string },
  bot: Bot,
  { urls, standIns: inUse, settings }: Surroundings,
): DoorView {
  const door = platformDoor(name) ?? plainDoor(title);
  const view = { name, title, route: `POST ${path}`, about: door.about };
  if (urls[name] === undefined) return { ...view, isOpen: false, reason: 'This door is not in serverless.yml.' };
  const isReal = inUse[name] === undefined;
  if (isReal) return { ...view, isOpen: false, reason: `The real ${title} is set: speak there, not here.` };
  const seat = door.seatOf(bot, settings);
  return 'as' in seat ? { ...view, isOpen: true } : { ...view, isOpen: false, reason: closed(bot, seat.lacks) };
}

function chatApiView(bot: Bot, around: Surroundings): DoorView {
  const view = {
    name: 'chat-api',
    title: 'Chat API',
    route: '/chat-api/{webhookId}',
    about:
      'Botpress’ official client runs in this page and talks to our server. A preview grows, then the message comes.',
  };
  return belowWebhookId(view, bot, around);
}

function widgetView(bot: Bot, around: Surroundings): DoorView {
  const view = {
    name: 'widget',
    knownAs: 'chat-api',
    title: 'Widget',
    route: '/chat-api/{webhookId}/widget.js',
    about: 'The frame is a page of its own with one script tag in it, which brings Botpress’ finished window.',
  };
  return belowWebhookId(view, bot, around, '/widget.js');
}

function belowWebhookId(
  view: Omit<DoorView, 'isOpen'>,
  bot: Bot,
  { urls, settings }: Surroundings,
  rest = '',
): DoorView {
  const id = bot.chatApi ?? (bot.name === DEFAULT_BOT ? (settings.CHAT_API_WEBHOOK_ID ?? 'local') : undefined);
  if (id === undefined)
    return { ...view, isOpen: false, reason: closed(bot, 'it has no chatApi, a webhook id of its own') };
  return direct(view, '/chat-api/', urls, `/${encodeURIComponent(id)}${rest}`);
}

function chatView(bot: Bot, { urls, settings, bots }: Surroundings): DoorView {
  const view = {
    name: 'http',
    title: 'Streaming',
    route: 'POST /chat/{sessionId}',
    about: 'Plain HTTP: one request, and the answer comes token by token. No queue in between.',
  };
  const key = pageKeyOf(bot.name, { CHAT_ACCESS_KEYS: settings.CHAT_ACCESS_KEYS, bots });
  if (!key) return { ...view, isOpen: false, reason: closed(bot, 'its http names no key of CHAT_ACCESS_KEYS') };
  const { accessKey } = key;
  return { ...direct(view, '/chat/', urls), ...(accessKey === undefined ? {} : { accessKey }) };
}

function closed({ name }: Bot, lacks: string): string {
  return `No way to ${name} here: ${lacks}.`;
}

/** A door that the page calls itself. Where it is: the path of its route, up to what the page fills in. */
function direct(view: Omit<DoorView, 'isOpen'>, path: string, urls: Surroundings['urls'], rest = ''): DoorView {
  const route = Object.values(urls).find((url) => url.includes(path));
  if (route === undefined) return { ...view, isOpen: false, reason: 'This door is not there yet.' };
  return { ...view, isOpen: true, url: `${route.slice(0, route.indexOf(path) + path.length - 1)}${rest}` };
}
