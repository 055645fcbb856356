/** The Chat API server: its errors. The official client knows an error by its four keys and makes a typed one of it. */
import { randomBytes } from 'node:crypto';

/** The types we answer with and their HTTP status, a part of the 26 that the contract names. */
const statuses = {
  InvalidPayload: 400,
  InvalidQuery: 400,
  ReferenceNotFound: 400,
  Unauthorized: 401,
  Forbidden: 403,
  ResourceNotFound: 404,
  MethodNotFound: 405,
  AlreadyExists: 409,
  PayloadTooLarge: 413,
  RateLimited: 429,
  Internal: 500,
} as const;

export type ApiErrorType = keyof typeof statuses;

export const apiErrorTypes = Object.entries(statuses).map(([type, status]) => ({ type, status }));

/** What a client of the Chat API is told; never retried by us. */
export class ApiError extends Error {
  readonly type: ApiErrorType;
  readonly status: (typeof statuses)[ApiErrorType];
  /** When it may work (ms from now), where that is known. */
  readonly retryAfterMs: number | undefined;
  constructor(type: ApiErrorType, message: string, options?: ErrorOptions & { retryAfterMs?: number }) {
    super(message, options);
    this.retryAfterMs = options?.retryAfterMs;
    this.name = 'ApiError';
    this.type = type;
    this.status = statuses[type];
  }
}

/** With fewer keys, or others, the client reports `UnknownError`. `now` in ms. */
export function errorBody({ type, status, message }: ApiError, now: number) {
  return { id: errorId(now), code: status, type, message };
}

/** As the Botpress cloud forms it: `err_`, the UTC time to the second, `x`, eight hex digits. */
function errorId(now: number): string {
  const time = new Date(now).toISOString().replace(/\D/g, '').slice(0, 14);
  return `err_${time}x${randomBytes(4).toString('hex').toUpperCase()}`;
}
