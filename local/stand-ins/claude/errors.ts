/** Offline Claude: errors in the shape of the Messages API. */

/** Ends a request with `status` and `{type: 'error', error: {type, message, details}, request_id}`. */
export class ApiError extends Error {
  readonly status: number;
  readonly type: string;
  readonly code: string | undefined;

  constructor(status: number, message: string, options: { type?: string | undefined; code?: string | undefined } = {}) {
    super(message);
    this.status = status;
    this.type = options.type ?? typeOf(status);
    this.code = options.code;
  }
}

/** A 400 with the API's own wording where it is known. */
export function invalid(message: string): ApiError {
  return new ApiError(400, message);
}

/** The JSON body of an error, also the data of an `error` event. */
export function errorBody(error: ApiError, requestId: string) {
  const details = error.code === undefined ? {} : { details: { error_code: error.code } };
  return { type: 'error', error: { type: error.type, message: error.message, ...details }, request_id: requestId };
}

const types: Record<number, string> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  402: 'billing_error',
  403: 'permission_error',
  404: 'not_found_error',
  408: 'timeout_error',
  409: 'conflict_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  504: 'timeout_error',
  529: 'overloaded_error',
};

function typeOf(status: number): string {
  return types[status] ?? (status >= 500 ? 'api_error' : 'invalid_request_error');
}
