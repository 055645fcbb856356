/** `npm start` on free ports, for all browser tests. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TestProject } from 'vitest/node';
import { checkPorts, type Ports, portBlock } from '../../local/ports.ts';

declare module 'vitest' {
  interface ProvidedContext {
    ports: Ports;
  }
}

export default async function start(project: TestProject): Promise<() => Promise<void>> {
  const ports = await freeBlock();
  const { PATH = '', HOME = '' } = process.env;
  const npm = spawn('npm', ['start'], {
    env: { PATH, HOME, PORT: String(ports.http) },
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
  return async () => {
    npm.kill('SIGTERM');
    await gone;
    while (await isUp(ports)) await sleep(50);
  };
}

async function freeBlock(): Promise<Ports> {
  for (;;) {
    const ports = portBlock(String(20_000 + Math.floor(Math.random() * 2000) * 10));
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
