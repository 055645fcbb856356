import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { withTables } from '../../../scripts/scale/document.ts';
import { type Load, simulate } from '../../../scripts/scale/simulate.ts';
import { strangerTable } from '../../../scripts/scale/stranger.ts';
import { tables } from '../../../scripts/scale/tables.ts';

const pages = { scale: tables, limits: strangerTable };

it.each(Object.entries(pages))('stands in docs/%s.md as `npm run scale` prints it', (name, print) => {
  const page = readFileSync(path.resolve(import.meta.dirname, `../../../docs/${name}.md`), 'utf8');

  expect(page).toBe(withTables(page, print()));
});

describe('the simulation', () => {
  const calm: Load = { messagesPerMinute: 60, workers: 10, minutes: 30 };

  it('gives the same numbers for the same load', () => {
    expect(simulate(calm)).toEqual(simulate(calm));
  });

  it('answers everything that comes while there are workers enough, each in about the time that Claude takes', () => {
    const { arrived, answered, median } = simulate(calm);

    expect(arrived).toBeGreaterThan(1_600);
    expect(arrived - answered).toBeLessThan(20);
    expect(median).toBeGreaterThan(3);
    expect(median).toBeLessThan(6);
  });

  it('never has more workers busy than there are', () => {
    const { busySeconds, arrived, answered } = simulate({ ...calm, messagesPerMinute: 6_000, workers: 3 });

    expect(answered).toBeLessThan(arrived);
    expect(busySeconds).toBeGreaterThan(3 * 30 * 60 * 0.95);
    expect(busySeconds).toBeLessThan(3 * (30 * 60 + 20));
  });

  it('answers what waits in one conversation together', () => {
    const { turns, answered } = simulate({ ...calm, messagesPerMinute: 600, workers: 1 });

    expect(answered / turns).toBeGreaterThan(2);
  });

  it('lets no more answers out than the platform takes', () => {
    const { turns, answered, median } = simulate({
      ...calm,
      messagesPerMinute: 300,
      workers: 100,
      outbound: { perSecond: 1, burst: 60 },
    });

    expect(turns).toBeGreaterThan(8_000);
    expect(answered).toBeLessThanOrEqual((60 + 30 * 60) * 1.05);
    expect(median).toBeGreaterThan(60);
  });
});
