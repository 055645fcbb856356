/** Promise: workers killed with SIGKILL in the middle of whatever they do lose nothing and repeat nothing. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { chanceOf } from '../harness/promises/chance.ts';
import { patience, type RunningStack, startStack } from '../harness/running-stack.ts';

const CONVERSATIONS = 50;
const MESSAGES = 3;
const KILLS = 20;

/** The pauses (ms) between two kills, and between two messages of a conversation. */
const BETWEEN_KILLS = [300, 500, 800, 1300, 2100] as const;
const BETWEEN_MESSAGES = [500, 1500, 3000, 6000, 9000] as const;

interface Line {
  id: string;
  sender: string;
  createdAt: number;
  custom?: { replyKey?: string };
}

describe('fifty conversations and more, while workers are killed', () => {
  let stack: RunningStack;
  const chance = chanceOf(20);
  const names = Array.from({ length: CONVERSATIONS }, (_, i) => `kills-${i + 1}`);

  beforeAll(async () => {
    stack = await startStack({ USER_MESSAGES_PER_MINUTE: '0' });
  });
  afterAll(() => stack.end());

  test('are answered message by message, each once and in order', async () => {
    const killedAt: number[] = [];
    const talk = async (name: string) => {
      for (let n = 1; n <= MESSAGES; n++) {
        await sleep(chance.oneOf(BETWEEN_MESSAGES));
        await stack.say(name, `This is message ${n}.`);
      }
    };
    const talks = names.map(talk);

    while (killedAt.length < KILLS) {
      await sleep(chance.oneOf(BETWEEN_KILLS));
      const victim = await busyWorker();
      if (victim === undefined) {
        // Else nobody might ever be at work again.
        const name = `kills-${names.length + 1}`;
        names.push(name);
        talks.push(talk(name));
        continue;
      }
      process.kill(victim, 'SIGKILL');
      killedAt.push(Date.now());
    }
    await Promise.all(talks);
    const transcripts = await Promise.all(names.map(untilAnswered));

    const replies = transcripts.flat().filter(({ sender }) => sender === 'claude');
    const lastKill = killedAt.at(-1) ?? 0;
    const recoveredMs = Math.max(...replies.map(({ createdAt }) => createdAt)) - lastKill;
    console.log(
      `kills: ${KILLS} workers killed, the last reply ${(recoveredMs / 1000).toFixed(1)} s after the last kill`,
    );
    for (const lines of transcripts) {
      const asked = lines.filter(({ sender }) => sender !== 'claude').map(({ id }) => `reply:${id}:0`);
      const answered = lines.filter(({ sender }) => sender === 'claude').map(({ custom }) => custom?.replyKey);
      expect(asked).toHaveLength(MESSAGES);
      expect(answered).toEqual(asked);
    }
  });

  /** One that is at work, if any is. */
  async function busyWorker(): Promise<number | undefined> {
    const { processes } = await stack.status();
    const [first, ...others] = processes.filter(({ name, busy }) => name === 'reply' && busy);
    return first && chance.oneOf([first, ...others]).pid;
  }

  async function untilAnswered(name: string): Promise<Line[]> {
    return vi.waitFor(async () => {
      const response = await fetch(`http://localhost:${stack.port + 3}/talkjs/say/${name}`);
      const { messages }: { messages: Line[] } = JSON.parse(await response.text());
      if (messages.filter(({ sender }) => sender === 'claude').length < MESSAGES) throw new Error('not yet');
      return messages;
    }, patience);
  }
});
