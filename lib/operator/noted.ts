/** Room of the operator: what the table has noted of turns in trouble. */
import type { Table } from '../store/items.ts';
import { dayOf, type Noted, type Trouble, troublesOn } from '../store/trouble.ts';
import type { PlatformName } from '../types.ts';

/** More than that on one day is an outage, and no list to read. */
const MOST_PER_DAY = 1_000;
const DAY_MS = 24 * 3_600_000;

/** Those of the last days, the newest first; some may have been answered since. */
export async function notedOf(
  table: Table,
  trouble: Trouble,
  { days, platform, now }: { days: number; platform?: PlatformName | undefined; now: number },
): Promise<Noted[]> {
  const dates = Array.from({ length: days }, (_, i) => dayOf(now - i * DAY_MS));
  const noted = await Promise.all(dates.map((day) => troublesOn(table, trouble, day, MOST_PER_DAY)));
  return noted.flat().filter((ref) => platform === undefined || ref.platform === platform);
}
