/** What is forgotten of a user among others, and of a conversation, item by item; that nothing at all is left is test/flow/forget-user.test.ts'. */
import { beforeEach, expect, it, vi } from 'vitest';
import { openForget } from '../../../lib/store/forget.ts';
import { openForgetUser } from '../../../lib/store/forget-user.ts';
import { openStore, type Store } from '../../../lib/store/store.ts';
import type { Due, MessageRef, Said } from '../../../lib/types.ts';
import { type FakeTable, fakeTable } from '../../harness/fakes.ts';

const of = { platform: 'talkjs', conversation: 'room' } as const;
const NOW = 1_760_000_000_000;
const now = () => NOW + 60_000;

let table: FakeTable;
let store: Store;

beforeEach(() => {
  table = fakeTable();
  store = openStore(table.dynamo, 'table', now);
});

const ref = (n: number): MessageRef => ({ ...of, messageId: `m${n}`, createdAt: NOW + n });

function wordsOf(n: number, user: string): Said {
  const { messageId, createdAt } = ref(n);
  return { messageId, createdAt, speaker: { id: user }, text: `Words of ${user}`, attachments: [] };
}

async function said(n: number, user: string): Promise<MessageRef> {
  await store.noteSpeaker({ ...of, user }, ref(n).createdAt);
  await store.note(ref(n), wordsOf(n, user));
  return ref(n);
}

const forget = () =>
  openForgetUser(table.dynamo, 'table', { now, forget: openForget(table.dynamo, 'table', now) })({
    platform: 'talkjs',
    user: 'zoe',
  });

const left = () => JSON.stringify(table.items());

it('what others said before the bot came stays where nobody else has spoken since', async () => {
  await said(1, 'zoe');
  await store.keepEarlier(of, [
    { id: 'e1', at: 1, from: 'zoe', by: 'user', text: 'Zoe before' },
    { id: 'e2', at: 2, from: 'bob', by: 'user', text: 'Bob before' },
  ]);

  expect(await forget()).toMatchObject({ whole: [], shared: ['room'] });
  expect(left()).toContain('Bob before');
  expect(left()).not.toContain('Zoe before');
});

it('what was answered together goes with the turn that answered it', async () => {
  const first = await said(1, 'zoe');
  await said(3, 'bob');
  await store.merge(ref(2), `T#${first.createdAt}#m1`);

  expect(await forget()).toMatchObject({ turns: 2 });
  expect((await store.recent(of)).turns.map(({ messageId }) => messageId)).toEqual(['m3']);
});

it('what waits for its time is looked through once, however many conversations there are, and goes with theirs', async () => {
  const places = ['a', 'b', 'c'].map((conversation) => ({ platform: 'talkjs', conversation }) as const);
  for (const place of [...places, of]) {
    await store.noteSpeaker({ ...place, user: place === of ? 'bob' : 'zoe' }, NOW);
    await store.note({ ...ref(1), ...place }, wordsOf(1, place === of ? 'bob' : 'zoe'));
    await store.noteDue({ event: 'due', what: 'silence', ...place, messageId: 'h', createdAt: NOW + 3_600_000 });
  }
  const sent = vi.spyOn(table.dynamo, 'send');

  await forget();

  const looks = sent.mock.calls.filter(([{ input }]) => JSON.stringify(input).includes('":pk":"DUE"'));
  const dues = table.items().filter(({ pk }) => pk === 'DUE');
  expect([looks.length, dues.map(({ due }) => (due as Due).conversation)]).toEqual([1, ['room']]);
});

it('a forgotten conversation is on no list of the silent ones, nor of those where a user has spoken', async () => {
  await said(1, 'zoe');
  await store.handOver(of, 'paused');
  // Before the bot came, and in another month than anything since.
  const [at, user] = [NOW - 90 * 24 * 3_600_000, 'bob'];
  await store.noteSpeaker({ ...of, user }, at);
  await store.keepEarlier(of, [{ id: 'e', at, from: user, by: 'user', text: 'Bob before' }]);

  await openForget(table.dynamo, 'table', now)(of);

  expect(table.items().map(({ pk }) => String(pk).split('#')[0])).toEqual(['GONE']);
});
