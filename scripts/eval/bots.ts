/** The evals: the bots as they lie in their folders at this moment, tools and documents loaded. */
import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Bot } from '../../lib/bots/bot.ts';
import { splitMatter } from '../build/front-matter.ts';
import { CannotRun } from '../cannot-run.ts';

const root = path.resolve(import.meta.dirname, '../..');

/** A folder of bots that lies elsewhere has no node_modules of its own for what our tools are written with. */
function resolveForTools(): void {
  const ours = pathToFileURL(path.join(root, 'package.json')).href;
  registerHooks({
    resolve: (specifier, context, next) =>
      /^(#tool$|zod(\/|$))/.test(specifier)
        ? next(specifier, { ...context, parentURL: ours })
        : next(specifier, context),
  });
}

/** Of BOTS_DIR; `default` first. */
export async function loadBots(): Promise<readonly [Bot, ...Bot[]]> {
  resolveForTools();
  return (await import('#bots')).bots;
}

/** What is tried instead of what the folder says. */
export interface Instead {
  model?: string | undefined;
  /** A file with another prompt; its front matter, if it has one, counts for nothing. */
  promptFile?: string | undefined;
}

/** Throws `CannotRun` where there is no such file. */
export function withInstead(bot: Bot, { model, promptFile }: Instead): Bot {
  const prompt = promptFile === undefined ? bot.prompt : promptIn(promptFile);
  const { fallbackModel: _, ...rest } = bot;
  return model === undefined ? { ...bot, prompt } : { ...rest, prompt, model };
}

function promptIn(file: string): string {
  try {
    return splitMatter(readFileSync(file, 'utf8')).body.trim();
  } catch (error) {
    throw new CannotRun(`The prompt cannot be read: ${error instanceof Error ? error.message : file}`);
  }
}
