/** Promise: a worker that is killed in the middle of what a tool does leaves it done at most once, and says so. */
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type Booking, openBooking } from '../harness/booking.ts';
import { patience } from '../harness/patience.ts';
import { type RunningStack, startStack } from '../harness/running-stack.ts';
import { sized } from '../harness/size.ts';

const KILLS = sized({ sample: 1, all: 1, proof: 10 });

/** A worker that is starved is ended and begun again. */
const longPatience = { timeout: 180_000, interval: 50 };

let service: Booking;
let stack: RunningStack;

beforeAll(async () => {
  service = await openBooking();
  const { EFFECTS_URL = '', BOTS_DIR = '' } = process.env;
  stack = await startStack({ EFFECTS_URL, BOTS_DIR });
});
afterAll(async () => {
  await stack?.end();
  await service?.close();
});

test(`does once what ${KILLS} killed workers had begun, and does not claim to know what it cannot`, async () => {
  for (let n = 1; n <= KILLS; n++) {
    // It has acted, and its answer is never heard.
    service.answers.push('never');
    const { conversation, room } = await begun(n);

    process.kill(await busyWorker(), 'SIGKILL');

    const [answer] = await stack.answers(conversation, 1);
    // Claude's words, or ours where the turn was begun twice already.
    expect(answer).toMatch(/not known whether this happened|cannot tell whether this was done/);
    expect(service.acted.filter((one) => one.room === room)).toHaveLength(1);
  }
  await stack.say('unharmed', 'use the tool book with room Last');
  const [last] = await stack.answers('unharmed', 1);
  expect(last).toContain('Last');
  expect(service.acted).toHaveLength(KILLS + 1);
}, 900_000);

/** A conversation whose tool acts right now. On a machine that is too busy for a worker's time a message may end without; then another one. */
async function begun(n: number): Promise<{ conversation: string; room: string }> {
  for (let times = 1; times <= 5; times++) {
    const conversation = `killed-${n}-${times}`;
    const room = `Room${n}x${times}`;
    const hasActed = () => service.acted.some((one) => one.room === room);
    await stack.say(conversation, `use the tool book with room ${room}`);
    await vi.waitFor(async () => {
      const isAnswered = (await stack.transcript(conversation)).some(({ sender }) => sender === 'claude');
      expect(hasActed() || isAnswered).toBe(true);
    }, longPatience);
    if (hasActed()) return { conversation, room };
  }
  throw new Error('none of five messages had its tool run');
}

async function busyWorker(): Promise<number> {
  return vi.waitFor(async () => {
    const { processes } = await stack.status();
    const busy = processes.find(({ name, busy }) => name === 'reply' && busy);
    if (!busy) throw new Error('no worker is at work');
    return busy.pid;
  }, patience);
}
