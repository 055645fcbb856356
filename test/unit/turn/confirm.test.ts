/** An answer to a question of a tool, where the choices are buttons and where they are a list. */
import { expect, it } from 'vitest';
import { questionFor, saysYes } from '../../../lib/turn/confirm.ts';
import type { Turn } from '../../../lib/types.ts';

const ASKED_AT = 1_000;

const asking: Turn = {
  ...{ sk: 'T#0000000000900#ask', messageId: 'ask', generation: 0, epoch: 1, state: 'DELIVERED', said: [] },
  reply: {
    ...{ kind: 'answer', text: 'Shall I?', stop: 'end_turn', choices: ['Ja', 'Nein'] },
    pending: { tool: 'cancel', version: '1', input: '{}', speaker: 'alice', askedAt: ASKED_AT },
  },
};

function answered(text: string, isListed: boolean) {
  const said = [{ messageId: 'answer', createdAt: 1_500, speaker: { id: 'alice' }, text, attachments: [] }];
  const turn: Turn = { sk: 'T#0000000001500#answer', messageId: 'answer', generation: 0, epoch: 1, said };
  const answering = { turn, takenAt: 1_500, behind: [] };
  const open = questionFor([asking], answering);
  return open && saysYes(open, [asking], answering, { now: 2_000, isListed });
}

it.each(['1', ' 1 ', '1.', '1)', '１', 'ja'])('is a yes as %j where the choices are a list', (text) => {
  expect(answered(text, true)).toBe(true);
});

it.each(['2', '0', '3', '11', '1 2', '1?', '-1', 'nein'])('is none as %j where the choices are a list', (text) => {
  expect(answered(text, true)).toBe(false);
});

it('is none by its number where there are buttons', () => {
  expect(answered('1', false)).toBe(false);
});
