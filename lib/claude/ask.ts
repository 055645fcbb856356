/** Stop 6. Asks Claude: the call, its retries by class of error, the deadline, and what each stop reason means for the user. */
import { setTimeout as sleep } from 'node:timers/promises';
import Anthropic from '@anthropic-ai/sdk';
import type { Message, MessageCreateParamsBase, TextBlock } from '@anthropic-ai/sdk/resources/messages/messages';
import type { ClaudeSettings } from '../config.ts';
import { Later, Permanent, sentences } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Reply, Sent, Usage } from '../types.ts';
import { CutByDeadline, call } from './call.ts';
import { classify, type Failure } from './failure.ts';
import { priceUsd } from './price.ts';
import type { Message as WindowMessage } from './window.ts';

export interface Question {
  messages: WindowMessage[];
  /** Whose message this answers: for the interaction log, never for the model. */
  about: Pick<Sent, 'platform' | 'conversation' | 'messageId' | 'speaker'>;
  /** Opaque: never an e-mail address or a name. */
  userId: string;
  /** Ends the whole turn's asking, waits included. */
  signal: AbortSignal;
  onText?: (delta: string) => void;
}

/** One completed model call, whatever came of it: what the interaction log gets. Times in ms since the epoch. */
export interface ModelCall {
  about: Question['about'];
  request: MessageCreateParamsBase;
  response: Message;
  requestedAt: number;
  respondedAt: number;
}

export interface AskDeps {
  client: Anthropic;
  settings: ClaudeSettings;
  /** Awaited right after each call, before anything else happens with its answer. */
  record(call: ModelCall): Promise<void>;
  now(): number;
  log: Log;
}

export type Ask = (question: Question) => Promise<Reply>;

/** Longest wait inside a turn (ms); longer ones happen in the queue, where they cost nothing. */
const MAX_WAIT_MS = 5_000;

/** Tries of one model within one turn. */
const MAX_TRIES = 3;

export function openClaude({ apiKey, baseUrl }: ClaudeSettings): Anthropic {
  return new Anthropic({ apiKey, ...(baseUrl ? { baseURL: baseUrl } : {}) });
}

/** Throws `Later` when the queue should try again, `Permanent` when nobody needs to. */
export function openAsk(deps: AskDeps): Ask {
  const { model, fallbackModel } = deps.settings;
  return async (question) => {
    let outcome = await tryModel(deps, model, question);
    if (!isReply(outcome) && outcome.kind === 'passing' && fallbackModel) {
      outcome = await tryModel(deps, fallbackModel, question);
    }
    if (isReply(outcome)) return outcome;
    if (outcome.kind === 'permanent') throw new Permanent(outcome.reason);
    throw new Later(outcome.reason, { afterMs: outcome.kind === 'limited' ? outcome.afterMs : undefined });
  };
}

async function tryModel(deps: AskDeps, model: string, question: Question): Promise<Reply | Failure> {
  for (let tries = 1; ; tries++) {
    const outcome = await tryOnce(deps, model, question);
    if (isReply(outcome) || outcome.kind === 'permanent' || tries === MAX_TRIES) return outcome;
    const wait = outcome.kind === 'limited' ? outcome.afterMs : jitter(tries);
    if (wait === undefined || wait > MAX_WAIT_MS) return outcome;
    deps.log('claude-retried', { model, reason: outcome.reason, waitMs: Math.round(wait) });
    if (!(await slept(wait, question.signal))) return outcome;
  }
}

async function tryOnce(deps: AskDeps, model: string, question: Question): Promise<Reply | Failure> {
  const request = requestFor(deps.settings, model, question);
  const requestedAt = deps.now();
  let isHeard = false;
  const onText = (delta: string) => {
    isHeard = true;
    question.onText?.(delta);
  };
  let response: Message;
  try {
    response = await call(deps.client, request, { signal: question.signal, onText });
  } catch (error) {
    if (error instanceof CutByDeadline) return cutShort(error, model);
    const failure = classify(error);
    // Somebody has read the first half of this answer: a second try would begin it again.
    return isHeard && question.onText ? { kind: 'permanent', reason: `${failure.reason} in mid-answer` } : failure;
  }
  await deps.record({ about: question.about, request, response, requestedAt, respondedAt: deps.now() });
  return toReply(response);
}

/** What a model may reject is sent only when it is configured. */
function requestFor(settings: ClaudeSettings, model: string, { messages, userId }: Question): MessageCreateParamsBase {
  return {
    model,
    max_tokens: settings.maxTokens,
    system: settings.systemPrompt,
    messages,
    metadata: { user_id: userId },
    cache_control: { type: 'ephemeral' },
    ...(settings.effort ? { output_config: { effort: settings.effort } } : {}),
  };
}

function toReply(response: Message): Reply {
  const said = textOf(response);
  const usage = usageOf(response);
  const base = {
    model: response.model,
    usage,
    usd: priceUsd(response.model, usage),
    stop: response.stop_reason ?? 'none',
  };
  if (response.stop_reason === 'refusal') return { ...base, kind: 'notice', text: sentences.refusal };
  if (!said) return { ...base, kind: 'notice', text: sentences.empty };
  const whole = response.stop_reason === 'end_turn' || response.stop_reason === 'stop_sequence';
  return { ...base, kind: 'answer', text: whole ? said : `${said}\n\n${sentences.cutShort}` };
}

/** What had arrived is delivered and said to be cut; nothing had: the queue tries again. */
function cutShort({ text }: CutByDeadline, model: string): Reply | Failure {
  if (!text.trim()) return { kind: 'passing', reason: 'deadline' };
  return { kind: 'answer', text: `${text.trim()}\n\n${sentences.cutShort}`, stop: 'deadline', model };
}

/** Joined with nothing between: the SDK's own helper puts spaces there. Thinking is never looked at. */
function textOf({ content }: Message): string {
  return content
    .filter((block): block is TextBlock => block.type === 'text')
    .map(({ text }) => text)
    .join('')
    .trim();
}

function usageOf({ usage }: Message): Usage {
  return {
    inputTokens: usage.input_tokens,
    outputTokens: usage.output_tokens,
    cacheWriteTokens: usage.cache_creation_input_tokens ?? 0,
    cacheReadTokens: usage.cache_read_input_tokens ?? 0,
  };
}

function isReply(outcome: Reply | Failure): outcome is Reply {
  return 'text' in outcome;
}

/** Full jitter, 0.5 s to 4 s. */
function jitter(tries: number): number {
  return 500 + Math.random() * Math.min(3_500, 500 * 2 ** tries);
}

async function slept(ms: number, signal: AbortSignal): Promise<boolean> {
  return sleep(ms, true, { signal }).catch(() => false);
}
