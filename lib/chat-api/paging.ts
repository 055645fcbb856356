/** The Chat API server: the token of a page. It says where in which of the caller's own lists to go on, and nothing else. */
import { ApiError } from './api-error.ts';

type List = 'conversations' | 'messages' | 'participants';

/** Ids and times and what stands between them: whatever is of these leads out of no list. */
const PLACE = /^[\w/#-]{1,150}$/;

/** The token that goes on behind `place`; none where the list has ended. */
export function toToken(place: string | undefined, list: List): { nextToken?: string } {
  return place === undefined ? {} : { nextToken: Buffer.from(`${list}:${place}`).toString('base64url') };
}

/** Throws `InvalidQuery` for what is no token of that list. */
export function fromToken(token: string | undefined, list: List): string | undefined {
  if (token === undefined) return undefined;
  const place = Buffer.from(token, 'base64url')
    .toString()
    .slice(list.length + 1);
  const isOurs = PLACE.test(place) && toToken(place, list).nextToken === token;
  if (!isOurs) throw new ApiError('InvalidQuery', 'Invalid nextToken');
  return place;
}
