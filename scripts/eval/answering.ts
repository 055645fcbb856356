/** The evals: a bot that answers through the ways of a deployed one, for one case, on a table of this process. */
import type { Bot } from '../../lib/bots/bot.ts';
import { withBot } from '../../lib/bots/settings.ts';
import { openAsk } from '../../lib/claude/ask.ts';
import type { Client } from '../../lib/claude/call.ts';
import type { Settings } from '../../lib/config.ts';
import { withoutDocuments } from '../../lib/knowledge/only.ts';
import { type OpenedKnowledge, openKnowledge } from '../../lib/knowledge/open.ts';
import { searchTool } from '../../lib/knowledge/tool.ts';
import { allTools } from '../../lib/tools/all.ts';
import type { Tool } from '../../lib/tools/tool.ts';
import { chooseTools, openToolbox } from '../../lib/tools/toolbox.ts';
import { type Compose, compose } from '../../lib/turn/compose.ts';
import { disclosing } from '../../lib/turn/disclosure.ts';
import type { Limits } from '../../lib/turn/limits.ts';
import { type Watched, watched } from './tools.ts';

export interface AnsweringDeps {
  client: Client | Promise<Client>;
  settings: Settings<'claude' | 'history' | 'botSecrets'>;
  now(): number;
}

/** A case spends nobody's money but that of who runs it. */
const NO_LIMITS: Limits = {
  enter: async () => ({ micros: 0, parts: [] }),
  raise: async (_asker, reserved) => reserved,
  settle: async () => true,
};

/** `onUsd` is told what each call of Claude costs. */
export type Answering = (watching: Watched & { onUsd(usd: number): void }) => Compose;

/** The documents are loaded once, for all cases. */
export function openAnswering(bot: Bot, { client, settings, now }: AnsweringDeps): Answering {
  const knowledge = bot.documents && openKnowledge(bot.documents);
  const tools = [...chooseTools(allTools, bot), ...knowledgeTools(bot, knowledge)];
  return ({ onUsd, ...watching }) => {
    const toolbox = openToolbox(
      tools.map((tool) => watched(tool, watching)),
      {
        bot: { bot: bot.name, secrets: settings.botSecrets(bot.name, bot.secrets) },
        // A human who takes over would end the case.
        handToHuman: async () => ({}),
        ...{ fetch, now, log: () => {} },
      },
    );
    const ask = openAsk({
      client,
      settings: withBot(settings.claude, bot),
      tools: toolbox,
      knowledge,
      isOnlyFromDocuments: bot.documents !== undefined && bot.knowledge === 'only',
      record: async ({ usd }) => onUsd(usd),
      now,
      log: () => {},
    });
    const deps = {
      ask,
      window: settings.history,
      limits: NO_LIMITS,
      fetchFiles: async () => ({ files: new Map(), shown: [], letGo: () => {} }),
      estimateUsd: () => 0,
    };
    return disclosing((input) => compose(deps, input), bot);
  };
}

function knowledgeTools({ documents, knowledge }: Bot, open: (() => Promise<OpenedKnowledge>) | undefined): Tool[] {
  if (!documents || !open) return [];
  return [
    ...(documents.mode === 'search' ? [searchTool(documents, open)] : []),
    ...(knowledge === 'only' ? [withoutDocuments] : []),
  ];
}
