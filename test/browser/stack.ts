/** `npm start` on free ports, for all browser tests. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TestProject } from 'vitest/node';
import { checkPorts, type Ports, portBlock } from '../../local/ports.ts';

declare module 'vitest' {
  interface ProvidedContext {
    ports: Ports;
    /** Of bots `default` and `sales`. */
    botsFolder: string;
    /** For /chat. */
    chatKey: string;
  }
}

export default async function start(project: TestProject): Promise<() => Promise<void>> {
  const ports = await freeBlock();
  const botsFolder = await makeBots();
  const { PATH = '', HOME = '' } = process.env;
  const npm = spawn('npm', ['start'], {
    env: { PATH, HOME, PORT: String(ports.http), BOTS_DIR: botsFolder, CHAT_ACCESS_KEYS },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const output of [npm.stdout, npm.stderr]) output.on('data', (data) => (said = `${said}${data}`.slice(-20_000)));
  const gone = once(npm, 'exit');
  while (!(await isUp(ports))) {
    if (npm.exitCode !== null) throw new Error(`npm start ended:\n${said}`);
    await sleep(100);
  }
  project.provide('ports', ports);
  project.provide('botsFolder', botsFolder);
  project.provide('chatKey', CHAT_KEY);
  return async () => {
    npm.kill('SIGTERM');
    await gone;
    while (await isUp(ports)) await sleep(50);
    await rm(botsFolder, { recursive: true });
  };
}

const CHAT_KEY = 'a-key-of-all-bots-0123';

/** The first key is nobody's in particular, the second one of the bot `sales`. */
const CHAT_ACCESS_KEYS = `${CHAT_KEY},sales=a-key-of-sales-0123456`;

const SALES = `---
talkjs: claude-sales
chatApi: sales
http: [sales]
---
You are the sales bot.
`;

/** The shipped bot and another one. */
async function makeBots(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'bots-browser-'));
  await cp(path.resolve(import.meta.dirname, '../../bots'), folder, { recursive: true });
  await mkdir(path.join(folder, 'sales'));
  await writeFile(path.join(folder, 'sales/bot.md'), SALES);
  return folder;
}

async function freeBlock(): Promise<Ports> {
  for (;;) {
    // Below those that systems give out themselves, one of which may be taken a moment later.
    const ports = portBlock(String(20_000 + Math.floor(Math.random() * 1200) * 10));
    if (
      await checkPorts(ports).then(
        () => true,
        () => false,
      )
    )
      return ports;
  }
}

function isUp({ standIns }: Ports): Promise<boolean> {
  return fetch(`http://localhost:${standIns}/stack`).then(
    ({ ok }) => ok,
    () => false,
  );
}
