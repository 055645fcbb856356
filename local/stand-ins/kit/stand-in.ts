/** A stand-in as the embedded stack starts it: it steps aside when the service it stands for is configured. */
import { type BotIdentity, DEFAULT_BOT } from '../../../lib/bots/identity.ts';
import { CannotStart } from '../../cannot-start.ts';
import type { Settings } from '../../settings.ts';
import type { Handler } from '../serve.ts';

export interface StandInContext {
  settings: Settings;
  /** Where this stand-in will be mounted. */
  url: string;
  /** Where API Gateway's routes are. */
  doors: string;
}

interface OpenStandIn {
  handle: Handler;
  /** What makes the functions talk to it. */
  settings: Settings;
}

/** What the playground has to know of a platform. */
export interface PlatformDoor {
  /** What happens there, in a sentence. */
  about: string;
  /** How its answers are written. */
  markup: 'markdown' | 'talkjs';
  /** The requests that deliver an answer, as a fault names them. */
  delivery: { method: string; path?: string };
  /** The name by which a bot is spoken to there, or what it lacks. */
  seatOf(bot: SpokenTo, settings: Settings): { as: string } | { lacks: string };
}

/** A bot, as far as it says where it answers. */
export type SpokenTo = Pick<BotIdentity, 'name' | 'talkjs' | 'botpress'>;

/** Of a platform that says nothing of itself. */
export function plainDoor(title: string): PlatformDoor {
  return {
    about: `A signed webhook comes in, the answer goes out through the API of ${title}.`,
    markup: 'markdown',
    delivery: { method: 'POST' },
    seatOf: ({ name }) => (name === DEFAULT_BOT ? { as: name } : { lacks: `${DEFAULT_BOT} answers there` }),
  };
}

export interface StandIn {
  /** Its mount, and its name in `GET /stack`. */
  name: string;
  title: string;
  /** The settings to run with when the real service is configured, else undefined; throws `CannotStart` for a half. */
  real(settings: Settings): Settings | undefined;
  /** How to get the real service instead. */
  instead: string;
  open(context: StandInContext): Promise<OpenStandIn> | OpenStandIn;
  /** The path of the door that the real service calls. */
  hook?: string;
  /** Of a platform: without it a plain one. */
  door?: PlatformDoor;
  /** Lines that show how to try it. */
  examples?(url: string): string[];
}

/** All of `needed`, or none of them nor of `others`: half a configuration is somebody's mistake. */
export function whole(
  settings: Settings,
  title: string,
  needed: readonly string[],
  others: readonly string[],
): Settings | undefined {
  if ([...needed, ...others].every((name) => !settings[name])) return undefined;
  const missing = needed.filter((name) => !settings[name]);
  if (missing.length === 0) return settings;
  const [are, them] = missing.length > 1 ? ['are', 'them'] : ['is', 'it'];
  throw new CannotStart(
    `${title} is half configured: ${missing.join(' and ')} ${are} missing; set ${them}, or none for the stand-in.`,
  );
}

/** How to speak as a user of a platform, and read what comes back. */
export function sayExamples(title: string): (url: string) => string[] {
  return (url) => [
    `Say something as a user of ${title}:`,
    `  curl ${url}/say -H 'content-type: application/json' -d '{"conversationId":"demo","userId":"ada","text":"Hello, my name is Ada."}'`,
    'and read the conversation:',
    `  curl ${url}/say/demo`,
  ];
}
