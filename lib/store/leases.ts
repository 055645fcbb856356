/** The table, of leases: at most so many at once of something, exactly, however many ask. Each runs out by itself. */
import type { Table } from './items.ts';

/** What is leased, `max` times at once. */
export interface Lot {
  pk: string;
  prefix: string;
  max: number;
}

/** Somebody else took the place that was free a moment ago. */
const MAX_TRIES = 8;

/** Leases in `table`; `now` in ms. Throws `Later` when the table does not answer. */
export function openLeases(table: Table, now: () => number) {
  const key = ({ pk, prefix }: Lot, place: number) => ({ pk, sk: `${prefix}${place}` });

  /** The places that somebody has at this moment. */
  async function taken({ pk, prefix }: Lot): Promise<Set<number>> {
    const { items } = await table.list({ pk, prefix });
    return new Set(
      items.flatMap(({ sk, heldUntil }) => (Number(heldUntil) >= now() ? Number(sk.slice(prefix.length)) : [])),
    );
  }

  return {
    /** The place that `holder` has until that time (ms), or `undefined` when all of the lot are taken. */
    async take(lot: Lot, holder: string, until: number): Promise<number | undefined> {
      for (let tries = 0; tries < MAX_TRIES; tries++) {
        const held = await taken(lot);
        const free = Array.from({ length: lot.max }, (_, place) => place).filter((place) => !held.has(place));
        const place = free[Math.floor(Math.random() * free.length)];
        if (place === undefined) return undefined;
        const item = { ...key(lot, place), holder, heldUntil: until, expiresAt: Math.ceil(until / 1000) };
        const isMine = await table.add(item, {
          // The holder's own again: the client repeats a write whose answer was lost.
          condition: 'heldUntil < :now OR #holder = :holder',
          names: { '#holder': 'holder' },
          values: { ':now': now(), ':holder': holder },
        });
        if (isMine) return place;
      }
      return undefined;
    },

    /** Gives the place back, if `holder` still has it. */
    async release(lot: Lot, place: number, holder: string): Promise<void> {
      await table.remove(key(lot, place), {
        condition: '#holder = :holder',
        names: { '#holder': 'holder' },
        values: { ':holder': holder },
      });
    },
  };
}
