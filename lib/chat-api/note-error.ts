/** The Chat API server: what the log tells of an error, and what its client is told. */
import { BadSettings } from '../errors.ts';
import { errorName, type Log } from '../log.ts';
import { ApiError } from './api-error.ts';

/** What is no `ApiError` becomes `Internal`, and only its name is logged. */
export function noteError(log: Log, error: unknown): ApiError {
  if (!(error instanceof ApiError)) {
    const reason = error instanceof BadSettings ? error.message : undefined;
    const cause = error instanceof Error ? errorName(error.cause) : undefined;
    log('door-failed', { error: errorName(error), cause, reason });
    return new ApiError('Internal', 'Internal error, try again later');
  }
  const { status, type } = error;
  if (status === 401 || status === 403 || status === 429) log('request-refused', { status, reason: type });
  return error;
}
