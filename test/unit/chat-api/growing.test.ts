/** An answer that grows in a window, as the widget would put it on the screen. */
import { expect, it } from 'vitest';
import { openGrowing } from '../../../lib/chat-api/growing.ts';
import type { Signal } from '../../../lib/chat-api/models.ts';

const about = { conversationId: 'c', userId: 'bot:claude', createdAt: '2026-01-01T00:00:00.000Z' };

const piece = (streamId: string, sequence: number, delta: string): Signal => ({
  type: 'message_stream_delta',
  data: { streamId, sequence, delta, ...about },
});
const abort = (streamId: string): Signal => ({ type: 'message_stream_abort', data: { streamId, conversationId: 'c' } });
const message = (id: string, text: string, isBot = true): Signal => ({
  type: 'message_created',
  data: { ...about, id, payload: { type: 'text', text }, isBot },
});

/** The texts on the screen after these signals: a message takes the place of one with its `clientMessageId`, else of its id. */
function screen(signals: readonly Signal[], known: readonly string[] = []) {
  const grow = openGrowing(new Set(known));
  const shown = new Map<string, string>();
  for (const signal of signals) {
    const told = grow(signal);
    if (told?.type !== 'message_created' && told?.type !== 'message_updated') continue;
    const { id, metadata, payload } = told.data;
    shown.set(String(metadata?.clientMessageId ?? id), String(payload.type === 'text' && payload.text));
  }
  return [...shown.values()];
}

it('shows what has come, in one message, and the message itself in its place', () => {
  const growing = [message('q', 'question', false), piece('s', 0, 'Hel'), piece('s', 1, 'lo')];

  expect(screen(growing)).toEqual(['question', 'Hello']);
  expect(screen([...growing, message('a', 'Hello!')])).toEqual(['question', 'Hello!']);
});

it('begins anew where an attempt was taken back, and an apology takes its place', () => {
  const taken = [piece('s', 0, 'Wrong'), abort('s')];

  expect(screen(taken)).toEqual(['…']);
  expect(screen([...taken, piece('s', 0, 'Right')])).toEqual(['Right']);
  expect(screen([...taken, message('a', 'Sorry')])).toEqual(['Sorry']);
});

it('leaves a user’s own message between the pieces alone', () => {
  const signals = [piece('s', 0, 'One'), message('q', 'more', false), piece('s', 1, ' two'), message('a', 'One two')];

  expect(screen(signals)).toEqual(['One two', 'more']);
});

it('shows nothing of what began before the window, or stands in it already', () => {
  expect(screen([piece('s', 3, 'end'), message('a', 'all of it')])).toEqual(['all of it']);
  expect(screen([piece('s', 0, 'known'), abort('s')], ['s'])).toEqual([]);
});
