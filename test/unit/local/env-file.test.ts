/** Room: what a line of .env says. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { parseEnvFile, readWritten } from '../../../local/env-file.ts';
import fc from '../../harness/property.ts';

const read = (text: string) => parseEnvFile(`A=${text}`, '.env').A;

test.each([
  ['sk_test_ab$defghijk', 'sk_test_ab$defghijk'],
  ['abc#def', 'abc#def'],
  ['#abc', '#abc'],
  ['', ''],
  ['   # a comment', ''],
  ['claude-x            # the model # that answers', 'claude-x'],
  [`a\\nb \${HOME} \${env:HOME} $(id) 'id'`, `a\\nb \${HOME} \${env:HOME} $(id) 'id'`],
  ["'single $quoted# secret'", 'single $quoted# secret'],
  ['"a # b" # a comment', 'a # b'],
  ['"x" # say "y"', 'x'],
  ['"say \\"hi\\" to $HOME"', 'say \\"hi\\" to $HOME'],
  ["it's", "it's"],
  ["'it's'", "it's"],
  ['"first\nsecond" ', 'first\nsecond'],
  ['{"a":"b"}', '{"a":"b"}'],
  ['p%40ss\tword=1', 'p%40ss\tword=1'],
])('A=%j is %j', (written, value) => {
  expect(read(written)).toBe(value);
});

test('lines that are empty or begin with # say nothing; export, spaces, a BOM and any line end are no matter', () => {
  const text = '\uFEFFexport A = 1\r\n\r\n # B=2\rC= 3 \nA=4\n';

  expect(parseEnvFile(text, '.env')).toEqual({ A: '4', C: '3' });
});

test.each([
  ['A=1\nTALKJS_SECRET_KEY: sk_1234', 'line 2 of .env is not of the form NAME=value'],
  ['A="1\nB=2', 'line 1 of .env: what A opens with " never ends'],
])('%j is one error that shows no value', (text, problem) => {
  expect(() => parseEnvFile(text, '.env')).toThrow(`Wrong settings: ${problem}.`);
});

test('whatever stands on one line without a comment or outer quotes is the value', () => {
  const plain = fc.string({ unit: 'grapheme' }).filter((text) => !/[\r\n]|\s#/.test(text) && !/^\s*["'`]/.test(text));

  fc.assert(fc.property(plain, (text) => read(text) === text.trim()));
});

test('a line separator of Unicode ends no line of the file', () => {
  expect(read('a\u2028b\u2029c')).toBe('a\u2028b\u2029c');
  expect(read('a #\u2028b')).toBe('a');
});

test('the file of the stage beats .env, and the shell beats both, also with nothing', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'env-'));
  writeFileSync(path.join(folder, '.env'), 'A=all\nB=all');
  writeFileSync(path.join(folder, '.env.prod'), 'A=prod\nB=prod');

  expect(readWritten({ B: '' }, { folder })).toEqual({ file: '.env', env: { A: 'all', B: '' } });
  expect(readWritten({ B: 'shell' }, { stage: 'prod', folder })).toEqual({
    file: '.env.prod',
    env: { A: 'prod', B: 'shell' },
  });
  rmSync(folder, { recursive: true });
});
