import { expect, it } from 'vitest';
import { openVoice } from '../../../lib/claude/voice.ts';
import fc from '../../harness/property.ts';

const word = fc.constantFrom('a', 'bc', ' ', '\n', '\n\n', '\t', 'ü', '😀', '  x');

it('what is told is what the reply is made of, wherever the pieces and the calls fall', () => {
  fc.assert(
    fc.property(fc.array(fc.array(word), { minLength: 1, maxLength: 4 }), (calls) => {
      const told: string[] = [];
      const voice = openVoice((delta) => told.push(delta));
      for (const deltas of calls) {
        voice.begin();
        for (const delta of deltas) voice.text(delta);
      }

      const parts = calls.map((deltas) => deltas.join('').trim()).filter(Boolean);
      expect(told.join('')).toBe(parts.join('\n\n'));
      expect(told.every(Boolean)).toBe(true);
    }),
  );
});
