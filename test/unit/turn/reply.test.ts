import { expect, it } from 'vitest';
import { Later } from '../../../lib/errors.ts';
import { type ReplyDeps, reply } from '../../../lib/turn/reply.ts';
import type { Delivery } from '../../../lib/turn/shapes.ts';
import type { Sent } from '../../../lib/types.ts';
import { inEnglish } from '../../harness/english.ts';

function delivery(attempts: number): Delivery {
  const inbound: Sent = {
    platform: 'talkjs',
    conversation: 'c',
    messageId: 'm',
    createdAt: 1,
    event: 'sent',
    speaker: { id: 'alice' },
    text: 'Hi',
    attachments: [],
  };
  return { id: 'id', receipt: 'receipt', attempts, generation: 0, inbound };
}

/** The seconds a message waits whose turn fails with `error` on its nth attempt. */
async function waitAfter(error: Error, attempts: number): Promise<number> {
  const held: number[] = [];
  const fails = async () => {
    throw error;
  };
  const deps = {
    store: { claim: fails, recent: fails, noteWaiting: async () => {} },
    hold: async (holds: { seconds: number }[]) => void held.push(...holds.map(({ seconds }) => seconds)),
    now: () => 0,
    newId: () => 'id',
    speech: inEnglish,
    maxInputChars: 0,
    log: () => {},
  } as unknown as ReplyDeps;
  await reply(deps, [delivery(attempts)], () => 60_000);
  return held[1] ?? Number.NaN;
}

it('waits longer from attempt to attempt, about 40 minutes in all', async () => {
  const waits = [];
  for (let attempts = 1; attempts <= 9; attempts++) waits.push(await waitAfter(new Later('away'), attempts));

  expect(waits).toEqual([2, 15, 45, 120, 300, 600, 600, 600, 600]);
});

it('waits as long as was asked for and up to a quarter longer, but never so long that the queue would forget the message', async () => {
  const minute = await waitAfter(new Later('limited', { afterMs: 60_000 }), 1);
  const ages = await waitAfter(new Later('limited', { afterMs: 1e12 }), 1);

  expect(minute).toBeGreaterThanOrEqual(60);
  expect(minute).toBeLessThanOrEqual(75);
  expect(ages).toBe(900);
});
