/** Promise: the framework's own command does what `npm start` does. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { expect, it, onTestFailed, vi } from 'vitest';
import { checkPorts, portBlock } from '../../local/ports.ts';
import { settingNames } from '../../local/settings.ts';
import { patience } from '../harness/patience.ts';
import { freePort, isAlive } from '../harness/running-stack.ts';

const root = path.resolve(import.meta.dirname, '../..');

it.each(['offline', 'offline start --stage dev'])(
  'npx serverless %s answers, and Ctrl-C ends all of it',
  async (command) => {
    const port = await freePort();
    const unset = Object.fromEntries(settingNames().map((name) => [name, '']));
    const env = { ...process.env, ...unset, DATA_DIR: '', PORT: String(port) };
    // A group of its own, as a terminal gives it: Ctrl-C reaches every process in it.
    const npx = spawn('npx', ['serverless', ...command.split(' ')], {
      cwd: root,
      env,
      detached: true,
      stdio: 'ignore',
    });
    const ended = once(npx, 'close');
    onTestFailed(() => void process.kill(-(npx.pid ?? 0), 'SIGKILL'));
    const base = `http://localhost:${port + 3}`;
    const read = async (url: string) => JSON.parse(await (await fetch(`${base}${url}`)).text());
    const { processes } = await vi.waitFor(() => read('/stack'), patience);

    await fetch(`${base}/talkjs/say`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ conversationId: 'npx', userId: 'ada', text: 'Hello, my name is Ada.' }),
    });
    const answer = await vi.waitFor(async () => {
      const { messages } = await read('/talkjs/say/npx');
      const found = messages.find(({ sender }: { sender: string }) => sender === 'claude');
      if (!found) throw new Error('no answer so far');
      return found.text;
    }, patience);
    process.kill(-(npx.pid ?? 0), 'SIGINT');
    await ended;

    expect(answer).toContain('Ada');
    const pids: number[] = processes.map(({ pid }: { pid: number }) => pid);
    expect(pids.length).toBeGreaterThan(3);
    await vi.waitFor(() => expect(pids.filter(isAlive)).toEqual([]), patience);
    await vi.waitFor(() => checkPorts(portBlock(String(port))), patience);
  },
);
