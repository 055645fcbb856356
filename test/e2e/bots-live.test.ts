/** The bots' folder while the stack runs: what is saved is taken over, and what is broken is told and changes nothing. */
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { build } from '../../scripts/build/build.mjs';
import { patience } from '../harness/patience.ts';
import { type RunningStack, startStack } from '../harness/running-stack.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'bots-'));
let stack: RunningStack;
let asked = 0;

function save(file: string, text: string) {
  const whole = path.join(folder, file);
  mkdirSync(path.dirname(whole), { recursive: true });
  writeFileSync(whole, text);
}

/** What Claude was told of itself when it was asked in a new conversation, as the interaction log has it. */
async function promptNow(): Promise<string> {
  const session = `live-${++asked}`;
  const text = `The question ${session}`;
  const answer = await fetch(`http://localhost:${stack.port + 1}/chat/${session}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ message: text }),
  });
  await answer.text();
  return vi.waitFor(async () => {
    const records = await (await fetch(`http://localhost:${stack.port + 3}/reconify/records`)).text();
    const [own] = records.split('"session').filter((one) => one.includes(text));
    if (!records.includes(text) || own === undefined) throw new Error('not yet recorded');
    return /You are [A-Z]\./.exec(own)?.[0] ?? '';
  }, patience);
}

beforeAll(async () => {
  save('default/bot.md', 'You are A.\n');
  stack = await startStack({ BOTS_DIR: folder });
});
afterAll(() => stack.end());

it('answers with what was saved last, without a restart', async () => {
  const before = await promptNow();
  save('default/bot.md', 'You are B.\n');
  await vi.waitFor(async () => expect(await promptNow()).toBe('You are B.'), patience);

  expect(before).toBe('You are A.');
});

it('goes on with the last good one while a file is broken, and says what is wrong', async () => {
  save('default/bot.md', '---\neffort: huge\n---\nYou are C.\n');
  const problem = await vi.waitFor(async () => {
    const { bots } = await stack.status();
    expect(bots.problem).toBeDefined();
    return bots.problem;
  }, patience);

  expect(problem).toMatch(/default\/bot\.md: effort must be one of low/);
  expect(await promptNow()).toBe('You are B.');

  save('default/bot.md', 'You are D.\n');
  await vi.waitFor(async () => expect(await promptNow()).toBe('You are D.'), patience);
  expect((await stack.status()).bots.problem).toBeUndefined();
});

it('takes over a new bot with a tool of its own, and none whose tool cannot be loaded', async () => {
  const tool = (name: string) => `
    import { defineTool } from '#tool';
    import * as z from 'zod/mini';
    export default defineTool({ name: '${name}', description: 'Says yes.', input: z.strictObject({}), run: async () => 'yes' });`;
  save('sales/tools/yes.ts', tool('say_yes'));
  save('sales/bot.md', '---\ntools: [say_yes]\ntalkjs: sales\n---\nYou are S.\n');
  await vi.waitFor(async () => {
    const { bots } = await stack.status();
    expect(bots.all.map(({ name }) => name)).toEqual(['default', 'sales']);
    expect(bots.problem).toBeUndefined();
  }, patience);

  save('sales/tools/yes.ts', 'export default nothing(;');
  await vi.waitFor(async () => expect((await stack.status()).bots.problem).toContain('yes.ts'), patience);
  expect(await promptNow()).toBe('You are D.');
});

it('goes on with its own while a package is built beside it', async () => {
  const chat = async () => (await stack.status()).processes.find(({ name }) => name === 'chat')?.pid ?? 0;
  const killed = await chat();
  await build();
  process.kill(killed, 'SIGKILL');
  await vi.waitFor(async () => expect([0, killed]).not.toContain(await chat()), patience);

  expect(await promptNow()).toBe('You are D.');
});
