/** Promise: /chat of the running stack streams, and answers once although its process is killed in mid-answer. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { patience } from '../harness/patience.ts';
import { type RunningStack, startStack } from '../harness/running-stack.ts';

const root = path.resolve(import.meta.dirname, '../..');

let stack: RunningStack;

beforeAll(async () => {
  stack = await startStack();
});
afterAll(async () => {
  await stack.end();
});

function post(session: string, message: string, headers: Record<string, string> = {}): Promise<Response> {
  const body = JSON.stringify({ message });
  return fetch(`http://localhost:${stack.port + 1}/chat/${session}`, { method: 'POST', body, headers });
}

async function transcript(session: string): Promise<{ role: string; text: string }[]> {
  const response = await fetch(`http://localhost:${stack.port + 1}/chat/${session}`);
  return JSON.parse(await response.text()).messages;
}

describe('POST /chat/{sessionId}', () => {
  test('streams, and remembers', async () => {
    const response = await post('demo', 'Hello, my name is Ada.');
    const chunks: string[] = [];
    for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) chunks.push(chunk);
    const next = await (await post('demo', 'What is my name?')).text();

    expect(response.headers.get('content-type')).toContain('application/x-ndjson');
    expect(chunks.length).toBeGreaterThan(3);
    expect(chunks[0]).toMatch(/^\{"delta":/);
    expect(chunks.join('')).toMatch(/\{"done":true,.*\}\n$/);
    expect(next).toContain('Ada');
  });

  test('answers a message once whose first attempt was killed', async () => {
    const key = { 'idempotency-key': 'killed' };
    const first = await post('killed', 'Please be slow', key);
    const { processes } = await stack.status();
    process.kill(processes.find(({ name }) => name === 'chat')?.pid ?? Number.NaN, 'SIGKILL');
    const broken = await first.text().catch(() => 'broken off');

    const answered = await vi.waitFor(async () => {
      const again = await post('killed', 'Please be slow', key);
      const answer = await again.text();
      if (again.status !== 200) await sleep(500);
      expect([again.status, answer]).toEqual([200, expect.stringContaining('"done":true')]);
      return answer;
    }, patience);
    const repeated = await (await post('killed', 'Please be slow', key)).text();

    const turnOf = (answer: string) => /"turn":"([^"]+)"/.exec(answer)?.[1];
    expect(broken).not.toContain('"done"');
    expect(turnOf(repeated)).toBe(turnOf(answered));
    expect((await transcript('killed')).map(({ role }) => role)).toEqual(['user', 'assistant']);
  });
});

describe('npm run chat', () => {
  test('finds the stack by its PORT', async () => {
    const env = { ...process.env, PORT: String(stack.port) };
    const child = spawn('npm', ['run', '-s', 'chat', '--', '--session', 'terminal', '--once', 'Hello'], {
      cwd: root,
      env,
    });
    const [stdout] = await Promise.all([text(child.stdout), once(child, 'close')]);

    expect(child.exitCode).toBe(0);
    expect(stdout).toContain('offline Claude');
    expect((await transcript('terminal')).map(({ role }) => role)).toEqual(['user', 'assistant']);
  });
});
