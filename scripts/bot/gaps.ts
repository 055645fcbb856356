/** The inspection tool: `gaps` tells which questions the documents of the bots did not answer. */
import { masked } from '../../lib/events/event.ts';
import { toTable } from '../../lib/text/table.ts';
import type { Command } from './command.ts';
import { notedTurns } from './noted-turns.ts';

export const gaps: Command = {
  about: 'which questions the documents had no answer to; --days',
  takes: [],
  run: async (place, _args, options) => {
    const noted = await notedTurns(place, 'MISSED', options);
    const rows = noted.flatMap(({ ref: { platform, conversation, messageId, createdAt }, turn }) => {
      const { reply, said = [] } = turn ?? {};
      // What was driven again may have been answered since.
      if (!reply?.missed) return [];
      const question = masked(said.map(({ text }) => text).join('\n'));
      const at = new Date(createdAt).toISOString();
      return [{ at, bot: reply.bot, platform, conversation, message: messageId, question }];
    });
    const none = `The documents had an answer to everything that was asked in the last ${options.days} days.`;
    return { text: rows.length === 0 ? none : toTable(rows), json: rows };
  },
};
