/** The stack of `npm start` as a process of its own, on a block of free ports, with stand-ins for everything. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { vi } from 'vitest';
import { claimPorts, portBlock } from '../../local/ports.ts';
import { settingNames } from '../../local/settings.ts';
import type { Status } from '../../local/status.ts';

const root = path.resolve(import.meta.dirname, '../..');
const framework = path.join(root, 'node_modules/serverless/bin/serverless.js');

/** Long enough for a message that waits out a killed worker's visibility timeout (25 s) on a busy machine. */
export const patience: Parameters<typeof vi.waitFor>[1] = { timeout: 90_000, interval: 100 };

export interface Line {
  sender: string;
  text: string;
}

export interface RunningStack {
  child: ChildProcess;
  port: number;
  status(): Promise<Status>;
  /** Speaks as a TalkJS user. */
  say(conversationId: string, text: string): Promise<void>;
  transcript(conversationId: string): Promise<Line[]>;
  /** The bot's lines, once there are that many. */
  answers(conversationId: string, count: number): Promise<string[]>;
  /** Sends the signal and gives the exit code. */
  end(signal?: NodeJS.Signals): Promise<number | null>;
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
  return { child, ended: ended.then(([stdout, stderr]) => ({ stdout, stderr, exitCode: child.exitCode })) };
}

export async function startStack(env: Record<string, string> = {}, port?: number): Promise<RunningStack> {
  const first = port ?? (await freePort());
  const { child, ended } = launch(first, env);
  const standIns = `http://localhost:${first + 3}`;
  const read = async (route: string) => {
    const response = await fetch(`${standIns}${route}`);
    if (!response.ok) throw new Error(`${route} answered ${response.status}`);
    return JSON.parse(await response.text());
  };
  const stack: RunningStack = {
    child,
    port: first,
    status: async (): Promise<Status> => read('/stack'),
    say: async (conversationId, text) => {
      const body = JSON.stringify({ conversationId, userId: 'ada', text });
      const headers = { 'content-type': 'application/json' };
      const response = await fetch(`${standIns}/talkjs/say`, { method: 'POST', body, headers });
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
  await vi.waitFor(async () => {
    if (child.exitCode !== null) throw new Error('the stack ended');
    await stack.status();
  }, patience);
  return stack;
}

/** The first of five free ports in a row. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 30_000);
    const isFree = await claimPorts(portBlock(String(port))).then(
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
