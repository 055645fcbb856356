import { expect, it } from 'vitest';
import { exportUser } from '../../../lib/operator/export.ts';
import type { OperatorDeps } from '../../../lib/operator/verb.ts';

it('an export breaks off in time where a user said nothing among very many turns of others, and goes on there', async () => {
  const start = 1_760_000_000_000;
  const pages = 10;
  let clock = start;
  const looked: (string | undefined)[] = [];
  const table = {
    read: async () => [],
    query: async ({ from, after }: { from: string; after?: string }) => {
      if (from !== 'T#') return { items: [{ pk: 'U', sk: '2025-10#room', conversation: 'room' }] };
      looked.push(after);
      clock += 1_000;
      const page = Number(after?.slice(-1) ?? -1) + 1;
      const sk = `T#${start}#m${page}`;
      const item = { pk: 'C', sk, said: [{ speaker: { id: 'bob' }, messageId: `m${page}`, createdAt: start }] };
      return { items: [item], ...(page < pages - 1 ? { next: sk } : {}) };
    },
  } as unknown as OperatorDeps['table'];
  const store = { marksOf: async () => ({ blockedAt: 0 }) } as unknown as OperatorDeps['store'];
  const call = (next?: string) =>
    exportUser(
      { store, table, callers: [], now: () => clock, until: clock + 4_000 },
      { platform: 'talkjs', user: 'alice', next },
    );

  const first = await call();
  const { next } = first.json as { next?: string };
  const second = await call(next);
  const third = await call((second.json as { next?: string }).next);

  expect([first, second, third].map(({ json }) => (json as { done: boolean }).done)).toEqual([false, false, true]);
  expect(new Set(looked).size).toBe(pages);
  expect(JSON.stringify([first, second, third])).not.toContain('bob');
});
