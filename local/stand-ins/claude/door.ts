/** Offline Claude: what is checked of a request before anybody looks at what it says. */
import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { BodyTooLarge, readBody } from '../serve.ts';
import { ApiError, invalid } from './errors.ts';
import { strictVersion } from './validate.ts';

// The API's own limit for one request.
const maxBodyBytes = 32 * 1024 * 1024;

const versions = ['2023-06-01', strictVersion];

/** A fingerprint of the key, so that what one account cached another never reads; throws 401 without a good one. */
export function accountOf(headers: IncomingHttpHeaders, keys: readonly string[] | undefined): string {
  const [, bearer] = /^Bearer (\S+)$/.exec(headers.authorization ?? '') ?? [];
  const key = bearer ?? headers['x-api-key'];
  if (typeof key !== 'string' || key === '') throw new ApiError(401, 'x-api-key header is required');
  if (keys && !keys.includes(key)) throw new ApiError(401, 'invalid x-api-key');
  return createHash('sha256').update(key).digest('hex');
}

/** The API version the client asks for; throws 400 when it names none that exists. */
export function versionOf(headers: IncomingHttpHeaders): string {
  const version = headers['anthropic-version'];
  if (typeof version !== 'string') throw invalid('anthropic-version: header is required');
  if (!versions.includes(version)) throw invalid(`anthropic-version: "${version}" is not a valid version`);
  return version;
}

/** The body as text; throws 413 when it is larger than the API takes. */
export async function readText(request: IncomingMessage): Promise<string> {
  try {
    return (await readBody(request, maxBodyBytes)).toString();
  } catch (error) {
    if (error instanceof BodyTooLarge) throw new ApiError(413, 'Request exceeds the maximum size');
    throw error;
  }
}

/** The body as JSON; throws 400 when it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw invalid('The request body is not valid JSON');
  }
}
