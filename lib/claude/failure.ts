/** Stop 6. What a failed call means for the next step, from all the shapes in which the SDK reports it. */
import { APIError } from '@anthropic-ai/sdk';
import { causeOf } from '../errors.ts';
import { retryAfterMs } from '../platforms/kit/retry-after.ts';

export type Failure =
  /** The prompt does not fit into the model's window: a shorter one may. */
  | { kind: 'too long'; reason: string }
  /** Something in the request is not taken; `blocks` are those that the API names, as positions of message and block. */
  | { kind: 'bad request'; reason: string; blocks: readonly Place[]; isThought: boolean }
  /** There is no such model, perhaps no more: another one may be there. */
  | { kind: 'no model'; reason: string }
  /** Trying again will not help: a bad key, a right that is missing, money. */
  | { kind: 'permanent'; reason: string }
  /** The provider named a time to wait, or a limit was hit that needs one. */
  | { kind: 'limited'; reason: string; afterMs: number | undefined }
  /** Overload, a server's fault, the network, a stall: likely gone in seconds. */
  | { kind: 'passing'; reason: string };

export type Place = readonly [message: number, block: number];

/** `reason` holds types, statuses and words of ours only, never the provider's message, which can quote the prompt. */
export function classify(error: unknown): Failure {
  if (!(error instanceof APIError)) {
    return { kind: 'passing', reason: error instanceof Error ? error.name : 'unknown error' };
  }
  const reason =
    [error.status, error.errorCode ?? error.type].filter(Boolean).join(' ') || `${error.name} ${causeOf(error)}`;
  const money = moneyIn(error);
  if (money) return { kind: 'permanent', reason: `${error.status ?? ''} ${money}`.trim() };
  if (error.status === 429 || LIMITED.has(error.type ?? '')) {
    return { kind: 'limited', reason, afterMs: retryAfterMs(error.headers, Date.now()) };
  }
  if (isTooLong(error)) return { kind: 'too long', reason };
  if (error.status === 404 || error.type === 'not_found_error') return { kind: 'no model', reason };
  if (isBadRequest(error)) {
    const text = messageOf(error);
    return { kind: 'bad request', reason, blocks: placesIn(text), isThought: /\bthinking\b|`signature`/.test(text) };
  }
  if (isPermanent(error)) return { kind: 'permanent', reason };
  return { kind: 'passing', reason };
}

/**
 * Money comes as 402 or 429 with a code, or as a plain 400 that only its words tell apart: a spend limit that the customer set, and
 * credit that is used up. None of them heals by waiting for minutes.
 */
function moneyIn(error: APIError): string | undefined {
  const { errorCode, status, type } = error;
  if (errorCode === 'ramp_limit_exceeded') return undefined;
  if (/spend_limit|billing_unavailable/.test(errorCode ?? '')) return `spend limit reached (${errorCode})`;
  if (status === 402 || type === 'billing_error') return 'billing error';
  if (status !== 400 && status !== 429) return undefined;
  const text = messageOf(error);
  if (/^Your credit balance is too low/i.test(text)) return 'credit used up';
  return /^You have reached your specified (?:workspace )?API usage limits/i.test(text)
    ? 'spend limit reached'
    : undefined;
}

/** The API says so in words only: "prompt is too long: … tokens > … maximum"; Bedrock has words of its own. */
function isTooLong(error: APIError): boolean {
  const { status } = error;
  return status === 413 || (status === 400 && /prompt is too long|input is too long/i.test(messageOf(error)));
}

/** In the middle of a stream Bedrock has names of its own, which the SDK's list of types lacks. */
const LIMITED: ReadonlySet<string> = new Set(['rate_limit_error', 'throttlingException']);
const INVALID: ReadonlySet<string> = new Set(['invalid_request_error', 'validationException']);

/** A code says what it is about, and then it is about the account, but for those of pictures and documents. */
function isBadRequest({ status, type, errorCode }: APIError): boolean {
  if (errorCode && !/image|document|pdf|file/.test(errorCode)) return false;
  return status === 400 || status === 422 || (status === undefined && INVALID.has(type ?? ''));
}

/** 408 and 409 pass; an error event in the middle of a stream has no status, its type decides. */
function isPermanent({ status, type }: APIError): boolean {
  if (status !== undefined) return status >= 400 && status < 500 && status !== 408 && status !== 409;
  return ['invalid_request_error', 'authentication_error', 'permission_error'].includes(type ?? '');
}

/** Such as "messages.4.content.1.image.source.base64: Could not process image". */
function placesIn(text: string): Place[] {
  return [...text.matchAll(/messages\.(\d+)\.content\.(\d+)/g)].map(([, message, block]) => [
    Number(message),
    Number(block),
  ]);
}

function messageOf({ apiMessage, message }: APIError): string {
  return apiMessage ?? message;
}
