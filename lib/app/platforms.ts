/** The outbound platforms whose settings are there. */
import type { Settings } from '../config.ts';
import { BadSettings } from '../errors.ts';
import { botpressPlatform } from '../platforms/botpress/deliver.ts';
import { talkjsPlatform } from '../platforms/talkjs/deliver.ts';
import type { Platform, PlatformName } from '../types.ts';
import { chatApiBot } from './chat-api-bot.ts';

export const PLATFORMS = ['talkjs', 'botpress', 'chatApi'] as const;

/** By name; throws `BadSettings` for one whose settings are missing. */
export function openPlatforms({
  aws,
  talkjs,
  botpress,
  chatApi,
}: Settings<'aws' | (typeof PLATFORMS)[number]>): (name: PlatformName) => Platform {
  const now = Date.now;
  const platforms: Partial<Record<PlatformName, Platform>> = {
    ...(talkjs ? { talkjs: talkjsPlatform(talkjs, { fetch, now }) } : {}),
    ...(botpress ? { botpress: botpressPlatform(botpress, { fetch, now }) } : {}),
    ...(chatApi ? { 'chat-api': chatApiBot(chatApi, aws.tableName) } : {}),
  };
  return (name) => {
    const platform = platforms[name];
    if (!platform) throw new BadSettings(`The settings of ${name} are missing.`);
    return platform;
  };
}
