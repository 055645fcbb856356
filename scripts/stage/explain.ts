/** What went wrong, as one line for the terminal of whoever called a script. */
import { BadSettings, Rejected } from '../../lib/errors.ts';
import { CannotRun } from '../cannot-run.ts';

/** By the name of AWS' error: what to do about it. */
const ADVICE: Readonly<Record<string, string>> = {
  CredentialsProviderError:
    'There are no AWS credentials: `aws configure`, `aws sso login`, AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.',
  TokenProviderError: 'The AWS session has ended: `aws sso login`.',
  ExpiredTokenException: 'The AWS session has ended: sign in again.',
  ExpiredToken: 'The AWS session has ended: sign in again.',
  InvalidClientTokenId: 'AWS does not know these credentials.',
  UnrecognizedClientException: 'AWS does not know these credentials.',
  SignatureDoesNotMatch: 'The AWS secret access key does not belong to its key id.',
};

const NOT_REACHED = new Set(['ENOTFOUND', 'EAI_AGAIN', 'ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT', 'ENETUNREACH']);

/** Never a stack trace for what the caller can put right. */
export function explained(error: unknown): string {
  if (error instanceof CannotRun || error instanceof BadSettings || error instanceof Rejected) return error.message;
  if (!(error instanceof Error)) return String(error);
  // It quotes what it refuses, which may be a secret.
  if (error.name === 'ValidationException') return 'AWS refuses what it was sent.';
  if ('code' in error && NOT_REACHED.has(String(error.code))) return `AWS cannot be reached (${error.message}).`;
  return ADVICE[error.name] ?? `${error.name}: ${error.message}`;
}
