/** Root of the webhook doors: stops 1-4. Of the AWS SDK it holds SQS (and SSM for the secrets), nothing else. */
import { bots } from '#bots/doors';
import { type GroupName, processEnv, type Settings } from '../config.ts';
import { logLine } from '../log.ts';
import type { Bots } from '../platforms/kit/manifest.ts';
import { openDoorQueue } from '../queue/door.ts';
import { type ReceiveDeps, receive } from '../turn/receive.ts';
import type { Dialect } from '../types.ts';
import { type PostHandler, postDoor } from './doors/post-door.ts';
import { openApp } from './open.ts';

/** The handler of one platform's webhook. A group of settings that is not set at all makes it answer 503. */
export function webhookDoor<G extends GroupName>(
  group: G,
  dialectOf: (settings: NonNullable<Settings<G>[G]>, bots: Bots) => Dialect,
): PostHandler {
  const open = openApp([group, 'turnsQueue'] as const, (settings): ReceiveDeps | undefined => {
    const own = settings[group as G & keyof typeof settings];
    if (!own) return undefined;
    return {
      dialect: dialectOf(own as NonNullable<Settings<G>[G]>, bots),
      put: openDoorQueue(processEnv, settings.turnsQueue.url),
      now: Date.now,
      log: logLine,
    };
  });
  return postDoor(open, receive);
}
