/** Builds for the local stack: everything at first, and then as little as what was saved in the bots' folder asks for. */
import { botsFolder } from './bots/folder.ts';
import { identitiesOf } from './bots/plugin.mjs';
import { readBots } from './bots/read-bots.ts';
import { build, doorsWithBots } from './build.mjs';

/** Gives what builds and says who the bots are; it throws for a bot that is wrong, and then has changed no file. */
export function openLiveBuild(root) {
  let last;
  return async () => {
    const bots = readBots(botsFolder(process.env));
    const identities = identitiesOf(bots);
    // A prompt or a tool concerns those who answer; which bots there are, every door.
    const doors = last?.identities === identities ? last.doors : undefined;
    const result = await build({ root, isChecked: true, isSmall: false, ...(doors ? { doors } : {}) });
    last = { identities, doors: doors ?? doorsWithBots(result) };
    return bots.map(({ name, talkjs, chatApi, http, botpress }) => ({ name, talkjs, chatApi, http, botpress }));
  };
}
