/** Room of bots: what a bot's folder is once it is compiled. Pure. */
import type { Language } from '../text/languages.ts';
import type { Tool } from '../tools/tool.ts';

/** What decides which bot is spoken to: all that a door knows which only enqueues. */
export interface BotIdentity {
  name: string;
  /** The TalkJS user it answers as. */
  talkjs?: string;
  /** The webhook id under which it answers on /chat-api. */
  chatApi?: string;
  /** Whether it answers what comes in on /botpress. */
  botpress: boolean;
  /** Names of keys in CHAT_ACCESS_KEYS whose callers speak to it. */
  http: readonly string[];
  /** When it answers in a TalkJS conversation of more than one person. */
  groups: 'mention' | 'always' | 'untilHuman';
  /** Fields that Claude is told, such as `user.custom.tier`. */
  context: readonly string[];
}

/** The whole of it. */
export interface Bot extends BotIdentity {
  /** The system prompt. */
  prompt: string;
  /** Tells answers of one wording from those of another. */
  promptHash: string;
  /** What is set here goes before CLAUDE_MODEL and its like. */
  model?: string;
  fallbackModel?: string;
  effort?: Effort;
  maxTokens?: number;
  /** Its own tools. */
  tools: readonly Tool[];
  /** Names of the tools it may use; without it its own and those that are on by default. */
  toolNames?: readonly string[];
  knowledge: 'also' | 'only';
  /** The address under which its documents are published. */
  knowledgeUrl?: string;
  /** Names of what its tools may read of the secrets. */
  secrets: readonly string[];
  /** US dollars; none without it. */
  usdPerDay?: number;
  /** Of our own sentences; the user's without it. */
  language?: Language;
  /** Said once, in front of the first answer of a conversation. */
  disclosure?: string;
}

export const EFFORTS = ['low', 'medium', 'high', 'xhigh', 'max'] as const;
export type Effort = (typeof EFFORTS)[number];

/** The bot of that name; without a name the default one, and also for a name that a new deployment no longer has. */
export function botNamed<B extends Pick<Bot, 'name'>>(bots: readonly [B, ...B[]], name: string | undefined): B {
  return bots.find((bot) => bot.name === name) ?? bots[0];
}
