/** Stop 6. Asks Claude: the way in which every door of the bundle does it. */
import { setTimeout as sleep } from 'node:timers/promises';
import Anthropic from '@anthropic-ai/sdk';
import type {
  Message,
  MessageCreateParamsBase,
  MessageParam,
  ToolResultBlockParam,
  ToolUnion,
  ToolUseBlock,
} from '@anthropic-ai/sdk/resources/messages/messages';
import type { ClaudeSettings } from '../config.ts';
import { Later, Permanent } from '../errors.ts';
import { type Log, labelled } from '../log.ts';
import type { Reply, Sent, Usage } from '../types.ts';
import { textOf, toReply } from './answer.ts';
import { SILENCE_MS } from './call.ts';
import { halve, normalise } from './normalise.ts';
import { priceUsd } from './price.ts';
import { type Attempt, askReliably, type Outcome, type Refusal, type ReliableDeps } from './reliable.ts';

export interface Question {
  messages: MessageParam[];
  /** Whose message this answers: for tools, limits and the interaction log, never for the model. */
  about: Pick<Sent, 'platform' | 'conversation' | 'messageId' | 'speaker'>;
  /** Opaque: never an e-mail address or a name. */
  userId: string;
  /** Ends the whole turn's asking, waits and tools included. */
  signal: AbortSignal;
  onText?: (delta: string) => void;
  onTool?: (name: string) => void;
  /** Told what each call cost (US dollars), also when the asking fails in the end. */
  onCost?: (usd: number) => void;
  /** False where text that was shown stays shown: a call that broke off in mid-answer then ends the asking. */
  isRetractable?: boolean;
  /** What was shown of a call that broke off counts no more: it is tried again. */
  onRetract?: () => void;
}

/** One answered model call, whatever came of it: what the interaction log and the metrics get. */
export interface ModelCall extends Attempt {
  about: Question['about'];
  usage: Usage;
  usd: number;
}

/** The tools Claude is offered, and the way to run what it asks for. Results come in the order of the blocks. */
export interface Toolbox {
  params: ToolUnion[];
  run(blocks: readonly ToolUseBlock[], question: Pick<Question, 'about' | 'signal'>): Promise<ToolsRun>;
}

/** The results of one step, and whether a human owns the conversation since then. */
export interface ToolsRun {
  results: ToolResultBlockParam[];
  handsOver: boolean;
}

/** For a model that is offered none. */
export const noTools: Toolbox = { params: [], run: async () => ({ results: [], handsOver: false }) };

export interface AskDeps {
  client: Anthropic;
  settings: ClaudeSettings;
  tools: Toolbox;
  /** Awaited right after each call, before anything else happens with its answer. */
  record(call: ModelCall): Promise<void>;
  /** Likewise for a call that the API answered with an error. */
  recordError?(refusal: Refusal & { about: Question['about'] }): Promise<void>;
  now(): number;
  log: Log;
  pause?: ReliableDeps['pause'];
  silenceMs?: number;
}

export type Ask = (question: Question) => Promise<Reply>;

/** Model calls of one turn: tool steps and paused turns together. */
const MAX_STEPS = 8;

export function openClaude({ apiKey, baseUrl }: ClaudeSettings): Anthropic {
  // Its own log prints what it cannot parse, which is message text.
  return new Anthropic({ apiKey, logLevel: 'off', ...(baseUrl ? { baseURL: baseUrl } : {}) });
}

/** Throws `Later` when the queue should try again, `Permanent` when nobody needs to. */
export function openAsk(deps: AskDeps): Ask {
  const base = { pause, silenceMs: SILENCE_MS, fallbackModel: deps.settings.fallbackModel, ...deps };
  return async (question) => {
    const reliable: ReliableDeps = { ...base, log: labelled(deps.log, question.about) };
    const bill = openBill(deps, question);
    const said: string[] = [];
    let messages = normalise(question.messages);
    let isHalved = false;
    let stop = 'none';
    let handsOver = false;
    for (let step = 1; step <= MAX_STEPS; step++) {
      const outcome = await askReliably(reliable, requestFor(deps, question, messages), {
        signal: question.signal,
        onText: question.onText,
        isRetractable: question.isRetractable ?? true,
        onRetract: question.onRetract,
        record: bill.add,
        recordError: (refusal) => deps.recordError?.({ ...refusal, about: question.about }) ?? Promise.resolve(),
      });
      if (isTooLong(outcome) && !isHalved) {
        isHalved = true;
        messages = halve(messages);
        continue;
      }
      const message = messageOf(outcome);
      said.push(textOf(message).trim());
      stop = 'cut' in outcome ? 'deadline' : (message.stop_reason ?? 'none');
      const next = 'cut' in outcome ? undefined : await nextStep(deps, question, message);
      if (!next) break;
      handsOver ||= next.handsOver;
      messages = [...messages, ...next.messages];
    }
    return {
      ...toReply(said.filter(Boolean).join('\n\n'), stop),
      ...bill.total(),
      ...(handsOver ? { handsOver } : {}),
    };
  };
}

