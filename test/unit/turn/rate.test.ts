import { beforeEach, describe, expect, it } from 'vitest';
import type { Happening } from '../../../lib/events/event.ts';
import { openTable } from '../../../lib/store/items.ts';
import { spokenBy } from '../../../lib/store/speakers.ts';
import { openStore, type Store } from '../../../lib/store/store.ts';
import { openRate } from '../../../lib/turn/rate.ts';
import type { MessageRef, Reply } from '../../../lib/types.ts';
import { type FakeTable, fakeTable } from '../../harness/fakes.ts';

const ref: MessageRef = { platform: 'talkjs', conversation: 'room', messageId: 'm1', createdAt: 1_760_000_000_000 };
const said = [{ messageId: 'm1', createdAt: ref.createdAt, speaker: { id: 'alice' }, text: 'Hi', attachments: [] }];
const reply: Reply = { kind: 'answer', text: 'Hello', stop: 'end_turn', bot: 'sales' };

let table: FakeTable;
let store: Store;
let told: Happening[];
let lines: string[];
let recorded: string[];
let isQueueAway: boolean;

beforeEach(async () => {
  table = fakeTable();
  store = openStore(table.dynamo, 'table', () => ref.createdAt + 5_000);
  [told, lines, recorded, isQueueAway] = [[], [], [], false];
  await answer(ref);
});

async function answer(of: MessageRef): Promise<void> {
  const how = { said, owner: 'o', leaseUntil: ref.createdAt + 60_000, generation: 0 };
  const turn = await store.claim(of, how);
  await store.answer(of, { owner: 'o', epoch: turn?.epoch ?? 0 }, reply, said);
  await store.finish(of, 'DELIVERED', [`reply-to-${of.messageId}`]);
}

const rate = (...call: Parameters<ReturnType<typeof openRate>>) =>
  openRate({
    store,
    tell: async (happening) => {
      if (isQueueAway) throw new Error('away');
      told.push(happening);
    },
    record: async ({ value }) => void recorded.push(value),
    now: () => ref.createdAt + 5_000,
    log: (event) => void lines.push(event),
  })(...call);
const of = { platform: 'talkjs', conversation: 'room', messageId: 'm1' } as const;

describe('a rating', () => {
  it.each([
    ['the message of the user', of],
    ['the message of the bot', { ...of, messageId: 'reply-to-m1' }],
    ['the message of the user and its time', ref],
  ])('finds its answer by %s', async (_, rated) => {
    expect(await rate(rated, { value: 'negative', comment: ' Wrong. ', by: 'alice' })).toBe(true);

    expect(await store.ratingOf(ref)).toEqual({
      value: 'negative',
      comment: 'Wrong.',
      by: 'alice',
      at: ref.createdAt + 5_000,
    });
  });

  it('is noted as a place of who gives it to what another one was answered', async () => {
    await rate(of, { value: 'positive', by: 'bob' });
    await rate({ ...of, messageId: 'm1' }, { value: 'negative', by: 'alice' });

    const where = (user: string) =>
      spokenBy(openTable(table.dynamo, 'table'), { platform: 'talkjs', user }, { limit: 9 });
    expect([(await where('bob')).entries, (await where('alice')).entries]).toMatchObject([
      [{ conversation: 'room' }],
      [],
    ]);
  });

  it('is told once for each value, without the contacts in it, and repeats change nothing', async () => {
    const dislike = { value: 'negative', comment: 'Write to ada@example.com' } as const;
    await rate(of, dislike);
    await rate(of, dislike);
    await rate(of, { value: 'positive' });
    await rate(of, dislike);

    expect(told.map(({ key, bot, data }) => ({ key, bot, data }))).toEqual([
      { key: 'm1:negative', bot: 'sales', data: expect.objectContaining({ comment: 'Write to [e-mail removed]' }) },
      { key: 'm1:positive', bot: 'sales', data: { message: 'm1', value: 'positive' } },
      { key: 'm1:negative', bot: 'sales', data: expect.anything() },
    ]);
    expect(lines).toEqual(['answer-rated', 'answer-rated', 'answer-rated']);
    expect(recorded).toEqual(['negative', 'positive', 'negative']);
  });

  it('is not kept before it is told', async () => {
    isQueueAway = true;
    await expect(rate(of, { value: 'negative' })).rejects.toThrow();

    expect(await store.ratingOf(ref)).toBeUndefined();
  });

  it('is the last word: what is liked by now is on no list of what is not', async () => {
    const noted = () => table.items().filter(({ pk }) => String(pk).startsWith('DISLIKED#')).length;
    await rate(of, { value: 'negative' });
    const disliked = noted();
    await rate(of, { value: 'positive' });

    expect([disliked, noted()]).toEqual([1, 0]);
    expect(await store.ratingsIn(of)).toMatchObject([{ value: 'positive' }]);
  });

  it('is taken back, and forgotten with its turn', async () => {
    // The conversation's own item keeps which turn to look at.
    const kept = () => table.items().filter(({ sk }) => sk !== '~');
    const before = kept().length;
    await rate(of, { value: 'negative' });
    await rate(of, undefined);
    const without = kept().length;
    await rate(of, { value: 'negative' });
    await store.erase(ref);

    expect(without).toBe(before);
    expect(kept()).toEqual([]);
  });

  it('has a comment of at most 1,000 characters', async () => {
    await rate(of, { value: 'negative', comment: '😀'.repeat(600) });

    expect((await store.ratingOf(ref))?.comment).toBe('😀'.repeat(500));
  });

  it('of what nobody said or answered is none', async () => {
    const open: MessageRef = { ...ref, messageId: 'm2', createdAt: ref.createdAt + 1 };
    await store.claim(open, { said, owner: 'o', leaseUntil: ref.createdAt + 60_000, generation: 0 });

    expect(await rate({ ...of, messageId: 'm2' }, { value: 'positive' })).toBe(false);
    expect(await rate({ ...of, messageId: 'nothing' }, { value: 'positive' })).toBe(false);
    expect(await rate({ ...of, conversation: 'elsewhere' }, { value: 'positive' })).toBe(false);
  });

  it('of a message that was answered with an earlier one is that one’s', async () => {
    const member: MessageRef = { ...ref, messageId: 'm2', createdAt: ref.createdAt + 1 };
    await store.merge(member, 'T#1760000000000#m1');

    expect(await rate({ ...of, messageId: 'm2' }, { value: 'positive' })).toBe(true);
    expect(await store.ratingOf(ref)).toMatchObject({ value: 'positive' });
  });
});
