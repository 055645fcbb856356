import { expect, it } from 'vitest';
import { dropLetters } from '../../../lib/operator/drop-letters.ts';
import type { OperatorDeps } from '../../../lib/operator/verb.ts';
import type { Letters } from '../../../lib/queue/letters.ts';

const nobody = { isTurn: () => false, isEvent: () => false, isRecord: () => false, parked: [] };
const none: Letters = { sift: async () => 0, held: async () => 0 };

/** Each look at the clock takes a second. */
function deps(given: Partial<Record<'deadTurns' | 'deadEvents' | 'deadRecords', Letters>>, until?: number) {
  let at = 0;
  const now = () => (at += 1_000);
  const letters = { deadTurns: none, deadEvents: none, deadRecords: none, ...given };
  return { ...letters, now, ...(until === undefined ? {} : { until }) } as OperatorDeps;
}

it('says what is still held when there is no time left', async () => {
  const held = { ...none, held: async () => 2 };

  expect(await dropLetters(deps({ deadRecords: held }, 3_000), nobody)).toEqual({
    dropped: 0,
    areAllSeen: false,
    held: 2,
  });
});

it('says that it has not seen all where the time was over before', async () => {
  expect(await dropLetters(deps({}, 500), nobody)).toEqual({ dropped: 0, areAllSeen: false, held: 0 });
});

it('looks again when what was held is given back', async () => {
  const counts = [1, 1, 0, 0];
  const finds = [0, 1];
  const letters = { sift: async () => finds.shift() ?? 0, held: async () => counts.shift() ?? 0 };

  expect(await dropLetters(deps({ deadEvents: letters }), nobody)).toEqual({ dropped: 1, areAllSeen: true, held: 0 });
});

it('does not wait for turns, which have a consumer', async () => {
  const letters = { sift: async () => 3, held: async () => 9 };

  expect(await dropLetters(deps({ deadTurns: letters }), nobody)).toEqual({ dropped: 3, areAllSeen: true, held: 0 });
});
