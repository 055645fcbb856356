import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatFor, openShown, type Piece } from '../../../lib/http/pieces.ts';

const word = fc.constantFrom('a', 'bc', ' ', '\n', '\n\n', '\t', 'ü', '😀', '  x');

function shownOf(parts: readonly (readonly string[])[], stored: string): { pieces: Piece[]; text: string } {
  const pieces: Piece[] = [];
  const shown = openShown((piece) => pieces.push(piece));
  for (const [i, deltas] of parts.entries()) {
    if (i > 0) shown.tool('clock');
    for (const delta of deltas) shown.text(delta);
  }
  shown.rest(stored);
  return { pieces, text: pieces.map((piece) => ('delta' in piece ? piece.delta : '')).join('') };
}

/** As asking Claude puts together what was said around its tools. */
const storedOf = (parts: readonly (readonly string[])[]) =>
  parts
    .map((deltas) => deltas.join('').trim())
    .filter(Boolean)
    .join('\n\n');

describe('what is shown', () => {
  it('reads as what is stored, wherever the pieces and the tools fall', () => {
    fc.assert(
      fc.property(fc.array(fc.array(word), { minLength: 1, maxLength: 4 }), (parts) => {
        const stored = storedOf(parts);

        const { text } = shownOf(parts, stored);

        expect(text).toBe(stored);
      }),
    );
  });

  it('is ended by what only the stored answer has', () => {
    expect(shownOf([['Half an ans']], 'Half an ans\n\n(cut short)').text).toBe('Half an ans\n\n(cut short)');
  });

  it('is followed by the sentence that took the place of the answer', () => {
    expect(shownOf([['Well, to do th']], 'Sorry, I cannot.').text).toBe('Well, to do th\n\nSorry, I cannot.');
  });

  it('has no empty pieces', () => {
    const { pieces } = shownOf([[' ', 'a', ' ', '', '\n']], 'a');

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
    expect(formatFor(accept).contentType).toContain(expected);
  });

  it('keeps a piece on one line, whatever it says', () => {
    const piece = { delta: 'one\ntwo\r\n\u2028three' };

    const [line, event] = [formatFor(null).frame(piece), formatFor('text/event-stream').frame(piece)];

    expect(line.split('\n')).toEqual([expect.any(String), '']);
    expect(JSON.parse(line)).toEqual(piece);
    expect(event).toBe(`data: ${line}\n`);
  });
});
