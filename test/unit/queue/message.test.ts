import { expect, it } from 'vitest';
import { dedupeId, groupOf } from '../../../lib/queue/message.ts';
import type { Inbound, MessageRef } from '../../../lib/types.ts';

const ref: MessageRef = { platform: 'talkjs', conversation: 'c', messageId: 'msg_1', createdAt: 1 };
const sent: Inbound = { ...ref, event: 'sent', speaker: { id: 'a' }, text: '', attachments: [] };

it('names the event in the deduplication id, so that an edit is not taken for a repeat', () => {
  expect(dedupeId(sent)).toBe('sent:msg_1');
  expect(dedupeId({ ...ref, event: 'edited', editedAt: 7, text: '', attachments: [] })).toBe('edited:msg_1:7');
  expect(dedupeId({ ...ref, event: 'deleted' })).toBe('deleted:msg_1');
  expect(dedupeId({ ...ref, messageId: 'say:k', event: 'say', text: '', speaker: { id: 'a' } })).toBe('say:k');
  expect(dedupeId(sent, 2)).toBe('redrive:msg_1:2');
});

it('makes ids that SQS accepts out of any message id', () => {
  for (const messageId of ['ü', 'x'.repeat(500), 'a b', '']) {
    expect(dedupeId({ ...sent, messageId })).toMatch(/^[\w:.\-#+=/]{1,128}$/);
  }
});

it('keeps conversations of the same name on two platforms apart', () => {
  expect(groupOf(ref)).not.toBe(groupOf({ ...ref, platform: 'http' }));
  expect(groupOf({ ...ref, conversation: 'x'.repeat(1000) })).toHaveLength(64);
});
