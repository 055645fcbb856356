import { expect, it } from 'vitest';
import { Later } from '../../../lib/errors.ts';
import { withQuotes } from '../../../lib/turn/quote.ts';
import type { Platform, Sent } from '../../../lib/types.ts';

const head: Sent = {
  ...{
    event: 'sent',
    platform: 'talkjs',
    conversation: 'room',
    messageId: 'm9',
    createdAt: 9,
    speaker: { id: 'alice' },
  },
  ...{ text: 'Is that so?', attachments: [], quotes: 'm1' },
};

/** What is quoted of a message of bob's that only the platform still has, and that was said at 5. */
async function quoted(marksOf: () => Promise<{ forgottenAt: number }>) {
  const platform = { quoted: async () => ({ by: 'somebody', text: 'Words of bob', at: 5, from: 'bob' }) };
  const marks = async () => ({ blockedAt: 0, cut: new Set<string>(), ...(await marksOf()) });
  const deps = { platform: () => platform as unknown as Platform, store: { marksOf: marks }, log: () => {} };
  const [one] = await withQuotes(deps, { head, said: [head], turns: [] });
  return one?.quote;
}

it('what a platform still has of a user who was forgotten since is not quoted', async () => {
  const none = await quoted(async () => ({ forgottenAt: 0 }));
  const before = await quoted(async () => ({ forgottenAt: 4 }));
  const since = await quoted(async () => ({ forgottenAt: 6 }));

  expect([none, before, since]).toEqual([
    { by: 'somebody', text: 'Words of bob' },
    { by: 'somebody', text: 'Words of bob' },
    undefined,
  ]);
});

it('nor is it where that cannot be found out', async () => {
  const quote = await quoted(async () => {
    throw new Later('the table does not answer');
  });

  expect(quote).toBeUndefined();
});
