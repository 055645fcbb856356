/** The inspection tool: `spend` tells who has cost what today. */
import { type Spent, whoSpent } from '../../lib/store/spent.ts';
import { toTable } from '../../lib/text/table.ts';
import type { Command, Options } from './command.ts';

export const spend: Command = {
  about: 'what was spent or set aside today (UTC), by --by user, platform or bot',
  takes: [],
  run: async (place, _args, { by, platform }) => {
    const { table } = await place.data();
    const spent = (await whoSpent(table, Date.now())).filter((one) => !platform || one.platform === platform);
    const rows = [...sums(spent, by)].map(([who, micros]) => ({ [by]: who, usd: micros / 1_000_000 }));
    rows.sort((a, b) => Number(b.usd) - Number(a.usd));
    return {
      text: rows.length === 0 ? 'Nothing was spent today, or there is no limit in dollars.' : toTable(rows),
      json: rows,
    };
  },
};

/** Millionths of a dollar by who spent them. */
function sums(spent: readonly Spent[], by: Options['by']): Map<string, number> {
  const all = new Map<string, number>();
  const add = (who: string, micros: number) => all.set(who, (all.get(who) ?? 0) + micros);
  for (const { platform, user, micros, bots } of spent) {
    if (by === 'bot') for (const [bot, of] of Object.entries(bots)) add(bot, of);
    else add(by === 'platform' ? platform : `${platform} ${user}`, micros);
  }
  return all;
}
