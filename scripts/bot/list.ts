/** The inspection tool: `list --failed` tells which messages got an apology, or nothing. */

import { dayOf, failuresOn } from '../../lib/store/failures.ts';
import { partsOfSk, turnSk } from '../../lib/store/store.ts';
import { CannotRun, type Command } from './command.ts';
import { toTable } from './table.ts';

/** More than that on one day is an outage, and no list to read. */
const MOST_PER_DAY = 1_000;
const DAY_MS = 24 * 3_600_000;

export const list: Command = {
  about: 'with --failed: messages that could not be answered (--days 7)',
  takes: [],
  run: async (place, _args, { failed, days, platform }) => {
    if (!failed) throw new CannotRun('Say what to list: `npm run bot -- list --failed`.');
    const { store, table } = await place.data();
    const dates = Array.from({ length: days }, (_, i) => dayOf(Date.now() - i * DAY_MS));
    const noted = (await Promise.all(dates.map((day) => failuresOn(table, day, MOST_PER_DAY)))).flat();
    const turns = await Promise.all(noted.map((ref) => store.find(ref)));
    // What was driven again and answered since is no failure any more.
    const rows = noted.flatMap((ref, i) => {
      const turn = turns[i];
      if (turn?.state !== 'FAILED' || (platform && ref.platform !== platform)) return [];
      const { createdAt, messageId } = partsOfSk(turnSk(ref));
      const at = new Date(createdAt).toISOString();
      const { platform: of, conversation } = ref;
      return [{ at, platform: of, conversation, message: messageId, attempts: turn.epoch, stop: turn.reply?.stop }];
    });
    return {
      text: rows.length === 0 ? `No message failed in the last ${days} days.` : toTable(rows),
      json: rows,
    };
  },
};
