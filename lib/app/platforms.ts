/** The outbound platforms whose settings are there. */
import { bots } from '#bots/doors';
import { rates } from '../bounds.ts';
import type { Settings } from '../config.ts';
import { BadSettings } from '../errors.ts';
import { outbound, type platformSettings } from '../platforms/all.ts';
import type { OutboundDeps, SettingsOf } from '../platforms/kit/manifest.ts';
import { type Counters, fits, openCounters } from '../store/counters.ts';
import { openDynamo } from '../store/store.ts';
import type { Platform, PlatformName } from '../types.ts';
import { chatApiBot } from './chat-api-bot.ts';

type Foreign = keyof typeof outbound;
type Own = { [N in Foreign]: SettingsOf<{ settings: (typeof platformSettings)[N] }> };

const foreign = Object.keys(outbound).filter((name): name is Foreign => name in outbound);

/** The settings groups that `openPlatforms` needs beside `aws`. */
export const PLATFORMS = [...foreign, 'chatApi', 'retention'] as const;

/** By name; throws `BadSettings` for one whose settings are missing. */
export function openPlatforms(
  settings: Settings<'aws' | (typeof PLATFORMS)[number]>,
): (name: PlatformName) => Platform {
  const { aws, chatApi, retention } = settings;
  const platforms: Partial<Record<PlatformName, Platform>> = {
    http: inTranscript,
    ...(chatApi ? { 'chat-api': chatApiBot(chatApi, { tableName: aws.tableName, keptDays: retention.days }) } : {}),
  };
  const counters = openCounters(openDynamo(), aws.tableName);
  for (const name of foreign) Object.assign(platforms, opened(name, settings, shareOf(name, counters)));
  return (name) => {
    const platform = platforms[name];
    if (!platform) throw new BadSettings(`the settings of ${name} are missing`);
    return platform;
  };
}

/** Of /chat, where nobody waits: the answer is known to the session, and whoever reads its transcript finds it. */
const inTranscript: Platform = { hasButtons: true, deliver: async () => [] };

const openers: { [N in Foreign]: (settings: Own[N], deps: OutboundDeps) => Platform } = outbound;

function opened<N extends Foreign>(
  name: N,
  { [name]: own }: { readonly [K in N]: Own[K] | undefined },
  share: OutboundDeps['share'],
) {
  return own && { [name]: openers[name](own, { fetch, now: Date.now, bots, share }) };
}

/** Counted in windows of the table, for all workers together. */
function shareOf(name: PlatformName, counters: Counters): OutboundDeps['share'] {
  const share = { what: `requests#${name}`, ...rates.platformEdit };
  return (requests) => fits(counters, share, Date.now(), requests);
}
