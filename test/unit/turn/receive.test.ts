import { expect, it } from 'vitest';
import type { Fields } from '../../../lib/log.ts';
import { receive } from '../../../lib/turn/receive.ts';
import type { Ignored } from '../../../lib/types.ts';

/** What is logged of a webhook with which there is nothing to do. */
async function logged(messageId: string): Promise<Fields[]> {
  const lines: Fields[] = [];
  const ignored: Ignored = {
    ignored: 'own message',
    about: { platform: 'talkjs', conversation: 'demo', messageId },
  };
  const answer = await receive(
    {
      dialect: { verify: () => {}, parse: () => ignored },
      put: () => Promise.reject(new Error('there is nothing to keep')),
      now: Date.now,
      log: (event, fields) => void lines.push({ event, ...fields }),
    },
    { body: Buffer.from('{}'), headers: {} },
  );
  expect(answer.status).toBe(200);
  return lines;
}

it('says of which message a webhook is with which there is nothing to do', async () => {
  const lines = await logged('msg-1');

  expect(lines).toEqual([
    { event: 'webhook-ignored', conversation: expect.any(String), inbound: 'msg-1', reason: 'own message' },
  ]);
});

it.each([
  ['one line more', 'msg-1\n{"event":"reply-delivered"}'],
  ['as long as a book', 'm'.repeat(100_000)],
  ['half a character', 'msg-\ud800'],
])('says nothing of it under an id that is %s', async (_name, messageId) => {
  const lines = await logged(messageId);

  expect(lines).toEqual([{ event: 'webhook-ignored', reason: 'own message' }]);
});
