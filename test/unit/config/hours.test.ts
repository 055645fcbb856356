import { expect, it } from 'vitest';
import { type Hours, isOpen, nextOpening, parseHours } from '../../../lib/config/hours.ts';

function hours(text: string): Hours {
  const parsed = parseHours(text);
  if (typeof parsed === 'string') throw new Error(parsed);
  return parsed;
}

const office = hours('Mo-Fr 09:00-17:00, Sa 10:00-12:00; 2026-12-25 off Europe/Berlin');
const at = (iso: string) => Date.parse(iso);

it.each([
  ['2026-11-30T08:00:00Z', true, 'Monday, 09:00 in winter'],
  ['2026-11-30T07:59:59Z', false, 'a second before'],
  ['2026-11-30T16:00:00Z', false, 'when it ends'],
  ['2026-07-06T07:00:00Z', true, 'Monday, 09:00 in summer'],
  ['2026-11-28T09:30:00Z', true, 'Saturday, 10:30'],
  ['2026-11-29T10:00:00Z', false, 'Sunday'],
  ['2026-12-25T10:00:00Z', false, 'a Friday that is off'],
])('somebody is there at %s: %s (%s)', (iso, open) => {
  expect(isOpen(office, at(iso))).toBe(open);
});

it.each([
  ['2026-11-28T12:00:00Z', '2026-11-30T08:00:00.000Z', 'over a Sunday'],
  ['2026-12-24T18:00:00Z', '2026-12-26T09:00:00.000Z', 'over a day that is off'],
  ['2026-10-24T12:00:00Z', '2026-10-26T08:00:00.000Z', 'over the night in which summer ends'],
  ['2026-03-28T12:00:00Z', '2026-03-30T07:00:00.000Z', 'over the night in which it begins'],
])('after %s somebody is there again at %s (%s)', (iso, next) => {
  expect(new Date(nextOpening(office, at(iso)) ?? 0).toISOString()).toBe(next);
});

it('reads ranges past midnight, over the end of the week, and whole days', () => {
  const night = hours('Fr-Mo 22:00-02:00 UTC');
  const always = hours('Mo-Su 00:00-24:00 Asia/Tokyo');

  expect(isOpen(night, at('2026-11-30T01:59:00Z'))).toBe(true);
  expect(isOpen(night, at('2026-12-01T01:59:00Z'))).toBe(true);
  expect(isOpen(night, at('2026-12-01T22:00:00Z'))).toBe(false);
  for (const hour of [0, 6, 12, 18, 23])
    expect(isOpen(always, at('2026-11-29T00:00:00Z') + hour * 3_600_000)).toBe(true);
});

it.each([
  ['Mo-Fr 9-17 Europe/Berlin', /must look like/],
  ['Mo-Fr 09:00-25:00 Europe/Berlin', /must look like/],
  ['Mo-Xx 09:00-17:00 Europe/Berlin', /must look like/],
  ['Mo-Fr 09:00-17:00', /must look like/],
  ['Mo-Fr 09:00-17:00 Europe/Berlyn', /there is no Europe\/Berlyn/],
  ['', /must look like/],
])('refuses %j', (text, problem) => {
  expect(parseHours(text)).toMatch(problem);
});
