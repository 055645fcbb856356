import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, inject, it } from 'vitest';
import { environmentOf } from '../../scripts/stage/environment.ts';
import { packageService, readPackage } from '../harness/packaged.ts';

const root = path.resolve(import.meta.dirname, '../..');
const read = (file: string) => readFileSync(path.join(root, file), 'utf8');
const namesIn = (text: string, pattern: RegExp) => new Set([...text.matchAll(pattern)].map(([, name = '']) => name));

/** Places in the stack, and its parameters: whoever needs one has it from serverless.yml, and locally from the embedded stack. */
const isPlace = (name: string) =>
  /^(TABLE_NAME|EVENTS_TOPIC_ARN|CHAT_API_STREAMS|[A-Z_]+_(QUEUE|DEAD_LETTERS)_URL)$/.test(name);
const readers = [
  'lib/config.ts',
  ...globSync('lib/{config/{events,handoff},platforms/*/{platform,settings}}.ts', { cwd: root }),
];
const known = [...namesIn(readers.map(read).join('\n'), /'([A-Z]+(?:_[A-Z]+)+)'/g)].filter((name) => !isPlace(name));
const example = read('.env.example');

it('lists every setting that the code reads in .env.example, each with its meaning', () => {
  const lines = example.split('\n').filter((line) => /^# [A-Z_]+=/.test(line));

  const listed = namesIn(example, /^# ([A-Z_]+)=/gm);
  expect(known.length).toBeGreaterThan(10);
  expect(known.filter((name) => !listed.has(name))).toEqual([]);
  expect(lines.filter((line) => !/=\S* +# \S.+/.test(line))).toEqual([]);
});

it('sets nothing in .env.example', () => {
  const lines = example.split('\n');

  expect(lines.filter((line) => line !== '' && !line.startsWith('#'))).toEqual([]);
});

it('hands the settings of .env to every function as they stand, and no secret', async () => {
  const { template, text } = await readPackage(inject('packages').full);

  const functions = Object.values(template.Resources).filter(({ Type }) => Type === 'AWS::Lambda::Function');
  expect(functions.length).toBeGreaterThan(5);
  for (const { Properties } of functions)
    expect(Properties?.Environment).toMatchObject({
      Variables: {
        SECRETS_PATH: '/claude-chat/prod',
        CLAUDE_MODEL: 'claude-$HOME',
        CLAUDE_FALLBACK_MODEL: `\${env:HOME} \${self:service} $5`,
        TALKJS_BOT_ID: 'the#bot',
      },
    });
  expect(text).not.toContain('sk_very_secret');
  expect(text).not.toContain('the-key-of-the-crm');
  expect(template.Resources.TurnsQueue?.Properties).toMatchObject({ DelaySeconds: '7' });
  expect(template.Resources.AlarmsEmail?.Properties).toMatchObject({ Endpoint: 'somebody@example.com' });
});

it('knows every setting that is no secret for one of the functions', () => {
  const secret = namesIn(example, /^# ([A-Z_]+)=\S* +# \(secret\)/gm);
  const env = Object.fromEntries(known.map((name) => [name, 'x']));

  const environment = environmentOf({ name: 'dev', env });

  expect(secret.size).toBeGreaterThan(0);
  expect(Object.keys(environment).sort()).toEqual(
    [...known.filter((name) => !secret.has(name)), 'SECRETS_PATH'].sort(),
  );
});

it.each([
  ['a function that could not start', { ATTACHMENT_HOSTS: 'localhost' }, /ATTACHMENT_HOSTS has the entry localhost/],
  [
    'more than Lambda takes',
    { TALKJS_BOT_ID: 'x'.repeat(4000) },
    /: all settings together have \d+ bytes [^;]* 4096, of which TALKJS_BOT_ID has 40\d\d\.$/m,
  ],
])('packages nothing with %s', async (_, env, said) => {
  const packing = packageService({ env });

  await expect(packing).rejects.toMatchObject({ code: 1, stderr: expect.stringMatching(said) });
});
