import { describe, expect, it } from 'vitest';
import { formatFor, openShown, type Piece } from '../../../lib/http/pieces.ts';

function shownOf(deltas: readonly string[], stored: string): { pieces: Piece[]; text: string } {
  const pieces: Piece[] = [];
  const shown = openShown((piece) => pieces.push(piece));
  for (const delta of deltas) shown.text(delta);
  shown.rest({ text: stored });
  return { pieces, text: pieces.map((piece) => ('delta' in piece ? piece.delta : '')).join('') };
}

describe('what is shown', () => {
  it('is ended by what only the stored answer has', () => {
    expect(shownOf(['Half an ans'], 'Half an ans\n\n(cut short)').text).toBe('Half an ans\n\n(cut short)');
  });

  it('is followed by the sentence that took the place of the answer', () => {
    expect(shownOf(['Well, to do th'], 'Sorry, I cannot.').text).toBe('Well, to do th\n\nSorry, I cannot.');
  });

  it('has no empty pieces', () => {
    const { pieces } = shownOf(['', 'a', ''], 'a');

    expect(pieces).toEqual([{ delta: 'a' }]);
  });
});

describe('the format', () => {
  it.each([
    [null, 'x-ndjson'],
    ['*/*', 'x-ndjson'],
    ['application/x-ndjson', 'x-ndjson'],
    ['text/event-stream', 'event-stream'],
    ['Text/Event-Stream; q=0.9, */*', 'event-stream'],
  ])('for %s is %s', (accept, expected) => {
    expect(formatFor(accept).headers['content-type']).toContain(expected);
  });

  it('keeps a piece on one line, whatever it says', () => {
    const piece = { delta: 'one\ntwo\r\n\u2028three' };

    const [line, event] = [formatFor(null).frame(piece), formatFor('text/event-stream').frame(piece)];

    expect(line.split('\n')).toEqual([expect.any(String), '']);
    expect(JSON.parse(line)).toEqual(piece);
    expect(event).toBe(`data: ${line}\n`);
  });
});
