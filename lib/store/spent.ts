/** The table, of what was spent: by whom, and on which bot. */
import { BOT, spendPartitions } from './counter-keys.ts';
import type { Table } from './items.ts';

/** What a user spent in a day, in millionths of a dollar. */
export interface Spent {
  platform: string;
  user: string;
  micros: number;
  /** By the name of the bot. */
  bots: Record<string, number>;
}

/** Everybody who spent something on the day that `now` (ms) lies in: 16 queries, and a page more for each 1 MB. */
export async function whoSpent(table: Pick<Table, 'query'>, now: number): Promise<Spent[]> {
  return (await Promise.all(spendPartitions(now).map((pk) => spentIn(table, pk)))).flat();
}

async function spentIn(table: Pick<Table, 'query'>, pk: string): Promise<Spent[]> {
  const all: Spent[] = [];
  for (let after: string | undefined; ; ) {
    const { items, next } = await table.query({ pk, from: ' ', to: '~', after });
    for (const { sk, ...counters } of items) {
      const bots = botsIn(counters);
      if (bots.length === 0) continue;
      const [platform = '', ...id] = sk.split('#');
      all.push({ platform, user: id.join('#'), micros: spentOf(counters), bots: Object.fromEntries(bots) });
    }
    if (next === undefined) return all;
    after = next;
  }
}

/** What one user's item of a day comes to, in millionths of a dollar. */
export function spentOf(counters: Readonly<Record<string, unknown>>): number {
  return botsIn(counters).reduce((sum, [, micros]) => sum + micros, 0);
}

function botsIn(counters: Readonly<Record<string, unknown>>): (readonly [string, number])[] {
  return Object.entries(counters).flatMap(([name, micros]) =>
    name.startsWith(BOT) ? [[name.slice(BOT.length), Number(micros)] as const] : [],
  );
}
