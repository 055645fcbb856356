/** Builds for the local stack: everything at first, and then as little as what was saved in the bots' folder asks for. */
import path from 'node:path';
import { checkChoices, loadTools } from './bots/check.mjs';
import { botsFolder } from './bots/folder.ts';
import { identitiesOf } from './bots/plugin.mjs';
import { readBots } from './bots/read-bots.ts';
import { build, doorsWithBots, renewWords } from './build.mjs';

/**
 * Gives what builds into `outdir` and says who the bots are; it throws for a bot that is wrong, and then has changed no file. It is told which
 * files, below the bots' folder, may have changed since it last worked; without them all may.
 */
export function openLiveBuild(root, outdir) {
  let last;
  return async (changed) => {
    const bots = readBots(botsFolder(process.env));
    const [identities, code] = [identitiesOf(bots), codeOf(bots)];
    // Words are read by what is built already.
    if (last?.identities === identities && last.code === code && changed?.every(isOfWords)) {
      await checkChoices(bots, last.tools);
      await renewWords(bots, outdir);
    } else {
      const tools = await loadTools(bots, root);
      await checkChoices(bots, tools);
      // A tool concerns those who answer; which bots there are, every door.
      const doors = last?.identities === identities ? last.doors : undefined;
      const result = await build({ root, outdir, isSmall: false, isApart: true, ...(doors ? { doors } : {}) });
      last = { identities, code, tools, doors: doors ?? doorsWithBots(result) };
    }
    return bots.map(({ name, talkjs, chatApi, http, botpress }) => ({ name, talkjs, chatApi, http, botpress }));
  };
}

/** Which code the bundles hold of the bots. */
function codeOf(bots) {
  return JSON.stringify(bots.map(({ name, toolFiles, mcp }) => [name, toolFiles, mcp.length > 0]));
}

/** `<bot>/bot.md`, or one of its documents. */
function isOfWords(file) {
  const [, first, ...rest] = file.split(path.sep);
  return (first === 'bot.md' && rest.length === 0) || first === 'knowledge';
}
