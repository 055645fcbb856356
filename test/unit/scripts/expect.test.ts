import { describe, expect, it } from 'vitest';
import type { Expectation } from '../../../scripts/eval/case.ts';
import { unmet } from '../../../scripts/eval/expect.ts';

const answered = {
  text: 'A refund is paid\nwithin 14 days of the day on which we have the parcel back.',
  cites: ['refunds.md'],
  calls: [{ name: 'look_up', input: { order: 'A-1', items: [{ id: 1, n: 2 }], exact: true } }],
  usd: 0.002,
};

describe('what is expected of an answer', () => {
  it.each<[Expectation, boolean]>([
    [{ contains: 'PAID WITHIN' }, true],
    [{ contains: ['paid', '30 days'] }, false],
    [{ notContains: 'sorry' }, true],
    [{ notContains: ['sorry', 'Refund'] }, false],
    [{ matches: '\\d+ days' }, true],
    [{ matches: '^within' }, false],
    [{ cites: 'refunds.md' }, true],
    [{ cites: 'other.md' }, false],
    [{ calls: 'look_up' }, true],
    [{ calls: { name: 'look_up', input: { order: 'A-1', items: [{ id: 1 }] } } }, true],
    [{ calls: { name: 'look_up', input: { order: 'A-2' } } }, false],
    [{ calls: { name: 'look_up', input: { items: { id: 1 } } } }, false],
    [{ calls: 'cancel' }, false],
    [{ language: 'en' }, true],
    [{ language: 'de' }, false],
    [{ maxUsd: 0.002 }, true],
    [{ maxUsd: 0.001 }, false],
    [{ maxWords: 17 }, true],
    [{ maxWords: 16 }, false],
    [{ contains: 'paid', maxWords: 1 }, false],
  ])('%j: %s', (expectation, isMet) => {
    expect(unmet(expectation, answered).length === 0).toBe(isMet);
  });

  it('is told with what there is instead', () => {
    expect(unmet({ cites: 'other.md', maxWords: 3 }, answered)).toEqual([
      'does not cite other.md, but refunds.md',
      'has 17 words, more than 3',
    ]);
  });
});
