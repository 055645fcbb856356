/** Room of bots: what a bot's folder is once it is compiled. Pure. */
import type { Documents } from '../knowledge/chunk.ts';
import type { Tool } from '../tools/tool.ts';
import type { BotIdentity } from './identity.ts';

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
  /** What it knows; nothing without documents. */
  documents?: Documents;
  /** The address under which its documents are published. */
  knowledgeUrl?: string;
  /** Names of what its tools may read of the secrets. */
  secrets: readonly string[];
  /** US dollars; none without it. */
  usdPerDay?: number;
  /** Said once, in front of the first answer of a conversation. */
  disclosure?: string;
}

export const EFFORTS = ['low', 'medium', 'high', 'xhigh', 'max'] as const;
export type Effort = (typeof EFFORTS)[number];
