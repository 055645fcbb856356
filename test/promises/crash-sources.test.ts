import { expect, it } from 'vitest';
import { openBotpress, openTalkjs } from '../harness/promises/doors.ts';
import { runAll } from '../harness/promises/matrix.ts';

it.each([
  ['TalkJS', openTalkjs],
  ['Botpress', openBotpress],
])(
  '%s shows an answer with the sources that were stored with it, whichever outward call is struck',
  async (_name, open) => {
    const struck = ['killed before', 'killed after', 'failed before', 'failed after'] as const;

    const tally = await runAll({ open, messages: 1, delivered: 'once', cites: true }, struck, 1);

    expect(tally.faults.slice(0, 3)).toEqual([]);
    expect([tally.lost, tally.doubled, tally.lostLogs]).toEqual([0, 0, 0]);
    expect(tally.extraCalls).toBeGreaterThan(0);
    expect(tally.runs).toBeGreaterThan(4 * tally.calls);
  },
);
