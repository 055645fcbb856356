/** Tools: those that this deployment offers, and the way to run them for one turn. */
import type { ToolResultBlockParam, ToolUnion, ToolUseBlock } from '@anthropic-ai/sdk/resources/messages/messages';
import type { Bot } from '../bots/bot.ts';
import { BadSettings } from '../errors.ts';
import { type Log, labelled } from '../log.ts';
import type { Sent } from '../types.ts';
import { runTools } from './run.ts';
import type { Tool, ToolContext } from './tool.ts';

export interface ToolboxDeps {
  /** Makes a human the owner of the conversation. */
  handToHuman(about: About, reason: string): Promise<void>;
  fetch: typeof fetch;
  now(): number;
  log: Log;
}

type About = Pick<Sent, 'platform' | 'conversation' | 'messageId' | 'speaker'>;

/**
 * The tools of a bot: those its folder names, else its own and the shipped ones that are on by default. Its own beat a shipped one of
 * the same name. Throws `BadSettings` for a name that there is not, or that two of its own have.
 */
export function chooseTools(shipped: readonly Tool[], bot: Pick<Bot, 'name' | 'tools' | 'toolNames'>): Tool[] {
  const own = new Map(bot.tools.map((tool) => [tool.name, tool]));
  if (own.size < bot.tools.length) throw new BadSettings(`two tools of the bot ${bot.name} have the same name`);
  const all = [...bot.tools, ...shipped.filter(({ name }) => !own.has(name))];
  const { toolNames } = bot;
  if (!toolNames) return all.filter((tool) => own.has(tool.name) || !tool.isOptIn);
  const unknown = toolNames.filter((name) => all.every((tool) => tool.name !== name));
  if (unknown.length > 0) {
    const known = all.map(({ name }) => name).join(', ');
    throw new BadSettings(`the tools of the bot ${bot.name} name ${unknown.join(', ')}, but there are only ${known}`);
  }
  return all.filter(({ name }) => toolNames.includes(name));
}

/** As the Messages API wants them, always in the same order: they stand at the very beginning of what the prompt cache compares. */
export function toolParams(tools: readonly Tool[]): ToolUnion[] {
  return tools.toSorted((a, b) => (a.name < b.name ? -1 : 1)).map(({ param }) => param);
}

/** The chosen tools for one deployment; each turn runs them with a context of its own. */
export function openToolbox(tools: readonly Tool[], { handToHuman, ...deps }: ToolboxDeps) {
  return {
    params: toolParams(tools),
    run: async (
      blocks: readonly ToolUseBlock[],
      { about, signal }: { about: About; signal: AbortSignal },
    ): Promise<{ results: ToolResultBlockParam[]; handsOver: boolean }> => {
      let handsOver = false;
      const { platform, conversation, speaker } = about;
      const context: ToolContext = {
        ...{ platform, conversation, speaker, signal, now: deps.now, fetch: deps.fetch },
        handToHuman: async (reason) => {
          await handToHuman(about, reason);
          handsOver = true;
        },
      };
      const results = await runTools(blocks, tools, context, labelled(deps.log, about));
      return { results, handsOver };
    },
  };
}
