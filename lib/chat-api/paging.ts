/** The Chat API server: the token of a page. It says where in the caller's own list to go on, and nothing else. */
import { ApiError } from './api-error.ts';

export function toToken(sk: string | undefined): { nextToken?: string } {
  return sk === undefined ? {} : { nextToken: Buffer.from(sk).toString('base64url') };
}

/** Throws `InvalidQuery` for what is no token of a list whose sort keys begin with `prefix`. */
export function fromToken(token: string | undefined, prefix: string): string | undefined {
  if (token === undefined) return undefined;
  const sk = Buffer.from(token, 'base64url').toString();
  const isOurs = sk.startsWith(prefix) && sk.length < 200 && toToken(sk).nextToken === token;
  if (!isOurs) throw new ApiError('InvalidQuery', 'Invalid nextToken');
  return sk;
}
