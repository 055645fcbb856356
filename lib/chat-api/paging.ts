/** The Chat API server: the token of a page. It says where in the caller's own list to go on, and nothing else. */
import { ApiError } from './api-error.ts';

export function toToken(sk: string | undefined): { nextToken?: string } {
  return sk === undefined ? {} : { nextToken: Buffer.from(sk).toString('base64url') };
}

/** Of nothing else is a place in a list: ids, times and what stands between them. */
const PLACE = /^[\w/#-]{1,199}$/;

/** Throws `InvalidQuery` for what is no token of ours; whose list it is of does not matter, since it leads out of none. */
export function fromToken(token: string | undefined): string | undefined {
  if (token === undefined) return undefined;
  const sk = Buffer.from(token, 'base64url').toString();
  const isOurs = PLACE.test(sk) && toToken(sk).nextToken === token;
  if (!isOurs) throw new ApiError('InvalidQuery', 'Invalid nextToken');
  return sk;
}
