import { describe, expect, it } from 'vitest';
import { Rejected } from '../../../lib/errors.ts';
import { bound } from '../../../lib/turn/bound.ts';
import { hear } from '../../../lib/turn/hear.ts';
import type { Sent } from '../../../lib/types.ts';
import { english } from '../../harness/english.ts';

const sent: Sent = {
  event: 'sent',
  platform: 'talkjs',
  conversation: 'c',
  messageId: 'm',
  createdAt: 1,
  speaker: { id: 'ada' },
  text: 'Hi',
  attachments: [],
};

describe('what comes in at a door', () => {
  it('is taken as it is where it is within bounds', () => {
    expect(bound(sent)).toEqual(sent);
  });

  it.each([
    { conversation: 'a\u0000team' },
    { messageId: 'm\n{"forged":1}' },
    { speaker: { id: 'ada\u0085' } },
    { among: ['eve\u0007'] },
    { conversation: 'x'.repeat(256) },
    { messageId: 'half \ud83d' },
  ])('is refused with an id that cannot be one: %j', (change) => {
    expect(() => bound({ ...sent, ...change })).toThrow(Rejected);
  });

  it('has each of the speaker’s words cut, and its files counted', () => {
    const speaker = { id: 'ada', name: 'é'.repeat(200), email: 'x'.repeat(300), phone: '1', role: 'agent' };
    const attachments = Array.from({ length: 30 }, () => ({ url: 'https://files.test/a' }));

    expect(bound({ ...sent, speaker, attachments })).toMatchObject({
      speaker: { name: 'é'.repeat(127), email: 'x'.repeat(255), phone: '1', role: 'agent' },
      leftOut: 10,
    });
  });

  it('tells Claude of the files that were left out, however often it is bounded', () => {
    const attachments = Array.from({ length: 30 }, () => ({ url: 'https://files.test/a' }));
    const once = bound({ ...sent, attachments }) as Sent;

    expect(hear(once, { maxChars: 2_000, speech: english }).leftOut).toBe(10);
  });

  it('weighs at most 1 MiB in a queue, whatever characters a body of 256 KB holds', () => {
    const url = `https://files.test/${'\ud83d\ude00'.repeat(1_000)}`;
    const attachments = Array.from({ length: 60 }, () => ({ url, name: url }));
    const json = JSON.stringify(bound({ ...sent, text: '\ud83d\ude00'.repeat(45_000), attachments }));
    const escaped = json.replace(/[\ud800-\udfff]/g, '\\u0000');

    expect(Buffer.byteLength(escaped)).toBeLessThan(1024 * 1024);
  });
});
