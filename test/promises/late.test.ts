/** A message that a platform carries out after nobody waited for it any more: the one thing that a key or a look must catch. */
import { describe, expect, it } from 'vitest';
import { openBotpress, openTalkjs } from '../harness/promises/doors.ts';
import { runOnce } from '../harness/promises/matrix.ts';
import { holdsOnPage } from '../harness/promises/reliability-page.ts';

/** Requests of ours that the platform answers before the message lands. */
const LATENESS = [0, 1, 2, 3];

const PLATFORMS = [
  ['TalkJS', openTalkjs, [0, 0, 0, 0]],
  // With the first request after it we look; what lands later cannot be seen.
  ['Botpress', openBotpress, [0, 1, 1, 1]],
] as const;

describe('a reply whose sending got no answer and that lands late', () => {
  const rows: string[] = [];

  it.each(PLATFORMS)(
    'is never lost at %s, and doubled only where no key and no look can tell',
    async (name, open, expected) => {
      const runs = await Promise.all(
        LATENESS.map((landsLate) => runOnce({ open, messages: 1, delivered: 'once', landsLate }, new Map())),
      );

      rows.push(`| ${[name, ...runs.map(({ doubled }) => doubled)].join(' | ')} |`);
      expect(runs.map(({ lost }) => lost)).toEqual([0, 0, 0, 0]);
      expect(runs.map(({ doubled }) => doubled)).toEqual(expected);
    },
  );

  it('is what the documentation says', () => {
    expect(rows).toHaveLength(PLATFORMS.length);
    holdsOnPage('late', [
      '| doubled when it lands | before our next request | after 1 request | after 2 | after 3 |',
      '|---|---|---|---|---|',
      ...rows,
    ]);
  });
});
