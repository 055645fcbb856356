/** The evals: a bot with another prompt or model than its folder says. */
import { readFileSync } from 'node:fs';
import type { Bot } from '../../lib/bots/bot.ts';
import { splitMatter } from '../build/front-matter.ts';
import { CannotRun } from '../cannot-run.ts';

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
