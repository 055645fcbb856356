/** The table, of events: which of them their receivers have had, so that a repeat that is known as one is not sent. */
import type { Table } from './items.ts';
import { gone, goneUser } from './keys.ts';

/** As long as a letter may lie among the dead and be sent again, and a little longer. */
const KEPT_SECONDS = 20 * 24 * 3600;

interface Letter {
  to: string;
  id: string;
  platform: Parameters<typeof gone>[0]['platform'];
  conversation: string;
  user?: string;
}

/** `now` in ms. Throws `Later` when the table does not answer. */
export function openTold(table: Pick<Table, 'read' | 'put'>, now: () => number) {
  const keyOf = ({ to, id }: Letter) => ({ pk: `TOLD#${id}`, sk: to });
  return {
    /** One read of up to three items: `forgotten` where conversation or user were, at or after `takenAt` (ms). */
    async look(letter: Letter, takenAt: number): Promise<'sent' | 'forgotten' | undefined> {
      const { platform, user } = letter;
      const whose = user === undefined ? [] : [goneUser({ platform, user })];
      const [mark, ...forgotten] = await table.read([keyOf(letter), gone(letter), ...whose]);
      if (mark) return 'sent';
      return forgotten.some((one) => Number(one?.at ?? 0) >= takenAt) ? 'forgotten' : undefined;
    },

    async note(letter: Letter): Promise<void> {
      await table.put({ ...keyOf(letter), at: now(), expiresAt: Math.floor(now() / 1000) + KEPT_SECONDS });
    },
  };
}
