import { describe, expect, it } from 'vitest';
import { sizes } from '../../../lib/bounds.ts';
import { hear } from '../../../lib/turn/hear.ts';
import { english } from '../../harness/english.ts';
import fc from '../../harness/property.ts';

const message = { messageId: 'm', createdAt: 1, speaker: { id: 'ada' }, text: 'see', attachments: [] };
const file = { url: 'https://files.test/a.png', name: 'a.png' };

describe('what is kept of a message', () => {
  it('is all of it where it is within bounds', () => {
    const sent = { ...message, speaker: { id: 'ada', name: 'Ada' }, attachments: [file] };

    expect(hear(sent, { maxChars: 2_000, speech: english })).toEqual(sent);
  });

  it('is no more than 20 files, and says how many were left out', () => {
    const said = hear(
      { ...message, attachments: Array.from({ length: 25 }, () => file) },
      { maxChars: 2_000, speech: english },
    );

    expect(said.attachments).toHaveLength(20);
    expect(said.leftOut).toBe(5);
  });

  it('has no link over 4,096 bytes, whatever characters it is made of', () => {
    const links = ['x'.repeat(4_096), 'x'.repeat(4_097), 'é'.repeat(2_049)];
    const said = hear({ ...message, attachments: links.map((url) => ({ url })) }, { maxChars: 2_000, speech: english });

    expect(said.attachments).toEqual([{ url: links[0] }]);
    expect(said.leftOut).toBe(2);
  });

  it('has names of at most 255 bytes, and never half a character', () => {
    const name = '👩‍🚀'.repeat(100);
    const said = hear(
      { ...message, speaker: { id: 'ada', name }, attachments: [{ ...file, name }] },
      { maxChars: 2_000, speech: english },
    );

    for (const kept of [said.speaker.name, said.attachments[0]?.name]) {
      expect(name.startsWith(kept ?? '-')).toBe(true);
      expect(Buffer.byteLength(kept ?? '')).toBeGreaterThan(250);
      expect(Buffer.byteLength(kept ?? '')).toBeLessThanOrEqual(255);
    }
  });

  it.each([0, 1_000_000])('is no text over 100 KB with a limit of %s characters, but a sentence', (maxChars) => {
    const words = (bytes: number) => Array.from({ length: bytes / 8 }, (_, i) => `${i}`.padStart(7, 'w')).join(' ');

    expect(hear({ ...message, text: words(100 * 1024) }, { maxChars, speech: english })).not.toHaveProperty('refusal');
    expect(hear({ ...message, text: `${words(100 * 1024)} and` }, { maxChars, speech: english })).toMatchObject({
      text: '',
      refusal: expect.stringContaining('too long'),
    });
  });

  it('fits into the table whatever it is made of', () => {
    const text = fc.string({ unit: 'binary', maxLength: 3_000 });
    fc.assert(
      fc.property(
        text,
        text,
        fc.array(fc.record({ url: text, name: text }), { maxLength: 60 }),
        (words, name, files) => {
          const said = hear(
            { ...message, text: words, speaker: { id: 'ada', name }, attachments: files },
            { maxChars: 0, speech: english },
          );

          expect(JSON.stringify(said).isWellFormed()).toBe(true);
          for (const { url, name: shown = '' } of said.attachments) {
            expect(Buffer.byteLength(url)).toBeLessThanOrEqual(sizes.linkBytes);
            expect(Buffer.byteLength(shown)).toBeLessThanOrEqual(sizes.nameBytes);
          }
          expect(said.attachments.length + (said.leftOut ?? 0)).toBe(files.length);
        },
      ),
      { numRuns: 50 },
    );
  });
});
