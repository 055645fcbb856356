/** The answer grows inside TalkJS, and a worker is struck at every outward call: what stays is the stored answer, once, and no mark. */
import { expect, it } from 'vitest';
import { type OpenDoor, openGrowingTalkjs } from '../harness/promises/doors.ts';
import { runAll, runOnce } from '../harness/promises/matrix.ts';
import type { Blow } from '../harness/promises/mortal.ts';
import { sized } from '../harness/size.ts';

const limits = { messagesPerMinute: 100, userUsdPerDay: 1_000, totalUsdPerDay: 1_000 };

const BLOWS: readonly Blow[][] = [
  ['killed before', 'killed after'],
  ['failed before', 'failed after'],
  ['carried out twice'],
];

it('grows in these runs', async () => {
  const { steps } = await runOnce({ open: openGrowingTalkjs, messages: 1, delivered: 'once', limits }, new Map());

  expect(steps.filter((step) => step === 'TalkJS PUT')).toHaveLength(2);
});

it.each(BLOWS)('ends as the stored answer where a call is %s', async (...blows) => {
  const unfinished: string[] = [];
  const open: OpenDoor = (...world) => {
    const door = openGrowingTalkjs(...world);
    return {
      ...door,
      drain: async (untilMs) => {
        await door.drain(untilMs);
        const said = (await door.lines()).filter(({ isBot }) => isBot).map(({ text }) => text);
        unfinished.push(...said.filter((text) => text.includes('…')));
      },
    };
  };

  const tally = await runAll(
    { open, messages: 1, delivered: 'once', limits },
    blows,
    sized({ sample: 1, all: 1, proof: 2 }),
  );

  expect(tally.faults.slice(0, 3)).toEqual([]);
  expect([tally.lost, tally.doubled, tally.misordered, tally.lostLogs]).toEqual([0, 0, 0, 0]);
  expect(unfinished).toEqual([]);
  expect(tally.runs).toBeGreaterThan(tally.calls);
});
