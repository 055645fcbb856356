/** Room of bots: what a bot asks Claude with. What its folder says goes before the settings of all. Pure. */
import type { ClaudeSettings } from '../config.ts';
import { withInstructions } from '../knowledge/instructions.ts';
import type { Bot } from './bot.ts';

export interface AskSettings extends Omit<ClaudeSettings, 'apiKey' | 'baseUrl' | 'credentials'> {
  systemPrompt: string;
}

/** The settings of one bot: each value of its folder, else the one of the deployment. */
export function withBot(settings: ClaudeSettings, bot: Bot): AskSettings {
  const { provider, profile, model, fallbackModel, maxTokens, effort } = settings;
  return {
    provider,
    profile,
    model: bot.model ?? model,
    fallbackModel: bot.fallbackModel ?? fallbackModel,
    maxTokens: bot.maxTokens ?? maxTokens,
    effort: bot.effort ?? effort,
    systemPrompt: withInstructions(bot.prompt, bot.documents, bot.knowledge),
  };
}
