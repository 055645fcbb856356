import { expect, it } from 'vitest';
import { Later } from '../../../lib/errors.ts';
import { claim } from '../../../lib/turn/claim.ts';
import type { TurnDeps } from '../../../lib/turn/shapes.ts';
import type { Said, Sent } from '../../../lib/types.ts';
import { inEnglish } from '../../harness/english.ts';

function sent(messageId: string, createdAt: number): Sent {
  return {
    event: 'sent',
    platform: 'talkjs',
    conversation: 'c',
    messageId,
    createdAt,
    speaker: { id: 'ada' },
    text: messageId,
    attachments: [],
  };
}

/** The order in which a turn hears what is in line. */
async function heard(...burst: [Sent, ...Sent[]]): Promise<string[]> {
  let heard: readonly Said[] = [];
  const deps = {
    store: {
      claim: async (_head: Sent, how: { said: readonly Said[] }) => {
        heard = how.said;
        return { epoch: 1 };
      },
    },
    now: () => 0,
    newId: () => 'id',
    speech: inEnglish,
    maxInputChars: 0,
    log: () => {},
  } as unknown as TurnDeps;
  await claim(deps, { burst, generation: 0, attempts: 1, remainingMs: () => 60_000 });
  return heard.map(({ messageId }) => messageId);
}

it('hears messages of one millisecond in the order of the queue, whatever their ids', async () => {
  expect(await heard(sent('z', 5), sent('a', 5), sent('m', 5))).toEqual(['z', 'a', 'm']);
});

it('hears messages of one turn as their platform dates them, where the queue took the later one first', async () => {
  expect(await heard(sent('second', 6), sent('third', 7), sent('first', 5))).toEqual(['first', 'second', 'third']);
});

it('goes on where the claim was made, and what failed for good was its answer', async () => {
  const turn = { state: 'CLAIMED', owner: 'id', epoch: 1, leaseUntil: 60_000 };
  const claimAs = (owner: string) =>
    claim(
      {
        store: { claim: () => Promise.reject(new Error('broken answer')), find: async () => turn },
        now: () => 0,
        newId: () => owner,
        speech: inEnglish,
        maxInputChars: 0,
        log: () => {},
      } as unknown as TurnDeps,
      { burst: [sent('m', 5)], generation: 0, attempts: 1, remainingMs: () => 60_000 },
    );

  expect(await claimAs('id')).toEqual({ turn, holder: { owner: 'id', epoch: 1 } });
  await expect(claimAs('another')).rejects.toThrow(Later);
});
