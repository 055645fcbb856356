/** The table, of what went wrong: one small item per failed turn under its day, so that nobody has to search for them. */
import { createHash } from 'node:crypto';
import type { MessageRef } from '../types.ts';
import type { Key, Table } from './items.ts';
import { partition, turnSk } from './keys.ts';

/** The day (UTC) of the message, not of the failure: whoever knows the message knows the key, and can take the item away again. */
export function failureKey(ref: MessageRef): Key {
  const id = createHash('sha256')
    .update(`${partition(ref)}\u0000${turnSk(ref)}`)
    .digest('hex')
    .slice(0, 32);
  return { pk: `FAILED#${dayOf(ref.createdAt)}`, sk: `${String(ref.createdAt).padStart(13, '0')}#${id}` };
}

/** `2026-11-21` for a time in ms. */
export function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

/** The messages of one day whose turns failed, the newest first; some may have been answered since. At most `limit`. */
export async function failuresOn(table: Pick<Table, 'query'>, day: string, limit: number): Promise<MessageRef[]> {
  const range = { pk: `FAILED#${day}`, from: '0', to: '~', newestFirst: true, limit };
  const { items } = await table.query(range);
  return items.map(({ platform, conversation, messageId, createdAt }) => {
    // Our own items, written by the store: taken as they are.
    return { platform, conversation, messageId, createdAt } as MessageRef;
  });
}
