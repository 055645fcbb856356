import { expect, it } from 'vitest';
import { retryAfterMs } from '../../../../lib/platforms/kit/retry-after.ts';

const now = Date.parse('2026-11-28T12:00:00Z');

it.each([
  ['seconds', { 'retry-after': '7' }, 7_000],
  ['zero', { 'retry-after': '0' }, 0],
  ['parts of a second', { 'retry-after': '0.5' }, 500],
  ['a date', { 'retry-after': 'Sat, 28 Nov 2026 12:01:00 GMT' }, 60_000],
  ['milliseconds, which are more exact', { 'retry-after': '7', 'retry-after-ms': '6500' }, 6_500],
  ['milliseconds that are nonsense beside seconds', { 'retry-after': '7', 'retry-after-ms': '-1' }, 7_000],
  ['a date that is over', { 'retry-after': 'Sat, 28 Nov 2026 11:59:00 GMT' }, undefined],
  ['a number below nothing', { 'retry-after': '-5' }, undefined],
  ['a number without end', { 'retry-after': '1e99' }, undefined],
  ['words', { 'retry-after': 'soon' }, undefined],
  ['nothing', {}, undefined],
])('a server that asks to wait with %s is understood', (_, headers, expected) => {
  expect(retryAfterMs(new Headers(Object.entries(headers)), now)).toBe(expected);
});
