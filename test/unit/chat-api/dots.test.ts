/** The dots of a window, by the clock. */
import { describe, expect, it } from 'vitest';
import { openDots } from '../../../lib/chat-api/dots.ts';

const waiting = ['01ARZ3NDEKTSV4RRFFQ69G5FAV'];
const typeOf = (text: string) => (text === '' ? undefined : JSON.parse(text.slice('data: '.length)).type);
const entry = (at: number, waits: readonly string[] = []) =>
  ({ seq: 1, at, ref: '', signal: '{}', messageAt: 0, ...(waits.length > 0 ? { waiting: waits } : {}) }) as const;

describe('dots', () => {
  it('are shown while a message waits, again before the widget lets them go, and end with the answer', () => {
    const dots = openDots('c', undefined);
    const none = dots.due(1_000);
    dots.hear(entry(1_000, waiting));

    const shown = [1_000, 2_000, 5_000].map((now) => typeOf(dots.due(now).text));
    dots.hear(entry(6_000));
    const ended = [6_000, 7_000].map((now) => typeOf(dots.due(now).text));

    expect(none).toEqual({ text: '', next: Number.POSITIVE_INFINITY });
    expect(shown).toEqual(['typing_started', undefined, 'typing_started']);
    expect(ended).toEqual(['typing_stopped', undefined]);
  });

  it('are shown in a window that is opened meanwhile', () => {
    expect(typeOf(openDots('c', entry(1_000, waiting)).due(3_000).text)).toBe('typing_started');
    expect(typeOf(openDots('c', entry(1_000)).due(3_000).text)).toBeUndefined();
  });

  it('end half a minute after the last sign of life: a team may have taken over', () => {
    const dots = openDots('c', entry(0, waiting));
    const first = typeOf(dots.due(0).text);
    dots.hear(entry(20_000, waiting));

    expect([first, typeOf(dots.due(31_000).text), typeOf(dots.due(50_000).text)]).toEqual([
      'typing_started',
      'typing_started',
      'typing_stopped',
    ]);
  });
});
