/** Room of the operator: where an export ended, as it is told and taken back. Pure. */
import { Rejected } from '../errors.ts';

/** Behind a turn of that conversation, or behind a message or event that the Chat API keeps besides. */
export type Place = readonly [conversation: string, after: string];

export const WRONG_NEXT = 'next is what an earlier answer said';

/** What is given to who asked. */
export function nextOf(place: Place): string {
  return Buffer.from(JSON.stringify(place)).toString('base64url');
}

/** DynamoDB goes on from nowhere else. */
const PLACE = /^(?:T#\d{13}#|(?:msg|evt):[\dA-Z]{26}$)/;

/** Throws `Rejected` 400 for what no answer of ours has said. */
export function placeIn(next: string): Place {
  try {
    const place: unknown = JSON.parse(Buffer.from(next, 'base64url').toString());
    const [conversation, after] = Array.isArray(place) && place.length === 2 ? place : [];
    if (typeof conversation === 'string' && typeof after === 'string' && PLACE.test(after))
      return [conversation, after];
  } catch {
    // Falls through.
  }
  throw new Rejected(400, WRONG_NEXT);
}
