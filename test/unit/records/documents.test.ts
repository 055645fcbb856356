import { expect, it } from 'vitest';
import { recordOf } from '../../../lib/records/record.ts';

const block = (text: string) => ({
  type: 'search_result',
  source: 'refunds.md#1',
  title: 'Refunds',
  content: [{ type: 'text', text }],
  citations: { enabled: true },
});

function requestOf(document: string) {
  const found = { type: 'tool_result', tool_use_id: 'toolu_1', content: [block('A passage that was found.')] };
  const messages = [
    { role: 'user', content: [block(document), { type: 'text', text: 'How long?' }] },
    { role: 'user', content: [found] },
  ];
  const about = { platform: 'talkjs', conversation: 'c', messageId: 'm', createdAt: 1, speaker: { id: 'alice' } };
  const call = { about, request: { messages }, response: {}, requestedAt: 1, respondedAt: 2 };
  const options = { sendUserDetails: false, redactContacts: false, hasFacts: false, hasContent: true };
  return recordOf(call, options).request as { messages: unknown[] };
}

it('a record names documents of the prompt by a hash of their words, and keeps what was asked and found', () => {
  const words = 'A refund is paid within 14 days. '.repeat(1_000);
  const [first, second] = requestOf(words).messages;

  expect(JSON.stringify(first)).not.toContain('14 days');
  expect(JSON.stringify(first).length).toBeLessThan(500);
  expect(first).toMatchObject({
    content: [
      { source: 'refunds.md#1', title: 'Refunds' },
      { type: 'text', text: 'How long?' },
    ],
  });
  expect(JSON.stringify(second)).toContain('A passage that was found.');
  expect(requestOf(words).messages).toEqual([first, second]);
  expect(requestOf(`${words}!`).messages[0]).not.toEqual(first);
});
