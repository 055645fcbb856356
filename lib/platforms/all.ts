/** Room of what all platforms share: which there are. Written by scripts/build/list-platforms.mjs with every build: add a folder, not a line. */
import * as botpress from './botpress/platform.ts';
import type { Manifest, SettingsOf } from './kit/manifest.ts';
import * as talkjs from './talkjs/platform.ts';

/** Everything that their manifests say, for the tools of an operator. */
export const platforms = {
  botpress: {
    settings: botpress.settings,
    dialect: botpress.dialect,
    outbound: botpress.outbound,
    operator: botpress.operator,
  },
  talkjs: {
    settings: talkjs.settings,
    dialect: talkjs.dialect,
    outbound: talkjs.outbound,
    operator: talkjs.operator,
  },
} satisfies {
  botpress: Manifest<SettingsOf<typeof botpress>>;
  talkjs: Manifest<SettingsOf<typeof talkjs>>;
};

/** A part at a time, so that a bundle holds no more than its door needs. */
export const platformSettings = {
  botpress: botpress.settings,
  talkjs: talkjs.settings,
};
export const outbound = {
  botpress: botpress.outbound,
  talkjs: talkjs.outbound,
};
