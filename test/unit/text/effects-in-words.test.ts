/** What became of calls that act, in our words. */
import { expect, it } from 'vitest';
import { effectsInWords } from '../../../lib/text/effects-in-words.ts';
import type { EffectState } from '../../../lib/types.ts';
import { english } from '../../harness/english.ts';

const words = (...effects: [tool: string, state: EffectState][]) =>
  effectsInWords(
    effects.map(([tool, state]) => ({ tool, state, input: '{}' })),
    english,
  );

it('names what was done, what was refused, and what nobody knows of, each once', () => {
  expect(
    words(['cancel_order', 'DONE'], ['cancel_order', 'DONE'], ['refund', 'REFUSED'], ['send_mail', 'UNKNOWN']),
  ).toEqual(['This was done: cancel order.', 'This was not done: refund.', english.mayBeDone(['send mail'])]);
});

it('takes nothing for refused that was done, or may have been, with another input', () => {
  expect(words(['book', 'REFUSED'], ['book', 'DONE'])).toEqual(['This was done: book.']);
  expect(words(['book', 'REFUSED'], ['book', 'UNKNOWN'])).toEqual([english.mayBeDone(['book'])]);
});

it('says nothing of what the user did not want', () => {
  expect(words(['refund', 'DECLINED'])).toEqual([]);
});
