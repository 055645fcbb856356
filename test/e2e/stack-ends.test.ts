/** Promise: however a stack ends, nothing of it stays behind but what DATA_DIR keeps, and that is taken up again. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test, vi } from 'vitest';
import { checkPorts, portBlock } from '../../local/ports.ts';
import { patience } from '../harness/patience.ts';
import { endAtWork, freePort, isAlive, launch, startStack } from '../harness/running-stack.ts';

test('SIGTERM ends everything and frees every port', async () => {
  const stack = await startStack();
  const { exitCode, processes } = await endAtWork(stack, 'SIGTERM');

  expect(exitCode).toBe(0);
  expect(processes.length).toBeGreaterThan(0);
  expect(processes.filter(({ pid }) => isAlive(pid))).toEqual([]);
  await expect(checkPorts(portBlock(String(stack.port)))).resolves.toBeUndefined();
});

test('no process outlives a stack that is killed', async () => {
  const stack = await startStack();
  const { processes } = await stack.status();

  await stack.end('SIGKILL');

  await vi.waitFor(() => expect(processes.filter(({ pid }) => isAlive(pid))).toEqual([]), patience);
});

test('DATA_DIR keeps the conversations across a restart with other settings, for one stack at a time', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'stack-'));
  const before = await startStack({ DATA_DIR: folder });
  await before.say('kept', 'Hello, my name is Ada.');
  await before.answers('kept', 1);
  await before.end();

  const after = await startStack({ DATA_DIR: folder, BURST_WINDOW_SECONDS: '1' });
  const second = await launch(await freePort(), { DATA_DIR: folder }).ended;
  await after.say('kept', 'What is my name?');

  const [answer] = await after.answers('kept', 1);
  expect(answer).toContain('Ada');
  expect([second.exitCode, second.stdout.trim()]).toEqual([1, '']);
  expect(second.stderr.trim()).toMatch(/^Another stack keeps its data in \S+: end it, or [^\n]+\.$/);
  await after.end();
  rmSync(folder, { recursive: true });
});
