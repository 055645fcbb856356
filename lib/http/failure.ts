/** Stop 7 for /chat, when there is no answer: what the caller is told, before the answer begins or in the middle of it. */
import { Forgotten, Later, Superseded } from '../errors.ts';

export type Code =
  | 'bad_request'
  | 'unauthorized'
  | 'forbidden'
  | 'not_found'
  | 'method_not_allowed'
  | 'busy'
  | 'handed_over'
  | 'forgotten'
  | 'too_long'
  | 'key_reused'
  | 'question_closed'
  | 'rate_limited'
  | 'failed'
  | 'unavailable'
  | 'not_configured';

const STATUS: Readonly<Record<Code, number>> = {
  bad_request: 400,
  unauthorized: 401,
  forbidden: 403,
  not_found: 404,
  method_not_allowed: 405,
  busy: 409,
  handed_over: 409,
  forgotten: 410,
  too_long: 413,
  key_reused: 422,
  question_closed: 409,
  rate_limited: 429,
  failed: 503,
  unavailable: 503,
  not_configured: 503,
};

/** Its message is for the caller. */
export class ChatFailure extends Error {
  readonly code: Code;
  /** Of HTTP. */
  readonly status: number;
  /** Seconds after which it may work. */
  readonly retryAfter: number | undefined;
  constructor(code: Code, message: string, { retryAfter, ...options }: ErrorOptions & { retryAfter?: number } = {}) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
    this.status = STATUS[code];
    this.retryAfter = retryAfter;
  }
}

/** The limit of the caller's key is reached. */
export class LimitReached extends Later {
  readonly sentence: string;
  constructor(sentence: string, waitSeconds: number) {
    super('a limit is reached', { afterMs: waitSeconds * 1000 });
    this.sentence = sentence;
  }
}

/** `undefined` for what nobody foresaw. */
export function toFailure(error: unknown): ChatFailure | undefined {
  if (error instanceof ChatFailure) return error;
  if (error instanceof LimitReached) {
    return new ChatFailure('rate_limited', error.sentence, { cause: error, ...waitOf(error) });
  }
  if (error instanceof Later) {
    return new ChatFailure('unavailable', 'There is no answer to be had at the moment. Send the message again later.', {
      cause: error,
      ...waitOf(error),
    });
  }
  if (error instanceof Forgotten) {
    return new ChatFailure('forgotten', 'This message was forgotten while it was answered.', { cause: error });
  }
  if (error instanceof Superseded) {
    return new ChatFailure('busy', 'The session was taken over or forgotten while this was answered.', {
      cause: error,
    });
  }
  return undefined;
}

export interface FailureBody {
  error: string;
  code: Code;
  retryAfter?: number;
}

/** The failure as the JSON that a client reads, also as the last line of a stream. */
export function bodyOf({ message, code, retryAfter }: ChatFailure): FailureBody {
  return { error: message, code, ...(retryAfter === undefined ? {} : { retryAfter }) };
}

/** The failure as the whole response. */
export function responseOf(failure: ChatFailure): Response {
  return new Response(`${JSON.stringify(bodyOf(failure))}\n`, {
    status: failure.status,
    headers: { 'content-type': 'application/json', ...headersOf(failure) },
  });
}

/** What the status needs beside it. */
export function headersOf({ code, retryAfter }: ChatFailure): Record<string, string> {
  return {
    'cache-control': 'no-store',
    ...(retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }),
    ...(code === 'unauthorized' ? { 'www-authenticate': 'Bearer' } : {}),
    ...(code === 'method_not_allowed' ? { allow: 'GET, POST, DELETE, OPTIONS' } : {}),
  };
}

function waitOf({ afterMs }: Later): { retryAfter?: number } {
  return afterMs === undefined ? {} : { retryAfter: Math.max(Math.ceil(afterMs / 1000), 1) };
}
