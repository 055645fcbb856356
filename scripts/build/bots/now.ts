/** The build of bots, for whoever runs the sources themselves: `#bots` is what the folder says at this moment. A bundle has it built in. */
import { pathToFileURL } from 'node:url';
import type { Bot } from '../../../lib/bots/bot.ts';
import { readSettings } from '../../../lib/config.ts';
import type { Tool } from '../../../lib/tools/tool.ts';
import { compileKnowledge } from '../knowledge/compile.ts';
import { botsFolder } from './folder.ts';
import { type BotFolder, readBots } from './read-bots.ts';

const { inlineTokens } = readSettings(process.env, ['knowledge']).knowledge;

async function loaded(folder: BotFolder): Promise<Bot> {
  const { toolFiles, knowledgeFolder: _, mcp, ...bot } = folder;
  const modules = toolFiles.map(async (file) => (await import(pathToFileURL(file).href)).default as Tool);
  // Its client is loaded only where there is a server.
  const foreign = mcp.length === 0 ? [] : (await import('../../../lib/tools/mcp/tools.ts')).mcpTools(mcp);
  const compiled = await compileKnowledge(folder, inlineTokens);
  const documents = compiled && { ...compiled.facts, load: async () => compiled.knowledge };
  return { ...bot, tools: [...(await Promise.all(modules)), ...foreign], ...(documents ? { documents } : {}) };
}

const [first, ...others] = readBots(botsFolder(process.env));

/** `default` first. */
export const bots: readonly [Bot, ...Bot[]] = [await loaded(first), ...(await Promise.all(others.map(loaded)))];
