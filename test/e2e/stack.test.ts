/** Promise: `npm start` is all it takes, a killed worker loses and repeats nothing, and Ctrl-C leaves nothing behind. */
import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { checkPorts, portBlock } from '../../local/ports.ts';
import { patience } from '../harness/patience.ts';
import { endAtWork, freePort, isAlive, launch, type RunningStack, startStack } from '../harness/running-stack.ts';

describe('a running stack', () => {
  let stack: RunningStack;

  beforeAll(async () => {
    stack = await startStack();
  });

  afterAll(async () => {
    if (stack.child.exitCode === null) await stack.end();
  });

  test('answers a message and remembers what was said', async () => {
    await stack.say('memory', 'Hello, my name is Ada.');
    await stack.answers('memory', 1);

    await stack.say('memory', 'What is my name?');

    const [, answer] = await stack.answers('memory', 2);
    expect(answer).toContain('Ada');
    expect(answer).toContain('offline Claude');
  });

  test('tells its processes, URLs and stand-ins', async () => {
    const { processes, urls, standIns } = await stack.status();

    expect(processes.map(({ name }) => name)).toEqual(expect.arrayContaining(['reply', 'apologize']));
    expect(processes.every(({ pid }) => isAlive(pid))).toBe(true);
    expect(urls).toMatchObject({
      talkjs: `http://localhost:${stack.port}/talkjs`,
      say: `http://localhost:${stack.port + 3}/talkjs/say`,
    });
    expect(Object.keys(standIns)).toEqual(expect.arrayContaining(['claude', 'talkjs']));
  });

  test('answers together what waits together', async () => {
    await stack.say('together', 'first, please be slow');
    const worker = await busyWorker();

    process.kill(worker, 'SIGSTOP');
    for (const word of ['second', 'third', 'fourth']) await stack.say('together', word);
    process.kill(worker, 'SIGCONT');

    await stack.answers('together', 2);
    await stack.say('together', 'fifth');
    await stack.answers('together', 3);
    const lines = await stack.transcript('together');
    expect(lines.filter(({ sender }) => sender === 'claude')).toHaveLength(3);
  });

  test('answers exactly once, and in order, when the worker is killed in the middle of a turn', async () => {
    await stack.say('killed', 'first, please be slow');
    const victim = await busyWorker();

    process.kill(victim, 'SIGKILL');
    await stack.say('killed', 'second');

    await answeredOnce(stack, 'killed', ['first', 'second']);
    await stack.say('killed', 'third');
    await answeredOnce(stack, 'killed', ['first', 'second', 'third']);
    expect((await stack.status()).processes.map(({ pid }) => pid)).not.toContain(victim);
  });

  test('ends whole at Ctrl-C, in the middle of an answer, and frees every port', async () => {
    const { exitCode, processes } = await endAtWork(stack, 'SIGINT');

    expect(exitCode).toBe(0);
    expect(processes.length).toBeGreaterThan(0);
    expect(processes.filter(({ pid }) => isAlive(pid))).toEqual([]);
    await expect(checkPorts(portBlock(String(stack.port)))).resolves.toBeUndefined();
  });

  function busyWorker(): Promise<number> {
    return vi.waitFor(async () => {
      const { processes } = await stack.status();
      const busy = processes.find((process) => process.name === 'reply' && process.busy);
      if (!busy) throw new Error('nobody works on it yet');
      return busy.pid;
    }, patience);
  }
});

/** Every word in one answer, in this order; what waited together, also for a worker that died before it began, may share one. */
async function answeredOnce(stack: RunningStack, conversation: string, words: readonly string[]): Promise<void> {
  await vi.waitFor(async () => {
    const answers = (await stack.transcript(conversation)).filter(({ sender }) => sender === 'claude');
    const places = words.map((word) => answers.flatMap(({ text }, i) => (text.includes(word) ? [i] : [])));
    expect(places.map(({ length }) => length)).toEqual(words.map(() => 1));
    expect(places.flat()).toEqual(places.flat().toSorted((a, b) => a - b));
  }, patience);
}

test.concurrent('a busy port is one sentence', async ({ expect }) => {
  const port = await freePort();
  const holder = createServer().listen(port + 2, '127.0.0.1');
  await once(holder, 'listening');

  const { stdout, stderr, exitCode } = await launch(port).ended;

  expect([exitCode, stdout.trim(), stderr.trim()]).toEqual([
    1,
    '',
    `Port ${port + 2} is in use: end what listens there, or set PORT to move all five ports (PORT=${port + 1000} npm start).`,
  ]);
  holder.close();
});

test.concurrent('a wrong setting is one sentence', async ({ expect }) => {
  const { stdout, stderr, exitCode } = await launch(await freePort(), { CLAUDE_MAX_TOKENS: 'many' }).ended;

  expect([exitCode, stdout.trim()]).toEqual([1, '']);
  expect(stderr.trim()).toMatch(/^Wrong settings: CLAUDE_MAX_TOKENS must be [^\n]+\.$/);
});
