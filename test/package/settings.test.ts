import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '../..');
const read = (file: string) => readFileSync(path.join(root, file), 'utf8');
const namesIn = (text: string, pattern: RegExp) => new Set([...text.matchAll(pattern)].map(([, name = '']) => name));

/** Places in the stack: whoever needs one has it from serverless.yml, and locally from the embedded stack. */
const isPlace = (name: string) => /^(TABLE_NAME|[A-Z_]+_(QUEUE|DEAD_LETTERS)_URL)$/.test(name);
const readers = ['lib/config.ts', ...globSync('lib/platforms/*/{platform,settings}.ts', { cwd: root })];
const known = [...namesIn(readers.map(read).join('\n'), /'([A-Z]+(?:_[A-Z]+)+)'/g)].filter((name) => !isPlace(name));
const example = read('.env.example');
const passed = namesIn(read('serverless.yml'), /\b([A-Z]+(?:_[A-Z]+)+):/g);

it('lists every setting that the code reads in .env.example, each with its meaning', () => {
  const lines = example.split('\n').filter((line) => /^# [A-Z]/.test(line) && line.includes('='));

  const listed = namesIn(example, /^# ([A-Z_]+)=/gm);
  expect(known.length).toBeGreaterThan(10);
  expect(known.filter((name) => !listed.has(name))).toEqual([]);
  expect(lines.filter((line) => !/=\S* +# \S.+/.test(line))).toEqual([]);
});

it('sets nothing in .env.example', () => {
  const lines = example.split('\n');

  expect(lines.filter((line) => line !== '' && !line.startsWith('#'))).toEqual([]);
});

it('hands every setting to the deployed functions, the secret ones through SSM', () => {
  const secret = namesIn(example, /^# ([A-Z_]+)=\S* +# \(secret\)/gm);

  expect(secret.size).toBeGreaterThan(0);
  expect(known.filter((name) => !secret.has(name) && !passed.has(name))).toEqual([]);
  expect([...secret].filter((name) => passed.has(name))).toEqual([]);
});
