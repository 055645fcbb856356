/** The Chat API server: a `bloc`, whose items the webchat widget has one level deeper than the contract. Kept as the contract has it. */
import * as z from 'zod/mini';
import { blocItem, type Payload, payload } from './models.ts';
import { readBody } from './read-request.ts';

const body = z.object({ payload });

/** A payload as it is kept; throws `InvalidPayload` for an item that is of neither form. */
export function flatPayload(given: Payload): Payload {
  if (given.type !== 'bloc') return given;
  const items = given.items.map((item) =>
    blocItem.safeParse(item).success ? item : { ...(item.payload as object), type: item.type },
  );
  return readBody(body, { payload: { ...given, items } }).payload;
}

/** A kept payload as the widget reads it, which shows nothing of a flat one. */
export function nestedPayload(kept: Payload): Payload {
  if (kept.type !== 'bloc') return kept;
  return { ...kept, items: kept.items.map(({ type, ...fields }) => ({ type, payload: fields })) };
}
