/** Stop 6. What a failed call means for the next step, from all the shapes in which the SDK reports it. */
import { APIError } from '@anthropic-ai/sdk';
import { retryAfterMs } from '../platforms/kit/retry-after.ts';

export type Failure =
  /** The prompt does not fit into the model's window: a shorter one may. */
  | { kind: 'too long'; reason: string }
  /** Trying again will not help: bad request, bad key, a spend limit. */
  | { kind: 'permanent'; reason: string }
  /** The provider named a time to wait, or a limit was hit that needs one. */
  | { kind: 'limited'; reason: string; afterMs: number | undefined }
  /** Overload, a server's fault, the network, a stall: likely gone in seconds. */
  | { kind: 'passing'; reason: string };

/** `reason` holds types and statuses only, never the provider's message, which can quote the prompt. */
export function classify(error: unknown): Failure {
  if (!(error instanceof APIError)) {
    return { kind: 'passing', reason: error instanceof Error ? error.name : 'unknown error' };
  }
  const reason = [error.status, error.errorCode ?? error.type].filter(Boolean).join(' ') || error.name;
  if (isSpendLimit(error)) return { kind: 'permanent', reason };
  if (error.status === 429 || error.type === 'rate_limit_error') {
    return { kind: 'limited', reason, afterMs: retryAfterMs(error.headers, Date.now()) };
  }
  if (isTooLong(error)) return { kind: 'too long', reason };
  if (isPermanent(error)) return { kind: 'permanent', reason };
  return { kind: 'passing', reason };
}

/** A spend limit comes as 429 or 400, without `retry-after`, and does not heal by waiting. */
function isSpendLimit({ errorCode, status, type }: APIError): boolean {
  return /spend_limit/.test(errorCode ?? '') || status === 402 || type === 'billing_error';
}

/** The API says so in words only: "prompt is too long: … tokens > … maximum". */
function isTooLong({ status, apiMessage, message }: APIError): boolean {
  return status === 413 || (status === 400 && /prompt is too long/i.test(apiMessage ?? message));
}

/** 408 and 409 pass; an error event in mid-stream has no status, its type decides. */
function isPermanent({ status, type }: APIError): boolean {
  if (status !== undefined) return status >= 400 && status < 500 && status !== 408 && status !== 409;
  return ['invalid_request_error', 'authentication_error', 'permission_error', 'not_found_error'].includes(type ?? '');
}
