/** Tools: those that this deployment offers, and the way to run them for one turn. */
import type {
  ContentBlockParam,
  ToolResultBlockParam,
  ToolUnion,
  ToolUseBlock,
} from '@anthropic-ai/sdk/resources/messages/messages';
import type { Bot } from '../bots/bot.ts';
import { BadSettings } from '../errors.ts';
import { type Log, labelled } from '../log.ts';
import type { Sent } from '../types.ts';
import { actAt } from './act.ts';
import { type Asked, endingOf, type StepEnding } from './ending.ts';
import type { Journal, Step, Told } from './journal.ts';
import { type Call, prepareAll } from './prepare.ts';
import { runTools } from './run.ts';
import type { Tool, ToolContext, ToolRun } from './tool.ts';

export interface ToolboxDeps {
  /** Makes a human the owner of the conversation. */
  handToHuman(about: About, reason: string): Promise<{ team?: string }>;
  /** Which bot's tools they are, and what they may read of the secrets. */
  bot: Pick<ToolContext, 'bot' | 'secrets'>;
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

/** One step of a turn, to be run. */
export interface StepToRun {
  /** From 0 on. */
  number: number;
  content: readonly ContentBlockParam[];
  calls: readonly ToolUseBlock[];
  /** What an earlier attempt has of it. */
  kept?: Step;
}

/** For whom, until when, and where it is noted what was begun; without a journal nothing that acts is run. */
export interface Asking {
  about: About;
  signal: AbortSignal;
  journal?: Journal | undefined;
  /** Told the name of each tool of a step that runs, before it does. */
  onTool?: ((name: string) => void) | undefined;
  /** Told each tool that ran. */
  onRan?: ((run: ToolRun) => void) | undefined;
}

/** What a step has come to: the results of its calls, or the end of its turn. */
export type StepRun = { results: ToolResultBlockParam[]; handsOver: boolean } | { ends: StepEnding };

/** A call that the user has said yes to, and where it is noted. */
export interface Confirmed extends Asked {
  journal: Journal;
}

const CHANGED =
  'Not run: this tool has changed since the user was asked. Call it again, so that the user is asked anew.';

/** Where in the journal of the turn that asked the call is noted that was asked about. */
export const ASKED_PLACE = 'ask';

/** The chosen tools for one deployment; each turn runs them with a context of its own. */
export function openToolbox(tools: readonly Tool[], { handToHuman, bot, ...deps }: ToolboxDeps) {
  const contextOf = ({ about, signal }: Asking, onHandOver: () => void): ToolContext => {
    const { platform, conversation, speaker } = about;
    return {
      ...{ platform, conversation, speaker, signal, now: deps.now, fetch: deps.fetch, ...bot },
      handToHuman: async (reason) => {
        const known = await handToHuman(about, reason);
        onHandOver();
        return known;
      },
    };
  };

  return {
    params: toolParams(tools),

    run: async ({ number, content, calls, kept }: StepToRun, asking: Asking): Promise<StepRun> => {
      const { about, journal, onTool, onRan } = asking;
      const prepared = prepareAll(calls, tools);
      const step = kept ? { calls: prepared } : endingOf(prepared);
      if ('ends' in step) return step;
      for (const { name } of calls) onTool?.(String(name));
      let handsOver = kept?.handsOver ?? false;
      const context = contextOf(asking, () => {
        handsOver = true;
      });
      const place = journal && {
        number,
        journal,
        ...(kept ? { kept: kept.results } : {}),
        onPlain: async (results: readonly ToolResultBlockParam[], acts: boolean) =>
          journal.take(number, { content, results, handsOver }, { acts: acts && !kept }),
      };
      const how = { log: labelled(deps.log, about), onRan, ...(place ? { place } : {}) };
      return { results: await runTools(step.calls, context, how), handsOver };
    },

    /** Makes a call that was asked about; not when the tool is another one by now. */
    confirm: async (
      { tool: name, version, input, journal }: Confirmed,
      asking: Asking,
    ): Promise<{ told: Told; handsOver: boolean }> => {
      let handsOver = false;
      const log = labelled(deps.log, asking.about);
      const context = contextOf(asking, () => {
        handsOver = true;
      });
      const block = {
        type: 'tool_use',
        id: ASKED_PLACE,
        name,
        input: JSON.parse(input),
        caller: { type: 'direct' },
      } as const;
      const [prepared] = prepareAll(
        [block],
        tools.filter((tool) => tool.version === version),
      );
      const isSame = prepared && 'tool' in prepared;
      if (isSame) asking.onTool?.(name);
      const call: Call = isSame ? prepared : { id: ASKED_PLACE, name, mend: CHANGED };
      const told = await actAt(ASKED_PLACE, call, { journal, context, log, onRan: asking.onRan });
      if (journal.begun() === 0) journal.refuse(ASKED_PLACE, { tool: name, input: block.input }, told);
      return { told, handsOver };
    },
  };
}
