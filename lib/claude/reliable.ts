/** Stop 6. One answer of a model: the call, tried again by class of failure, on the fallback model at last. */
import { APIError } from '@anthropic-ai/sdk';
import type { Message, MessageCreateParamsBase } from '@anthropic-ai/sdk/resources/messages/messages';
import type { Log } from '../log.ts';
import type { ToolRun } from '../tools/tool.ts';
import { type Client, call } from './call.ts';
import { classify, type Failure } from './failure.ts';
import { effortOf, factsOf } from './models.ts';
import { type Counted, promptTokensOf, recordable, usageOf } from './usage.ts';

/** One call that Claude answered, wholly or in part (it then broke off). Times in ms, since the epoch where they are moments. */
export interface Attempt {
  request: MessageCreateParamsBase;
  response: Message;
  isPartial: boolean;
  counted: Counted;
  /** Anthropic's, to quote when asking them. */
  requestId: string | undefined;
  requestedAt: number;
  respondedAt: number;
  firstTextMs: number | undefined;
  tries: number;
  /** The tools that ran before it, and were not told of with an earlier one. */
  ran?: readonly (ToolRun & { askedBy?: string })[];
}

/** One call that was answered with an error: `response` is its body. */
export interface RefusedCall extends Pick<Attempt, 'request' | 'requestId' | 'requestedAt' | 'respondedAt' | 'ran'> {
  response: object;
}

export interface ReliableDeps {
  client: Client | Promise<Client>;
  /** What the provider calls a model. */
  modelId(model: string): string;
  fallbackModel: string | undefined;
  /** Waits; false when the signal ended the wait. */
  pause(ms: number, signal: AbortSignal): Promise<boolean>;
  /** Longest silence (ms) before a call is given up. */
  silenceMs: number;
  now(): number;
  log: Log;
}

export interface ReliableOptions {
  /** Ends the whole turn's asking, waits included. */
  signal: AbortSignal;
  onText?: ((delta: string) => void) | undefined;
  /** Behind a text that is from documents: its citations. */
  onCited?: ((citations: readonly unknown[]) => void) | undefined;
  /** Whether text that was already shown can be taken back; where it cannot, a call that broke off is not tried again. */
  isRetractable: boolean;
  /** Takes it back. */
  onRetract?: (() => void) | undefined;
  /** Awaited right after each call that has a response, before anything else happens with it. */
  record(attempt: Attempt): Promise<void>;
  /** Likewise for a call that was answered with an error. */
  recordError(refusal: RefusedCall): Promise<void>;
}

/** The message; or what the deadline left of it; or why there is none. */
export type Outcome = { message: Message } | { cut: Message } | { failure: Failure };

/** Longest wait inside a turn (ms); longer ones happen in the queue, where they cost nothing. */
const MAX_WAIT_MS = 5_000;

/** Tries of one model within one turn. */
const MAX_TRIES = 3;

/** One answer of `request.model`, else of the fallback model. Never throws: what failed is in the outcome. */
export async function askReliably(
  deps: ReliableDeps,
  request: MessageCreateParamsBase,
  options: ReliableOptions,
): Promise<Outcome> {
  const first = await askModel(deps, forModel(request, request.model, deps), options);
  const { fallbackModel } = deps;
  if (!('failure' in first) || !fallbackModel || options.signal.aborted) return first;
  if (first.failure.kind !== 'passing' && first.failure.kind !== 'no model') return first;
  deps.log('claude-fell-back', { model: fallbackModel, reason: first.failure.reason });
  const second = await askModel(deps, forModel(request, fallbackModel, deps), options);
  if (!('failure' in second)) return second;
  deps.log('claude-fallback-failed', { model: fallbackModel, reason: second.failure.reason });
  return first;
}

/** The request within what the model takes: an effort or a length that it does not have is a 400. */
function forModel(
  { output_config, ...request }: MessageCreateParamsBase,
  model: string,
  { modelId }: Pick<ReliableDeps, 'modelId'>,
): MessageCreateParamsBase {
  const effort = output_config?.effort && effortOf(model, output_config.effort);
  const max_tokens = Math.min(request.max_tokens, factsOf(model).maxOutput);
  return {
    ...request,
    model: modelId(model),
    max_tokens,
    ...(effort ? { output_config: { ...output_config, effort } } : {}),
  };
}

async function askModel(
  deps: ReliableDeps,
  request: MessageCreateParamsBase,
  options: ReliableOptions,
): Promise<Outcome> {
  for (let tries = 1; ; tries++) {
    const outcome = await tryOnce(deps, request, options, tries);
    if (!('failure' in outcome) || isFinal(outcome.failure) || tries === MAX_TRIES) return outcome;
    const wait = outcome.failure.kind === 'limited' ? outcome.failure.afterMs : jitter(tries);
    if (wait === undefined || wait > MAX_WAIT_MS) return outcome;
    deps.log('claude-retried', { model: request.model, reason: outcome.failure.reason, waitMs: Math.round(wait) });
    if (!(await deps.pause(wait, options.signal))) return outcome;
  }
}

async function tryOnce(
  deps: ReliableDeps,
  request: MessageCreateParamsBase,
  { signal, onText, onCited, isRetractable, onRetract, record, recordError }: ReliableOptions,
  tries: number,
): Promise<Outcome> {
  if (signal.aborted) return { failure: { kind: 'passing', reason: 'deadline' } };
  const requestedAt = deps.now();
  let firstTextMs: number | undefined;
  const heard = (delta: string) => {
    firstTextMs ??= deps.now() - requestedAt;
    onText?.(delta);
  };
  const called = await call(deps.client, request, { signal, silenceMs: deps.silenceMs, onText: heard, onCited });
  const { requestId, assembled, broken } = called;
  const isPartial = broken !== undefined;
  const counted = usageOf(assembled, request, () => promptTokensOf(request));
  const response = assembled.message && recordable(assembled.message, counted);
  const times = { requestedAt, respondedAt: deps.now() };
  if (response) await record({ request, response, isPartial, counted, requestId, ...times, firstTextMs, tries });
  if (!broken) return response ? { message: response } : { failure: { kind: 'passing', reason: 'no message' } };
  const errorBody = response ? undefined : bodyOf(broken.error);
  if (errorBody) await recordError({ request, response: errorBody, requestId, ...times });
  if (broken.isDeadline) {
    return response && firstTextMs !== undefined
      ? { cut: response }
      : { failure: { kind: 'passing', reason: 'deadline' } };
  }
  const failure = classify(broken.error);
  const isShown = firstTextMs !== undefined && onText !== undefined;
  if (isShown) onRetract?.();
  return {
    failure: isShown && !isRetractable ? { kind: 'permanent', reason: `${failure.reason} in mid-answer` } : failure,
  };
}

/** What the API answered instead of a message; `undefined` when it did not get to answer. */
function bodyOf(error: unknown): object | undefined {
  const body = error instanceof APIError ? error.error : undefined;
  return typeof body === 'object' && body !== null ? body : undefined;
}

function isFinal({ kind }: Failure): boolean {
  return kind !== 'passing' && kind !== 'limited';
}

/** Full jitter, 0.5 s to 4 s. */
function jitter(tries: number): number {
  return 500 + Math.random() * Math.min(3_500, 500 * 2 ** tries);
}
