/** A whole local stack with its stand-ins, as `npm start` runs it, and what the bench does with it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { root } from '../measure/build.mjs';

/** Resolves when the stack of the five ports from `port` on answers; ends it where it does not come up. */
export async function openStack(port, settings) {
  const child = spawn(process.execPath, [path.join(root, 'node_modules/serverless/bin/serverless.js'), 'offline'], {
    cwd: root,
    env: {
      ...process.env,
      PORT: String(port),
      ANTHROPIC_API_KEY: '',
      ANTHROPIC_BASE_URL: '',
      DATA_DIR: '',
      USER_MESSAGES_PER_MINUTE: '0',
      USER_USD_PER_DAY: '0',
      ...settings,
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const url = `http://localhost:${port + 3}`;
  const end = () => child.kill('SIGTERM');
  process.once('exit', end);
  await untilUp(child, url);
  return {
    /** What Claude answers from now on. */
    async script(fault) {
      await fetch(`${url}/claude/faults`, { method: 'DELETE' });
      await post(`${url}/claude/faults`, [{ ...fault, times: 'forever' }]);
    },
    say: (message) => post(`${url}/talkjs/say`, message),
    /** The messages of a conversation; none where there is no such. */
    async transcript(conversation) {
      const body = await (await fetch(`${url}/talkjs/say/${conversation}`)).json();
      return Array.isArray(body) ? body : (body.messages ?? []);
    },
    async close() {
      const gone = once(child, 'exit');
      if (child.exitCode === null && end()) await gone;
      process.off('exit', end);
    },
  };
}

async function untilUp(child, url) {
  while (child.exitCode === null) {
    const response = await fetch(`${url}/stack`).catch(() => undefined);
    if (response?.ok) return;
    await sleep(100);
  }
  throw new Error('the stack ended');
}

async function post(url, body) {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
}
