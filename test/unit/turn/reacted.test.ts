import { expect, it } from 'vitest';
import { talkjsLately } from '../../../lib/platforms/talkjs/lately.ts';
import type { Rated } from '../../../lib/turn/rate.ts';
import { rateReacted } from '../../../lib/turn/reacted.ts';
import type { Rating } from '../../../lib/types.ts';

const lately = () => talkjsLately({ ours: [{ name: 'default', userId: 'claude' }] }, () => Promise.reject(new Error()));
const conversation = {
  id: 'room',
  raw: { id: 'room', participants: { alice: {}, claude: {} } },
  lastMessageAt: undefined,
  hasBot: true,
};

async function react(listed: { id: string; answer: string; reactions: unknown }[], known: Rating[] = []) {
  const given: [Rated, Omit<Rating, 'at'> | undefined][] = [];
  const lines: string[] = [];
  const deps = {
    lately: lately(),
    store: { ratingsIn: async () => known.map((one) => ({ ...one, turn: 'T#1760000000000#m1' })) },
    rate: async (...call: (typeof given)[number]) => Boolean(given.push(call)),
    log: (event: string) => void lines.push(event),
  };
  await rateReacted(deps, conversation, listed);
  return { given, lines };
}

it('an answer of several messages has one rating, a dislike where they differ', async () => {
  const { given } = await react([
    { id: 'part-1', answer: 'm1', reactions: { '👎': ['alice'] } },
    { id: 'part-2', answer: 'm1', reactions: { '👍': ['alice'] } },
  ]);

  expect(given).toMatchObject([[{ messageId: 'part-1' }, { value: 'negative', by: 'alice' }]]);
});

it('what is known is not rated again', async () => {
  const known: Rating = { value: 'negative', message: 'one', at: 1 };

  const { given } = await react([{ id: 'one', answer: 'm1', reactions: { '👎': ['alice'] } }], [known]);

  expect(given).toEqual([]);
});

it('a reaction that is there no more takes its rating back, and no other', async () => {
  const known: Rating = { value: 'negative', message: 'one', at: 1 };
  const by = (given: Awaited<ReturnType<typeof react>>['given']) =>
    given.map(([{ messageId }, one]) => [messageId, one]);

  const gone = await react([{ id: 'one', answer: 'm1', reactions: {} }], [known]);
  const elsewhere = await react([{ id: 'two', answer: 'm2', reactions: {} }], [known]);
  const unclear = await react([{ id: 'one', answer: 'm1', reactions: 'thumbs' }], [known]);
  const operators = await react([{ id: 'one', answer: 'm1', reactions: {} }], [{ value: 'negative', at: 1 }]);

  expect(by(gone.given)).toEqual([['one', undefined]]);
  expect([elsewhere, unclear, operators].map(({ given }) => given)).toEqual([[], [], []]);
});

it('a shape that is not understood is told once, and rates nothing', async () => {
  const { given, lines } = await react([
    { id: 'one', answer: 'm1', reactions: 'thumbs' },
    { id: 'two', answer: 'm2', reactions: 7 },
  ]);

  expect([given, lines]).toEqual([[], ['reactions-not-understood']]);
});
