import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { platforms } from '../../../../lib/platforms/all.ts';
import { listOf, platformNames } from '../../../../scripts/build/list-platforms.mjs';

const root = path.resolve(import.meta.dirname, '../../../..');
const marked = new Set(
  [...readFileSync(path.join(root, '.env.example'), 'utf8').matchAll(/^# ([A-Z_]+)=\S* +# \(secret\)/gm)].map(
    ([, name]) => name,
  ),
);

it('the list of platforms is what the folders say', () => {
  expect(readFileSync(path.join(root, 'lib/platforms/all.ts'), 'utf8')).toBe(listOf(platformNames(root)));
});

describe.each(Object.entries(platforms))('the manifest of %s', (_, { settings }) => {
  it('leaves the platform off until one of its switches is set, and then says what is missing', () => {
    const problems: string[] = [];

    expect(settings.read({}, problems)).toBeUndefined();
    expect(problems).toEqual([]);
    for (const name of settings.switches) expect(settings.read({ [name]: 'x' }, problems)).toBeDefined();
    expect(problems.length).toBeGreaterThan(0);
  });

  it('names as secret what .env.example marks as secret', () => {
    expect(settings.secrets.length).toBeGreaterThan(0);
    expect(settings.secrets.filter((name) => !marked.has(name))).toEqual([]);
  });
});
