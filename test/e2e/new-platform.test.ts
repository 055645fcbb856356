import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '../..');
const COPIED = ['bots', 'functions', 'lib', 'local', 'scripts', 'test', 'resources', 'docs', 'widget'];
const FILES = ['package.json', 'tsconfig.json', 'biome.json', 'serverless.yml', '.env.example', 'vitest.config.ts'];

let copy: string;

const run = (...args: string[]) => promisify(execFile)(process.execPath, args, { cwd: copy });

beforeAll(async () => {
  copy = await mkdtemp(path.join(tmpdir(), 'new-platform-'));
  for (const name of [...COPIED, ...FILES]) await cp(path.join(root, name), path.join(copy, name), { recursive: true });
  await symlink(path.join(root, 'node_modules'), path.join(copy, 'node_modules'));
});

afterAll(() => rm(copy, { recursive: true, force: true }));

describe('npm run new-platform', () => {
  it('lays a platform that compiles, in the files that docs/new-platform.md names and no other', async () => {
    const { stdout } = await run('scripts/new-platform.ts', 'toy-chat');

    const written = stdout.split('\n').filter((line) => line !== '' && !line.startsWith('Next'));
    const page = await readFile(path.join(root, 'docs/new-platform.md'), 'utf8');
    const named = [...page.matchAll(/^\| `([^`]+)` \|/gm)].map(([, file = '']) => file.replaceAll('toy', 'toy-chat'));
    expect(written.sort()).toEqual(named.sort());
    expect(written.length).toBeLessThanOrEqual(9);
    const problems = await run('node_modules/typescript/bin/tsc').catch(({ stdout }) => ({ stdout }));
    expect(problems.stdout).toBe('');
  });

  it.each(['', 'Toy', 'toy chat', '../toy', 'talkjs'])('refuses the name %j and writes nothing', async (name) => {
    await expect(run('scripts/new-platform.ts', name)).rejects.toMatchObject({ code: 1 });
  });
});
