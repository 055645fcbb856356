/** Everything fails by chance, all at once, and every message is answered once and in order all the same. */
import { describe, expect, it } from 'vitest';
import { storm } from './storm.ts';
import { stormyBotpress, stormyTalkjs } from './storm-chats.ts';

describe('a storm', () => {
  it.each([
    ['TalkJS', stormyTalkjs],
    ['Botpress', stormyBotpress],
  ] as const)('at %s loses nothing, doubles nothing and mixes nothing up', async (_name, chat) => {
    const result = await storm({ seed: 1, conversations: 20, messages: 10, faultRate: 0.1, chat });

    console.log('storm', JSON.stringify(result));
    expect(result).toMatchObject({ lost: 0, doubled: 0, misordered: 0, lostLogs: 0, crowded: 0 });
    expect(result.accepted).toBeGreaterThanOrEqual(195);
    expect(result.faults).toBeGreaterThan(200);
  });
});
