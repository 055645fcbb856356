import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readReactions } from '../../../../lib/platforms/talkjs/reactions.ts';

const everybody = () => true;

it.each<[string, unknown]>([
  ['counts', { '👎': 2, '👀': 1 }],
  ['objects with a count', { '👎': { count: 1, createdAt: 5, currentUserReacted: false } }],
  ['users', { '👎': ['alice'] }],
  ['objects with users', { '👎': { count: 1, users: [{ userId: 'alice', createdAt: 5 }] } }],
  ['a map of users', { '👎': { alice: { createdAt: 5 } } }],
  ['a list with an emoji each', [{ emoji: '👎', userId: 'alice', createdAt: 5 }]],
  ['a list with counts', [{ emoji: '👎', count: 3 }]],
  ['a list of emoji', ['👎']],
])('a dislike is understood in %s', (_, reactions) => {
  expect(readReactions(reactions, everybody)).toMatchObject({ value: 'negative' });
});

it.each(['👍', '👍🏽', '❤️', '❤', '🎉', ':+1:', ':thumbsup:'])('%s is a like', (emoji) => {
  expect(readReactions({ [emoji]: ['alice'] }, everybody)).toEqual({ value: 'positive', by: 'alice' });
});

it('whose reaction is the last has the last word; where nobody says when, a dislike has it', () => {
  const timed = [
    { emoji: '👎', userId: 'alice', createdAt: 1 },
    { emoji: '👍', userId: 'bob', createdAt: 2 },
  ];

  expect(readReactions(timed, everybody)).toEqual({ value: 'positive', by: 'bob' });
  expect(readReactions({ '👍': ['bob'], '👎': ['alice'] }, everybody)).toEqual({ value: 'negative', by: 'alice' });
});

it('only those count who take part', () => {
  const reactions = { '👍': ['alice'], '👎': ['mallory'] };

  expect(readReactions(reactions, (id) => id === 'alice')).toEqual({ value: 'positive', by: 'alice' });
});

it.each([[{}], [[]], [null], [undefined], [{ '👎': 0 }], [{ '👎': [] }], [{ '👀': 3 }]])(
  '%j says nothing',
  (reactions) => {
    expect(readReactions(reactions, everybody)).toBe('none');
  },
);

it.each([['👎'], [7], [{ '👎': null }], [[{ user: 'alice' }]]])('%j is unknown', (reactions) => {
  expect(readReactions(reactions, everybody)).toBe('unknown');
});

it('whatever comes is read or not understood, and never thrown at', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (raw) => {
      const reaction = readReactions(raw, everybody);
      expect(typeof reaction === 'string' || reaction.value).toBeTruthy();
    }),
  );
});
