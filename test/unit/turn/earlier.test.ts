import { expect, it } from 'vitest';
import { openStore } from '../../../lib/store/store.ts';
import { withEarlier } from '../../../lib/turn/earlier.ts';
import type { Earlier, Platform, Sent } from '../../../lib/types.ts';
import { fakeTable } from '../../harness/fakes.ts';

it('leaves out the words of a user who was forgotten after they said them, and no others', async () => {
  const { dynamo } = fakeTable();
  const store = openStore(dynamo, 'table', () => 2_000);
  const line = (id: string, from: string, at: number): Earlier => ({ id, from, at, by: 'user', text: id });
  const found = [line('of zoe, before', 'zoe', 100), line('of bob', 'bob', 200), line('of zoe, after', 'zoe', 900)];
  const head: Sent = {
    ...{ event: 'sent', platform: 'talkjs', conversation: 'room', messageId: 'm', createdAt: 1_000 },
    ...{ speaker: { id: 'bob' }, text: '', attachments: [] },
  };
  const deps = {
    store: {
      ...store,
      marksOf: async ({ user }: { user: string }) => ({
        forgottenAt: user === 'zoe' ? 500 : 0,
        blockedAt: 0,
        cut: new Set<string>(),
      }),
    },
    platform: () => ({ earlier: async () => found }) as unknown as Platform,
    log: () => {},
  };

  const recent = { turns: [], conversation: { owner: 'bot' as const, team: [] } };
  const { earlier } = await withEarlier(deps, { head, said: [{ ...head }], recent, forgottenAt: 0 });

  expect(earlier?.map(({ id }) => id)).toEqual(['of bob', 'of zoe, after']);
  expect((await store.recent(head)).earlier).toEqual(earlier);
});
