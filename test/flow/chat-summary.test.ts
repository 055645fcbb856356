/** /chat with HISTORY_STRATEGY=summary: what is summed up while nobody waits, and forgotten all the same. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { type ChatWorld, openChatWorld } from '../harness/chat-world.ts';
import { patience } from '../harness/patience.ts';

const LONG = 'Something that takes some room in the window of this session. '.repeat(20);
const SUMMARY = 'They spoke of what takes room.';

/** Several times what the window holds. */
const MOST = 40;

let world: ChatWorld;

beforeAll(async () => {
  world = await openChatWorld({ HISTORY_STRATEGY: 'summary', HISTORY_TOKEN_BUDGET: '1500' });
});
afterAll(() => world.close());
beforeEach(() => world.claude.reset());

/** Speaks until a summary is asked for, which then takes its time. */
async function fill(session: string): Promise<number> {
  world.claude.script({ match: '<transcript>', text: SUMMARY, tokenMs: 60, times: 'forever' });
  for (let said = 1; said <= MOST; said++) {
    await world.say(session, `Message ${said}. ${said % 2 ? LONG : 'Short.'}`);
    await sleep(50);
    if (isSummaryAsked()) return said;
  }
  throw new Error(`no summary was asked for in ${MOST} messages`);
}

const isSummaryAsked = () =>
  world.claude.requests.some(({ body }) => /<transcript>.*Message 1\./.test(JSON.stringify(body)));

it('sums up behind the answer: the next message need not wait for it', async () => {
  const count = await fill('behind');
  const next = await world.say('behind', 'And at once the next one.');

  expect(next.status).toBe(200);
  await vi.waitFor(async () => expect(await world.dump()).toContain(SUMMARY), patience);
  expect(await world.transcript('behind')).toHaveLength(2 * count + 2);
});

it('keeps no summary of what was forgotten meanwhile', async () => {
  await fill('forgotten');

  const endings = world.endings();
  const forgotten = await world.request('forgotten', { method: 'DELETE' });
  // That of the DELETE, and that of the message whose summary is being written.
  await vi.waitFor(() => expect(world.endings()).toBeGreaterThanOrEqual(endings + 2), patience);

  const items: { pk: string }[] = JSON.parse(await world.dump());
  const left = items.filter(({ pk }) => pk.endsWith(':forgotten')).map((item) => JSON.stringify(item));
  expect(forgotten.status).toBe(204);
  expect(left.filter((item) => item.includes(SUMMARY) || item.includes('Message'))).toEqual([]);
});
