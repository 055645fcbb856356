import { describe, expect, it } from 'vitest';
import { matcherOf, valueAt } from '../../harness/filter-pattern.ts';

const line = { event: 'reply-delivered', kind: 'answer', ms: 12, usage: { tokens: 3 } };

describe('a filter pattern', () => {
  it.each([
    '{ $.event = "reply-delivered" }',
    '{ $.event = "reply-delivered" && $.kind = "answer" }',
    '{ $.event = "x" || $.kind = "answer" }',
    '{ ($.event = "x" && $.kind = "answer") || $.ms > 11 }',
    '{ $.kind != "notice" && $.usage.tokens <= 3 }',
    '{ $.error NOT EXISTS }',
  ])('%s matches', (pattern) => {
    expect(matcherOf(pattern)(line)).toBe(true);
  });

  it.each([
    '{ $.event = "reply" }',
    '{ $.event = "reply-delivered" && $.kind = "notice" }',
    '{ $.event = "x" && $.kind = "answer" || $.ms < 12 }',
    '{ $.error != "x" }',
    '{ $.ms = "12" }',
  ])('%s does not match', (pattern) => {
    expect(matcherOf(pattern)(line)).toBe(false);
  });

  it.each(['ERROR', '{ event = "x" }', '{ $.event = "x" } extra', '{ ($.event = "x" }', '{ $.event ~ "x" }'])(
    '%s is refused',
    (pattern) => {
      expect(() => matcherOf(pattern)).toThrow();
    },
  );
});

it('finds the value that a metric takes', () => {
  expect([valueAt(line, '$.ms'), valueAt(line, '$.usage.tokens'), valueAt(line, '$.no.such')]).toEqual([
    12,
    3,
    undefined,
  ]);
});
