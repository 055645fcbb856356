/** The answer grows inside TalkJS, and a worker is struck at every outward call: what stays is the stored answer, once, and no mark. */
import { expect, it } from 'vitest';
import { type OpenDoor, openGrowingTalkjs } from '../harness/promises/doors.ts';
import { runOnce } from '../harness/promises/matrix.ts';
import { crashMatrix } from '../harness/promises/matrix-of.ts';
import { provenOnPage } from '../harness/promises/reliability-page.ts';

/** What still said that it was being written when nothing waited any more. */
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

it('grows in these runs', async () => {
  const { steps } = await runOnce({ open, messages: 1, delivered: 'once' }, new Map());

  expect(steps.filter((step) => step === 'TalkJS PUT')).toHaveLength(2);
});

// Edits are made while the answer is written.
crashMatrix('TalkJS, growing', open, { isQueued: true, toPage: provenOnPage });

it('leaves no mark in any of these runs', () => {
  expect(unfinished).toEqual([]);
});
