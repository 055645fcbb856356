import { describe, expect, it } from 'vitest';
import type { Compose, ComposeInput } from '../../../lib/turn/compose.ts';
import { disclosing } from '../../../lib/turn/disclosure.ts';
import type { Reply, Turn } from '../../../lib/types.ts';

const DISCLOSURE = 'You are talking to a machine.';

const answer: Reply = { kind: 'answer', text: 'It is noon.', stop: 'end_turn' };
const notice: Reply = { kind: 'notice', text: 'Sorry.', stop: 'refusal' };

function turn(n: number, state: Turn['state'], reply?: Reply): Turn {
  const replied = reply ? { reply } : {};
  return { sk: `T#${n}`, messageId: `m${n}`, state: state ?? 'CLAIMED', said: [], generation: 0, epoch: 1, ...replied };
}

/** What a reader was shown and what is stored, where Claude says `pieces` and that comes to `reply`. */
async function composed(before: Turn[], reply: Reply, pieces: (string | 'retract')[] = []) {
  let shown = '';
  const inner: Compose = async ({ listener }) => {
    for (const piece of pieces) piece === 'retract' ? listener?.onRetract?.() : listener?.onText(piece);
    return { reply };
  };
  const input = {
    turn: turn(9, 'CLAIMED'),
    recent: { turns: before, conversation: { owner: 'bot', team: [] } },
    listener: {
      onText: (delta: string) => {
        shown += delta;
      },
      onTool: () => {},
      isRetractable: true,
      onRetract: () => {
        shown = '';
      },
    },
  } as unknown as ComposeInput;
  const result = await disclosing(inner, { name: 'default', disclosure: DISCLOSURE })(input);
  const stored = 'reply' in result ? result.reply : undefined;
  return { told: { shown, text: stored?.text }, text: stored?.text, reply: stored };
}

const OPENED = `${DISCLOSURE}\n\nIt is noon.`;

describe('a disclosure', () => {
  it('stands in front of the first answer, as it is stored and as it is shown while it grows', async () => {
    expect((await composed([], answer, ['It is', ' noon.'])).told).toEqual({ shown: OPENED, text: OPENED });
  });

  it('leaves the sources of the answer where the words are that they stand behind', async () => {
    const sources = [{ n: 1, title: 'Clock', quote: 'noon', at: answer.text.length }];

    const { reply } = await composed([], { ...answer, sources });

    expect(reply?.sources?.map(({ at }) => reply.text.slice(0, at))).toEqual([OPENED]);
  });

  it('is shown once where an answer that broke off begins anew', async () => {
    expect((await composed([], answer, ['It i', 'retract', 'It is', ' noon.'])).told).toEqual({
      shown: OPENED,
      text: OPENED,
    });
  });

  it.each([
    ['an answer that is out', [turn(1, 'DELIVERED', answer)]],
    ['an answer that is stored', [turn(1, 'ANSWERED', answer), turn(2, 'MERGED')]],
  ])('is not said again behind %s', async (_what, before) => {
    expect((await composed(before, answer)).text).toBe(answer.text);
  });

  it.each([
    ['an apology', [turn(1, 'FAILED', { ...notice, kind: 'apology' })]],
    ['a limit that was told', [turn(1, 'DELIVERED', notice)]],
    ['an answer that never got there', [turn(1, 'FAILED', answer)]],
    ['another bot’s answer', [turn(1, 'DELIVERED', { ...answer, bot: 'sales' })]],
    ['what it said unasked', [turn(1, 'DELIVERED', { ...answer, stop: 'unasked', to: 'alice' })]],
    ['what a human said', [turn(1, 'SKIPPED')]],
    ['its own turn, done again', [turn(9, 'ANSWERED', answer)]],
  ])('is said behind %s', async (_what, before) => {
    expect((await composed(before, answer)).text).toBe(OPENED);
  });

  it('is no part of a sentence of ours, unless words of Claude were shown behind it', async () => {
    expect((await composed([], notice)).text).toBe('Sorry.');
    expect((await composed([], { ...notice, text: 'I w\n\nSorry.' }, ['I w'])).told).toEqual({
      shown: `${DISCLOSURE}\n\nI w`,
      text: `${DISCLOSURE}\n\nI w\n\nSorry.`,
    });
  });
});
