/** The Botpress stand-in: lists in pages, of whose tokens clients know nothing. */
import { ApiError } from './api-error.ts';

interface Page<T> {
  items: T[];
  meta: { nextToken?: string };
}

/** The token names the last item of the page before, so that what is new at the list's head moves nothing. */
export function page<T extends { id: string }>(all: readonly T[], query: URLSearchParams, size: number): Page<T> {
  const token = query.get('nextToken');
  const last = token === null ? undefined : Buffer.from(token, 'base64url').toString();
  const at = all.findIndex(({ id }) => id === last);
  if (last !== undefined && at === -1) throw new ApiError('InvalidQuery', 'Invalid next token');
  const items = all.slice(at + 1, at + 1 + size);
  const end = items.at(-1)?.id;
  const isEnd = end === undefined || at + 1 + size >= all.length;
  return { items, meta: isEnd ? {} : { nextToken: Buffer.from(end).toString('base64url') } };
}
