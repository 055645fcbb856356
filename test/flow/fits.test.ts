/** The largest of everything fits into one item of the table, in bytes as DynamoDB counts them. */
import { beforeAll, expect, it } from 'vitest';
import { sizes } from '../../lib/bounds.ts';
import { openDynamo, openStore, type Store } from '../../lib/store/store.ts';
import { burstOf } from '../../lib/turn/burst.ts';
import { correct } from '../../lib/turn/correct.ts';
import { fitReply } from '../../lib/turn/fit.ts';
import { hear } from '../../lib/turn/hear.ts';
import type { Sent } from '../../lib/types.ts';
import { english } from '../harness/english.ts';
import { makeTable } from '../harness/tables.ts';

let store: Store;
const now = () => 1_760_000_000_000;

beforeAll(async () => {
  store = openStore(openDynamo(), await makeTable(), now);
});

const wide = (bytes: number) => '好'.repeat(Math.floor(bytes / 3));
const files = Array.from({ length: 60 }, (_, i) => ({
  url: `https://files.test/${i}/${wide(3_900)}`,
  name: wide(5_000),
  kind: 'image' as const,
}));

function sent(n: number, text: string, attachments = files): Sent {
  return {
    event: 'sent',
    platform: 'talkjs',
    conversation: '好'.repeat(255),
    messageId: `${n}`.padStart(255, '好'),
    createdAt: now() + n,
    speaker: { id: '好'.repeat(255), name: wide(5_000) },
    text,
    attachments,
  };
}

it.each([
  ['one message of everything', [sent(1, wide(sizes.textBytes))]],
  ['one of files', [sent(2, 'see')]],
  ['ten that wait', Array.from({ length: 10 }, (_, n) => sent(10 + n, wide(9_500), []))],
])('%s, its edit and its answer are one item', async (_name, waiting) => {
  const line = waiting.map((inbound, i) => ({ id: `${i}`, receipt: `${i}`, attempts: 1, generation: 0, inbound }));
  const burst = burstOf(line);
  const [head] = burst;
  const said = burst.map((message) => hear(message, { maxChars: 0, speech: english }));

  const turn = await store.claim(head, { said, owner: 'worker', leaseUntil: now() + 1_000, generation: 0 });
  await correct(
    { store, maxInputChars: 0, log: () => {} },
    { ...head, event: 'edited', editedAt: now() + 100, text: wide(sizes.textBytes), attachments: files },
  );
  const reply = fitReply({ kind: 'answer', text: wide(1_000_000), stop: 'end_turn' }, english);
  await store.answer(head, { owner: 'worker', epoch: turn?.epoch ?? 0 }, reply, said);
  await store.finish(
    head,
    'DELIVERED',
    Array.from({ length: 60 }, (_, i) => `message-${i}`),
  );

  const kept = await store.find(head);
  expect(kept?.state).toBe('DELIVERED');
  expect(Buffer.byteLength(JSON.stringify(kept))).toBeLessThan(sizes.itemBytes);
});
