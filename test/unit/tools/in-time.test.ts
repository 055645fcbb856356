/** Tools: a time limit that outlives its tool harms nobody. */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { inTime } from '../../../lib/tools/in-time.ts';

const context = { signal: new AbortController().signal };

it('a tool that throws at once leaves no rejection behind that nobody hears', async () => {
  const unheard: unknown[] = [];
  const hear = (reason: unknown) => unheard.push(reason);
  process.on('unhandledRejection', hear);

  const failed = inTime(context, 5, () => {
    throw new Error('no number');
  });
  await expect(failed).rejects.toThrow('no number');
  const over = AbortSignal.timeout(5);
  while (!over.aborted) await sleep(5);
  await sleep(20);

  process.off('unhandledRejection', hear);
  expect(unheard).toEqual([]);
});

it('a tool that does not listen is given up', async () => {
  await expect(inTime(context, 5, () => new Promise(() => {}))).rejects.toThrow('given up');
});
