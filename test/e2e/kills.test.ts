/** Promise: workers killed with SIGKILL in the middle of whatever they do lose nothing and repeat nothing. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test, vi } from 'vitest';
import { openDynamo, openStore } from '../../lib/store/store.ts';
import { patience } from '../harness/patience.ts';
import { chanceOf } from '../harness/promises/chance.ts';
import { coversOf } from '../harness/promises/covers.ts';
import { type Line, type RunningStack, startStack } from '../harness/running-stack.ts';
import { sized } from '../harness/size.ts';

const CONVERSATIONS = sized({ sample: 4, all: 20, proof: 50 });
const KILLS = sized({ sample: 1, all: 6, proof: 20 });
/** In each conversation. */
const MESSAGES = 3;

/** The pauses (ms) between two kills, and between two messages of a conversation. */
const BETWEEN_KILLS = [300, 500, 800, 1300, 2100] as const;
const BETWEEN_MESSAGES = [500, 1500, 3000, 6000, 9000] as const;

/** Whether an answer grows in its conversation while it is written. */
const TYPINGS = sized({ sample: ['off'], all: ['off', 'stream'], proof: ['off', 'stream'] });

let stack: RunningStack;

afterEach(() => stack?.end());

test.each(TYPINGS)(
  `every message of ${CONVERSATIONS} conversations is answered once and in order, while ${KILLS} workers are killed (TALKJS_TYPING=%s)`,
  async (typing) => {
    stack = await startStack({ USER_MESSAGES_PER_MINUTE: '0', TALKJS_TYPING: typing });
    const chance = chanceOf(20);
    const names = Array.from({ length: CONVERSATIONS }, (_, i) => `kills-${i + 1}`);
    const { urls } = await stack.status();
    process.env.AWS_ENDPOINT_URL_DYNAMODB = urls.dynamodb;
    const store = openStore(openDynamo(), 'Table', Date.now);
    const killedAt: number[] = [];
    const talk = async (name: string) => {
      for (let n = 1; n <= MESSAGES; n++) {
        await sleep(chance.oneOf(BETWEEN_MESSAGES));
        // One that grows takes long enough to be killed in the middle of it.
        await stack.say(name, `This is message ${n}.${typing === 'stream' ? ' Say 60 words.' : ''}`);
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
      if (kill(victim)) killedAt.push(Date.now());
    }
    await Promise.all(talks);
    const transcripts = await Promise.all(names.map(untilAnswered));

    const lastReply = Math.max(
      ...transcripts
        .flat()
        .filter(isReply)
        .map(({ createdAt }) => createdAt),
    );
    const recoveredMs = lastReply - (killedAt.at(-1) ?? 0);
    console.log(
      `kills (${typing}): ${KILLS} workers killed, the last reply ${(recoveredMs / 1000).toFixed(1)} s after the last kill`,
    );
    expect(transcripts.flatMap((lines) => lines.filter((line) => !isReply(line)))).toHaveLength(
      names.length * MESSAGES,
    );

    /** One that is at work, if any is. */
    async function busyWorker(): Promise<number | undefined> {
      const { processes } = await stack.status();
      const [first, ...others] = processes.filter(({ name, busy }) => name === 'reply' && busy);
      return first && chance.oneOf([first, ...others]).pid;
    }

    /** What waits together is answered together: a reply covers the messages that its turn names. */
    async function untilAnswered(name: string): Promise<Line[]> {
      return vi.waitFor(async () => {
        const lines = await stack.transcript(name);
        const { turns } = await store.recent({ platform: 'talkjs', conversation: name });
        const asked = lines.filter((line) => !isReply(line)).map(({ id }) => id);
        const keys = lines.filter(isReply).map(({ custom }) => custom?.replyKey ?? '');
        expect(coversOf(keys, turns)).toEqual(asked);
        // None is left that says it is still being written.
        expect(lines.filter(({ custom }) => custom?.isTyping !== undefined)).toEqual([]);
        return lines;
      }, patience);
    }
  },
);

/** False for one that is gone: the stack tells of it a moment longer. */
function kill(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL');
  } catch {
    return false;
  }
}

function isReply({ sender }: Line): boolean {
  return sender === 'claude';
}
