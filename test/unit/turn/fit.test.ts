import { describe, expect, it } from 'vitest';
import { sizes } from '../../../lib/bounds.ts';
import { fitReply as fitIn } from '../../../lib/turn/fit.ts';
import type { Reply } from '../../../lib/types.ts';
import { english } from '../../harness/english.ts';

const fitReply = (whole: Reply) => fitIn(whole, english);
const reply = (text: string) => ({ kind: 'answer', text, stop: 'end_turn' }) as const;

describe('a reply', () => {
  it.each(['x', 'é', '好', '👩‍🚀'])('of up to 100 KB of %s is kept as it is', (char) => {
    const whole = reply(char.repeat(Math.floor(sizes.replyBytes / Buffer.byteLength(char))));

    expect(fitReply(whole)).toBe(whole);
  });

  it.each(['x', 'é', '好', '👩‍🚀'])(
    'beyond 100 KB of %s is kept as far as it fits, and says that it was cut',
    (char) => {
      const text = char.repeat(200_000);
      const { text: kept, stop } = fitReply(reply(text));
      const [words = '', note] = kept.split('\n\n');

      expect(stop).toBe('too long');
      expect(note).toBe(english.cutShort);
      expect(text.startsWith(words)).toBe(true);
      expect(Buffer.byteLength(kept)).toBeLessThanOrEqual(sizes.replyBytes);
      expect(Buffer.byteLength(kept)).toBeGreaterThan(sizes.replyBytes - 300);
    },
  );

  it('that is cut in a block of code says so below the block', () => {
    const { text } = fitReply(reply(`Here it is:\n\n~~~ts\n${'const x = 1;\n'.repeat(20_000)}~~~\n`));

    expect(text.endsWith(`~~~\n\n${english.cutShort}`)).toBe(true);
  });

  it.each([
    ['of a longer fence', '````md\n```ts\n', 'x\n', '````'],
    ['in a quote', '> ```\n', '> x\n', '> ```'],
  ])('that is cut in a block %s ends that block', (_name, head, line, end) => {
    const { text } = fitReply(reply(`${head}${line.repeat(60_000)}`));

    expect(text.endsWith(`\n${end}\n\n${english.cutShort}`)).toBe(true);
  });

  it('of nothing but marks of code stays within its bytes', () => {
    const { text } = fitReply(reply('`'.repeat(200_000)));

    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(sizes.replyBytes);
  });
});
