/** The table's rules, on a real DynamoDB-compatible server. */
import { beforeAll, describe, expect, it } from 'vitest';
import { Later, Superseded, Unstorable } from '../../lib/errors.ts';
import { openTable } from '../../lib/store/items.ts';
import { openDynamo, openStore, type Store, turnSk } from '../../lib/store/store.ts';
import type { MessageRef, Reply, Said } from '../../lib/types.ts';
import { makeTable } from '../harness/tables.ts';

let store: Store;
let tableName: string;
let clock = 1_760_000_000_000;
let conversations = 0;

beforeAll(async () => {
  tableName = await makeTable();
  store = openStore(openDynamo(), tableName, () => clock);
});

function newConversation() {
  const conversation = `conversation-${++conversations}`;
  return (messageId: string, createdAt = clock): MessageRef => ({
    platform: 'talkjs',
    conversation,
    messageId,
    createdAt,
  });
}

function saying(text: string, { messageId, createdAt }: MessageRef): Said[] {
  return [{ messageId, createdAt, speaker: { id: 'alice' }, text, attachments: [] }];
}

const answer: Reply = { kind: 'answer', text: 'Hello', stop: 'end_turn' };

async function claim(
  ref: MessageRef,
  owner: string,
  options: { said?: Said[]; generation?: number; ms?: number } = {},
) {
  const { said = saying('Hi', ref), generation = 0, ms = 1_000 } = options;
  return store.claim(ref, { said, owner, leaseUntil: clock + ms, generation });
}

describe('a claim', () => {
  it('has one winner of twenty', async () => {
    const ref = newConversation()('m');

    const claims = await Promise.all(Array.from({ length: 20 }, (_, i) => claim(ref, `worker-${i}`)));

    expect(claims.filter(Boolean)).toHaveLength(1);
  });

  it('passes to the next worker when the lease has run out, with the messages of the first claim', async () => {
    const ref = newConversation()('m');
    await claim(ref, 'first', { said: saying('first words', ref) });

    const early = await claim(ref, 'second');
    clock += 2_000;
    const late = await claim(ref, 'second', { said: saying('other words', ref) });

    expect(early).toBeUndefined();
    expect(late).toMatchObject({ epoch: 2, said: [{ text: 'first words' }] });
  });

  it('keeps a worker whose lease was taken over from storing its reply', async () => {
    const ref = newConversation()('m');
    const first = await claim(ref, 'first');
    clock += 2_000;
    const second = await claim(ref, 'second');

    const zombie = store.answer(ref, { owner: 'first', epoch: first?.epoch ?? 0 }, answer, []);
    await expect(zombie).rejects.toThrow(Superseded);
    await store.answer(ref, { owner: 'second', epoch: second?.epoch ?? 0 }, answer, saying('Hi', ref));

    expect(await store.find(ref)).toMatchObject({ state: 'ANSWERED', reply: { text: 'Hello' } });
  });

  it('is refused for a turn that was answered, and possible again for a newer generation until it is delivered', async () => {
    const ref = newConversation()('m');
    const turn = await claim(ref, 'first');
    await store.answer(
      ref,
      { owner: 'first', epoch: turn?.epoch ?? 0 },
      { ...answer, kind: 'apology' },
      saying('Hi', ref),
    );
    await store.finish(ref, 'FAILED');

    const same = await claim(ref, 'second');
    const redriven = await claim(ref, 'second', { generation: 1 });
    await store.answer(ref, { owner: 'second', epoch: redriven?.epoch ?? 0 }, answer, saying('Hi', ref));
    await store.finish(ref, 'DELIVERED');
    const again = await claim(ref, 'third', { generation: 2 });

    expect(same).toBeUndefined();
    expect(redriven).toMatchObject({ generation: 1, said: [{ text: 'Hi' }] });
    expect(again).toBeUndefined();
  });

  it('is possible at once after a release', async () => {
    const ref = newConversation()('m');
    const first = await claim(ref, 'first', { ms: 100_000 });
    await store.release(ref, { owner: 'first', epoch: first?.epoch ?? 0 });

    const second = await claim(ref, 'second');

    expect(second?.epoch).toBe(2);
  });
});