/** What a further call needs to go on with: the results of the tools it asked for, or nothing but its own pause. */
async function nextStep(
  deps: AskDeps,
  question: Question,
  message: Message,
): Promise<{ messages: MessageParam[]; handsOver: boolean } | undefined> {
  // As it came, but for blank text, which a model may write and the API does not take back.
  const content = message.content.filter((block) => block.type !== 'text' || block.text.trim() !== '');
  const assistant: MessageParam = { role: 'assistant', content };
  if (message.stop_reason === 'pause_turn') return { messages: [assistant], handsOver: false };
  if (message.stop_reason !== 'tool_use') return undefined;
  const blocks = content.filter((block) => block.type === 'tool_use');
  for (const { name } of blocks) question.onTool?.(name);
  const { results, handsOver } = await deps.tools.run(blocks, question);
  return { messages: [assistant, { role: 'user', content: results }], handsOver };
}

function isTooLong(outcome: Outcome): boolean {
  if ('failure' in outcome) return outcome.failure.kind === 'too long';
  return 'message' in outcome && outcome.message.stop_reason === 'model_context_window_exceeded';
}

function messageOf(outcome: Outcome): Message {
  if ('message' in outcome) return outcome.message;
  if ('cut' in outcome) return outcome.cut;
  const { failure } = outcome;
  if (failure.kind === 'permanent' || failure.kind === 'too long') throw new Permanent(failure.reason);
  throw new Later(failure.reason, { afterMs: failure.kind === 'limited' ? failure.afterMs : undefined });
}

/** What a model may reject is sent only when it is configured. The beginning stays the same from turn to turn, for the prompt cache. */
function requestFor(
  { settings, tools }: AskDeps,
  { userId }: Question,
  messages: MessageParam[],
): MessageCreateParamsBase {
  return {
    model: settings.model,
    max_tokens: settings.maxTokens,
    system: settings.systemPrompt,
    messages,
    metadata: { user_id: userId },
    cache_control: { type: 'ephemeral' },
    ...(tools.params.length > 0 ? { tools: tools.params } : {}),
    ...(settings.effort ? { output_config: { effort: settings.effort } } : {}),
  };
}

/** Adds up what the calls of one turn cost, broken ones included. */
function openBill({ record }: AskDeps, { about, onCost }: Question) {
  const calls: ModelCall[] = [];
  const sum = (of: (call: ModelCall) => number) => calls.reduce((total, call) => total + of(call), 0);
  return {
    add: async (attempt: Attempt) => {
      const usage = usageOf(attempt.response);
      const call = { ...attempt, about, usage, usd: priceUsd(attempt.response.model, usage) };
      calls.push(call);
      onCost?.(call.usd);
      await record(call);
    },
    total: (): Pick<Reply, 'model' | 'usage' | 'usd'> => {
      const last = calls.at(-1);
      if (!last) return {};
      const usage: Usage = {
        inputTokens: sum(({ usage }) => usage.inputTokens),
        outputTokens: sum(({ usage }) => usage.outputTokens),
        cacheWriteTokens: sum(({ usage }) => usage.cacheWriteTokens),
        cacheReadTokens: sum(({ usage }) => usage.cacheReadTokens),
      };
      return { model: last.response.model, usage, usd: sum(({ usd }) => usd) };
    },
  };
}

function usageOf({ usage }: Message): Usage {
  return {
    inputTokens: usage.input_tokens,
    outputTokens: usage.output_tokens,
    cacheWriteTokens: usage.cache_creation_input_tokens ?? 0,
    cacheReadTokens: usage.cache_read_input_tokens ?? 0,
  };
}

async function pause(ms: number, signal: AbortSignal): Promise<boolean> {
  return sleep(ms, true, { signal }).catch(() => false);
}
