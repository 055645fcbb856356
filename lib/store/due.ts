/** The table, of what is due: one small item each, in one place and in the order of its time, so that a look costs the same however many wait. */
import { createHash } from 'node:crypto';
import type { Due, MessageRef } from '../types.ts';
import type { Access } from './access.ts';
import type { Item, Key, Table } from './items.ts';
import { partition } from './keys.ts';

type Of = Pick<MessageRef, 'platform' | 'conversation'>;

const DUE = 'DUE';

/** Of one look. */
const PAGE = 100;

/** The same for a repeat. */
function keyOf({ createdAt, platform, conversation, messageId, what }: Due): Key {
  const id = createHash('sha256')
    .update([partition({ platform, conversation }), messageId, what].join('\u0000'))
    .digest('hex')
    .slice(0, 32);
  return { pk: DUE, sk: `${String(createdAt).padStart(13, '0')}#${id}` };
}

/** Throws `Later` when the table does not answer. */
export function openDue({ update, expiresAt }: Pick<Access, 'update' | 'expiresAt'>) {
  return {
    /** One write unit, before the state is written that it watches. A repeat changes nothing. */
    async noteDue(due: Due): Promise<void> {
      const { pk, sk } = keyOf(due);
      await update(pk, sk, {
        UpdateExpression: 'SET due = :due, expiresAt = :expires',
        ExpressionAttributeValues: { ':due': due, ':expires': expiresAt() },
      });
    },
  };
}

/** At most 100 of what is due at `now` (ms), the longest due first. */
export async function duesUntil(table: Pick<Table, 'query'>, now: number): Promise<Due[]> {
  const { items } = await table.query({ pk: DUE, from: '0', to: `${String(now).padStart(13, '0')}#~`, limit: PAGE });
  return items.map(toDue);
}

export async function endDue(table: Pick<Table, 'remove'>, due: Due): Promise<void> {
  await table.remove(keyOf(due));
}

/** All that waits for its time, in every conversation: looked through in pages as large as DynamoDB gives them. */
export async function allDues(table: Pick<Table, 'query'>): Promise<Due[]> {
  const dues: Due[] = [];
  for (let after: string | undefined; ; ) {
    const { items, next } = await table.query({ pk: DUE, from: '0', to: '~', after });
    dues.push(...items.map(toDue));
    if (next === undefined) return dues;
    after = next;
  }
}

/** Removes those of a conversation that is forgotten, or only what is about one user of it. */
export async function forgetDues(
  table: Pick<Table, 'remove'>,
  dues: readonly Due[],
  { of, user }: { of: Of; user?: string },
): Promise<void> {
  const own = dues
    .filter((due) => partition(due) === partition(of))
    .filter(({ handoff }) => user === undefined || handoff?.speaker.id === user);
  for (const due of own) await endDue(table, due);
}

/** Our own item, written as above. */
function toDue({ due }: Item): Due {
  return due as Due;
}
