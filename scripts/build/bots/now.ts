/** The build of bots, for whoever runs the sources themselves: `#bots` is what the folder says at this moment. A bundle has it built in. */
import { pathToFileURL } from 'node:url';
import type { Bot } from '../../../lib/bots/bot.ts';
import { readSettings } from '../../../lib/config.ts';
import { BadSettings } from '../../../lib/errors.ts';
import type { Tool } from '../../../lib/tools/tool.ts';
import { compileKnowledge } from '../knowledge/compile.ts';
import './elsewhere.ts';
import { botsFolder } from './folder.ts';
import { type BotFolder, NO_TOOL, readBots, shown } from './read-bots.ts';

const { inlineTokens } = readSettings(process.env, ['knowledge']).knowledge;

async function loaded(folder: BotFolder): Promise<Bot> {
  const { toolFiles, knowledgeFolder: _, mcp, ...bot } = folder;
  const modules = toolFiles.map(load);
  // Its client is loaded only where there is a server.
  const foreign = mcp.length === 0 ? [] : (await import('../../../lib/tools/mcp/tools.ts')).mcpTools(mcp);
  const compiled = await compileKnowledge(folder, inlineTokens);
  const documents = compiled && { ...compiled.facts, load: async () => compiled.knowledge };
  return { ...bot, tools: [...(await Promise.all(modules)), ...foreign], ...(documents ? { documents } : {}) };
}

/** Throws `BadSettings` with the file, and what went wrong when it was loaded. */
async function load(file: string): Promise<Tool> {
  try {
    const { default: tool } = await import(pathToFileURL(file).href);
    if (!tool?.prepare) throw new Error(NO_TOOL);
    return tool;
  } catch (error) {
    throw new BadSettings(`${shown(file)}: ${error instanceof Error ? error.message : 'it does not load'}`);
  }
}

const [first, ...others] = readBots(botsFolder(process.env));

/** `default` first. */
export const bots: readonly [Bot, ...Bot[]] = [await loaded(first), ...(await Promise.all(others.map(loaded)))];
