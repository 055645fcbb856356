/** Everything fails by chance, all at once, and every message is answered once and in order all the same. */
import { describe, expect, it } from 'vitest';
import { sized } from '../size.ts';
import { holdsOnPage } from './reliability-page.ts';
import { type StormOptions, type StormResult, storm } from './storm.ts';

/** Only there the figures are those of the documentation. */
const isProof = sized({ sample: false, all: false, proof: true });

/** The last seed; they begin with 1. */
const SEEDS = sized({ sample: 1, all: 2, proof: 25 });
const SIZE = sized({
  sample: { conversations: 10, messages: 4, faultRate: 0.1 },
  all: { conversations: 24, messages: 6, faultRate: 0.1 },
  proof: { conversations: 40, messages: 10, faultRate: 0.1 },
});

export function stormSuite(name: string, chat: StormOptions['chat']): void {
  const seeds = Array.from({ length: SEEDS }, (_, i) => i + 1);

  describe(`a storm at ${name}`, () => {
    const results: StormResult[] = [];

    it.each(seeds)('loses nothing, doubles nothing and mixes nothing up (seed %i)', async (seed) => {
      const result = await storm({ seed, ...SIZE, chat });

      results.push(result);
      console.log(`a storm at ${name}:`, JSON.stringify(result));
      expect(result).toMatchObject({ lost: 0, doubled: 0, misordered: 0, lostLogs: 0, crowded: 0 });
      // Of a webhook that is sent once, a queue that refuses it three times hears nothing more.
      const said = SIZE.conversations * SIZE.messages;
      expect(result.accepted).toBeGreaterThanOrEqual(Math.min(said - 2, said * 0.98));
      expect(result.faults).toBeGreaterThan(SIZE.conversations * SIZE.messages * 0.5);
    });

    if (!isProof) return;
    it('is what the documentation says', () => {
      const sum = (figure: keyof StormResult) => results.reduce((total, result) => total + result[figure], 0);
      const zeros = (['lost', 'doubled', 'misordered', 'lostLogs', 'crowded'] as const).map((one) => `**${sum(one)}**`);
      const counts = (['accepted', 'replies', 'faults'] as const).map((one) => sum(one).toLocaleString('en-US'));
      const size = `${SIZE.conversations} × ${SIZE.messages}`;

      holdsOnPage(`storms: ${name}`, [
        '| seeds | conversations × messages | accepted | replies | calls that went wrong | lost | doubled | misordered | answers without a record | Claude asked twice at once |',
        '|---|---|---|---|---|---|---|---|---|---|',
        `| ${[`1-${SEEDS}`, size, ...counts, ...zeros].join(' | ')} |`,
      ]);
    });
  });
}
