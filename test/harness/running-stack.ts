/** The stack of `npm start` as a process of its own, on a block of free ports, with stand-ins for everything. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { vi } from 'vitest';
import { checkPorts, portBlock } from '../../local/ports.ts';
import { settingNames } from '../../local/settings.ts';
import type { Status } from '../../local/status.ts';
import { patience } from './patience.ts';

const root = path.resolve(import.meta.dirname, '../..');
const framework = path.join(root, 'node_modules/serverless/bin/serverless.js');

export interface Line {
  id: string;
  sender: string;
  text: string;
  createdAt: number;
  custom?: { replyKey?: string; isTyping?: string };
}

export interface RunningStack {
  child: ChildProcess;
  port: number;
  status(): Promise<Status>;
  /** Speaks as a TalkJS user; ends when the message was acknowledged. */
  say(conversationId: string, text: string): Promise<void>;
  transcript(conversationId: string): Promise<Line[]>;
  /** The bot's lines, once there are that many. */
  answers(conversationId: string, count: number): Promise<string[]>;
  /** Sends the signal and gives the exit code. */
  end(signal?: NodeJS.Signals): Promise<number | null>;
}

interface Ended {
  stdout: string;
  stderr: string;
  exitCode: number | null;
}

/** Starts the process only; what it prints is given once it has ended. */
export function launch(port: number, env: Record<string, string> = {}) {
  // Set, but empty: so that neither the shell's settings nor those of .env are taken.
  const unset = Object.fromEntries(settingNames().map((name) => [name, '']));
  const child = spawn(process.execPath, [framework, 'offline'], {
    cwd: root,
    env: { ...process.env, DATA_DIR: '', ...unset, PORT: String(port), ...env },
  });
  const ended = Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return {
    child,
    ended: ended.then(([stdout, stderr]): Ended => ({ stdout, stderr, exitCode: child.exitCode })),
  };
}

/** Rejects with what the stack printed when it ends instead of coming up. */
export async function startStack(env: Record<string, string> = {}): Promise<RunningStack> {
  const first = await freePort();
  const { child, ended } = launch(first, env);
  let over: Ended | undefined;
  ended.then((how) => {
    over = how;
  });
  const standIns = `http://localhost:${first + 3}`;
  const ask = (route: string, init?: RequestInit) =>
    fetch(`${standIns}${route}`, init).catch((error: unknown) => {
      if (!over) throw error;
      throw new Error(`The stack ended with exit code ${over.exitCode}:\n${over.stdout}${over.stderr}`);
    });
  const read = async (route: string) => {
    const response = await ask(route);
    if (!response.ok) throw new Error(`${route} answered ${response.status}`);
    return JSON.parse(await response.text());
  };
  const stack: RunningStack = {
    child,
    port: first,
    status: async (): Promise<Status> => read('/stack'),
    say: async (conversationId, text) => {
      const body = JSON.stringify({ conversationId, userId: 'ada', text, wait: true });
      const headers = { 'content-type': 'application/json' };
      const response = await ask('/talkjs/say', { method: 'POST', body, headers });
      if (!response.ok) throw new Error(`say answered ${response.status}`);
    },
    transcript: async (conversationId) => {
      const { messages }: { messages: Line[] } = await read(`/talkjs/say/${conversationId}`);
      return messages;
    },
    answers: (conversationId, count) =>
      vi.waitFor(async () => {
        const lines = await stack.transcript(conversationId);
        const said = lines.filter(({ sender }) => sender === 'claude').map(({ text }) => text);
        if (said.length < count) throw new Error(`${said.length} answers so far`);
        return said;
      }, patience),
    end: async (signal = 'SIGINT') => {
      child.kill(signal);
      return (await ended).exitCode;
    },
  };
  for (;;) {
    try {
      await stack.status();
      return stack;
    } catch (error) {
      // Somebody on this machine was quicker: a stack of another run, say.
      if (over && /^Port \d+ is in use/m.test(over.stderr)) return startStack(env);
      if (over) throw error;
      await sleep(100);
    }
  }
}

/** Blocks below the ports that the system hands out by itself, a share of them for each worker of a test run. */
const [FIRST_BLOCK, BLOCKS, SHARES] = [10_000, 4_400, 8];

/** The first of five free ports in a row. */
export async function freePort(): Promise<number> {
  const share = Number(process.env.VITEST_POOL_ID ?? 0) % SHARES;
  for (;;) {
    const block = Math.floor(Math.random() * (BLOCKS / SHARES)) * SHARES + share;
    const port = FIRST_BLOCK + 5 * block;
    const isFree = await checkPorts(portBlock(String(port))).then(
      () => true,
      () => false,
    );
    if (isFree) return port;
  }
}

/** A process that has ended but was not yet collected by its parent counts as gone. */
export function isAlive(pid: number): boolean {
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' });
  return stdout.trim() !== '' && !stdout.trim().startsWith('Z');
}

/** Ends it in the middle of an answer, and gives the exit code and which processes it had. */
export async function endAtWork(stack: RunningStack, signal: NodeJS.Signals) {
  await stack.say('left', 'please be slow');
  const { processes } = await stack.status();
  return { exitCode: await stack.end(signal), processes };
}
