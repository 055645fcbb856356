/** Everything fails by chance, all at once, and every message is answered once and in order all the same. */
import { describe, expect, it } from 'vitest';
import { type StormOptions, storm } from './storm.ts';

/** Small: the many and the large are for `npm run storm`. */
const SIZE = { conversations: 24, messages: 6, faultRate: 0.1 };

export function stormSuite(name: string, chat: StormOptions['chat']): void {
  describe(`a storm at ${name}`, () => {
    it('loses nothing, doubles nothing and mixes nothing up', async () => {
      const result = await storm({ seed: 1, ...SIZE, chat });

      console.log(`a storm at ${name}:`, JSON.stringify(result));
      expect(result).toMatchObject({ lost: 0, doubled: 0, misordered: 0, lostLogs: 0, crowded: 0 });
      expect(result.accepted).toBeGreaterThanOrEqual(SIZE.conversations * SIZE.messages - 2);
      expect(result.faults).toBeGreaterThan(SIZE.conversations * SIZE.messages * 0.5);
    });
  });
}
