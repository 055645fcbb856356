import { expect, it } from 'vitest';
import { bodyOf, eventIdOf, type Happening, masked } from '../../../lib/events/event.ts';
import { inFormat } from '../../../lib/events/formats.ts';

const happening: Happening = {
  ...{ type: 'handoff.requested', key: 'm1', at: 0, platform: 'talkjs', conversation: 'c', bot: 'default' },
  messageId: 'm1',
  user: 'ada',
  text: 'Somebody is needed.',
  data: { messages: [{ by: 'user', text: 'Hello <!channel> & [pay](https://evil.example)\nnow' }] },
};

it('has no more than 16 KB, whatever was said', () => {
  const long = {
    ...happening,
    text: '😀'.repeat(9_000),
    data: { messages: Array(5).fill({ by: 'user', text: '\u0001'.repeat(9_000) }) },
  };

  const body = bodyOf(long);

  expect(Buffer.byteLength(body)).toBeLessThanOrEqual(16 * 1024);
  expect(JSON.parse(body)).toMatchObject({
    type: 'handoff.requested',
    at: '1970-01-01T00:00:00.000Z',
    conversation: 'c',
  });
  expect(JSON.parse(bodyOf(happening))).toMatchObject({ text: happening.text, data: happening.data });
});

it('has one id for one thing that happened, whenever it is told', () => {
  expect(eventIdOf({ ...happening, at: 9, text: 'Again.' })).toBe(eventIdOf(happening));
  expect(eventIdOf({ ...happening, key: 'm2' })).not.toBe(eventIdOf(happening));
  expect(eventIdOf({ ...happening, type: 'handoff.taken' })).not.toBe(eventIdOf(happening));
});

it('says what a user wrote without secrets and contacts', () => {
  const said = masked('Write to ada@example.com, my key is AKIAIOSFODNN7EXAMPLE');

  expect(said).toBe('Write to [e-mail removed], my key is [removed]');
  expect(Buffer.byteLength(masked('ä'.repeat(5_000)))).toBeLessThanOrEqual(1_000);
});

it('rings nobody in Slack, and shows what was said', () => {
  const { text } = JSON.parse(inFormat('slack', bodyOf(happening)));

  expect(text).toBe('Somebody is needed.\n> *user:* Hello &lt;!channel&gt; &amp; [pay](https://evil.example)\n> now');
});

it('is a card in Teams, in which nothing of a user becomes a link', () => {
  const { type, attachments } = JSON.parse(inFormat('teams', bodyOf(happening)));

  const blocks = attachments[0].content.body;
  expect([type, attachments[0].contentType]).toEqual(['message', 'application/vnd.microsoft.card.adaptive']);
  expect(blocks.map(({ type }: { type: string }) => type)).toEqual(['RichTextBlock', 'RichTextBlock']);
  expect(blocks[1].inlines[1]).toMatchObject({ type: 'TextRun', text: expect.stringContaining('[pay]') });
});

it('is ours as it stands for a receiver of Standard Webhooks', () => {
  expect(inFormat('standard', bodyOf(happening))).toBe(bodyOf(happening));
});