describe('a burst', () => {
  it('takes a waiting message once, and never one that already has a turn of its own', async () => {
    const message = newConversation();
    const [waiting, taken] = [message('waiting'), message('taken')];
    await claim(taken, 'somebody');

    const merged = await store.merge(waiting, 'T#head');
    const repeated = await store.merge(waiting, 'T#head');
    const byAnother = await store.merge(waiting, 'T#other');
    const stolen = await store.merge(taken, 'T#head');
    const claimed = await claim(waiting, 'somebody');

    expect([merged, repeated, byAnother, stolen]).toEqual([true, true, false, false]);
    expect(claimed).toBeUndefined();
  });
});

describe('looking back', () => {
  it('gives at most 200 turns, oldest first, and only those from the cut point on', async () => {
    const message = newConversation();
    const refs = Array.from({ length: 230 }, (_, i) => message(`m${i}`, clock + i));
    for (const [i, ref] of refs.entries()) {
      const turn = await claim(ref, 'worker');
      const cut = refs[150];
      const windowFrom = i >= 210 && cut ? turnSk(cut) : undefined;
      await store.answer(
        ref,
        { owner: 'worker', epoch: turn?.epoch ?? 0 },
        windowFrom ? { ...answer, windowFrom } : answer,
        saying('Hi', ref),
      );
      if (i === 209) {
        const { turns } = await store.recent(ref);
        expect(turns).toHaveLength(200);
        expect(turns.at(-1)?.sk).toBe(turnSk(ref));
      }
    }

    const { turns, conversation } = await store.recent(message('any'));

    expect(turns.map(({ sk }) => sk)).toEqual(refs.slice(150).map(turnSk));
    expect(conversation.owner).toBe('bot');
  });

  it('are given as many as they are, also where a look at the table does not reach that far', async () => {
    const message = newConversation();
    const refs = Array.from({ length: 14 }, (_, i) => message(`m${i}`, clock + i));
    for (const ref of refs) await store.say(ref, { ...answer, text: 'x'.repeat(100_000), to: 'alice' }, 0);

    const all = await store.between(message('any'), undefined);

    expect(all.map(({ sk }) => sk)).toEqual(refs.map(turnSk));
  });

  it('gives turns of one millisecond in the order in which they ended, whatever their ids', async () => {
    const message = newConversation();
    const at = clock;
    for (const id of ['z', 'a', 'm']) {
      const ref = message(id, at);
      const turn = await claim(ref, 'worker');
      const holder = { owner: 'worker', epoch: turn?.epoch ?? 0 };
      clock += 1;
      if (id === 'a') await store.skip(ref, holder);
      else await store.answer(ref, holder, answer, saying('Hi', ref));
      await store.finish(ref, 'DELIVERED');
    }
    await claim(message('b', at), 'worker');

    const { turns } = await store.recent(message('any'));
    const all = await store.between(message('any'), undefined);

    expect(turns.map(({ messageId }) => messageId)).toEqual(['z', 'a', 'm', 'b']);
    expect(all).toEqual(turns);
  });
});

describe('a correction', () => {
  it('is kept when it is newer, whichever came first', async () => {
    const ref = newConversation()('m');
    await store.correct(ref, { at: 20, text: 'second edit' });
    await store.correct(ref, { at: 10, text: 'first edit' });

    const turn = await claim(ref, 'worker');

    expect(turn?.correction).toEqual({ at: 20, text: 'second edit' });
  });
});

describe('what the table does not take', () => {
  it('is told apart from a table that does not answer', async () => {
    const ref = newConversation()('m');
    const tooLarge = saying('x'.repeat(400 * 1024), ref);
    const elsewhere = openStore(openDynamo(), 'no-such-table', () => clock);

    await expect(claim(ref, 'worker', { said: tooLarge })).rejects.toBeInstanceOf(Unstorable);
    await expect(elsewhere.find(ref)).rejects.toBeInstanceOf(Later);
  });

  it('is so, too, when an item grows too large, in whichever room of the table', async () => {
    const table = openTable(openDynamo(), tableName);
    const key = { pk: 'X#large', sk: '-' };
    const half = 'x'.repeat(250 * 1024);
    await table.put({ ...key, half });

    const grown = table.update(key, {
      UpdateExpression: 'SET other = :half',
      ExpressionAttributeValues: { ':half': half },
    });

    await expect(grown).rejects.toBeInstanceOf(Unstorable);
    await expect(table.put({ ...key, half, other: half })).rejects.toBeInstanceOf(Unstorable);
    await expect(table.add({ ...key, half, other: half })).rejects.toBeInstanceOf(Unstorable);
  });
});
