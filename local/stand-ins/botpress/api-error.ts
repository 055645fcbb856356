/** The Botpress stand-in: how the Chat API says no. */
import { randomBytes } from 'node:crypto';

const codes = {
  InvalidPayload: 400,
  InvalidQuery: 400,
  ReferenceNotFound: 400,
  Unauthorized: 401,
  Forbidden: 403,
  ResourceNotFound: 404,
  AlreadyExists: 409,
  PayloadTooLarge: 413,
  RateLimited: 429,
  Internal: 500,
} as const;

export type ErrorType = keyof typeof codes;

/** An error of the API itself: its body has four keys. */
export class ApiError extends Error {
  readonly type: ErrorType;
  readonly headers: Record<string, string>;
  constructor(type: ErrorType, message: string, headers: Record<string, string> = {}) {
    super(message);
    this.type = type;
    this.headers = headers;
  }
  get status(): number {
    return codes[this.type];
  }
  toBody(now: number) {
    const time = new Date(now).toISOString().replace(/\D/g, '').slice(0, 14);
    const id = `err_${time}x${randomBytes(4).toString('hex').toUpperCase()}`;
    return { id, code: this.status, type: this.type, message: this.message };
  }
}

/** What never reached the API's own code: routes, missing headers and schemas, all with a bare `message`. */
export class BareError extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}
