import { describe, expect, it } from 'vitest';
import { sizes } from '../../../../lib/bounds.ts';
import { readJsonBody } from '../../../../lib/platforms/kit/json-body.ts';
import fc from '../../../harness/property.ts';

const read = (text: string) => readJsonBody(Buffer.from(text));
const nested = (depth: number, open = '[', close = ']') => `${open.repeat(depth)}${close.repeat(depth)}`;
const listOf = (entries: number) => JSON.stringify(Array.from({ length: entries }, () => 0));

describe('a JSON body', () => {
  it('is read as JSON.parse reads it, whatever is in it', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 8 }), (value) => {
        const text = JSON.stringify(value);

        expect(read(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  it.each([
    ['as deep as the bound', nested(sizes.jsonDepth)],
    ['with a list as long as the bound', listOf(sizes.listEntries)],
    ['with many lists, each within the bound', JSON.stringify([JSON.parse(listOf(600)), JSON.parse(listOf(600))])],
    ['with an object of more keys than a list may have entries', JSON.stringify({ ...JSON.parse(listOf(1_500)) })],
    [
      'with brackets, commas and quotes in its texts',
      JSON.stringify({ text: `${'['.repeat(99)}\\"${','.repeat(5_000)}` }),
    ],
    ['with a text that ends in a backslash', JSON.stringify(['\\', '[[[', '"'])],
  ])('%s is read', (_, text) => {
    expect(read(text)).toEqual(JSON.parse(text));
  });

  it.each([
    ['deeper than the bound', nested(sizes.jsonDepth + 1)],
    ['of objects deeper than the bound', '{"a":'.repeat(sizes.jsonDepth + 1)],
    ['so deep that a parser may not return', nested(200_000)],
    ['with a list longer than the bound', listOf(sizes.listEntries + 1)],
    ['with such a list inside an object', `{"a":{"b":${listOf(sizes.listEntries + 1)}}}`],
    ['that ends in the middle', '{"a":["b'],
    ['that ends behind a backslash', '"\\'],
    ['of closing brackets only', ']]]'],
    ['that is empty', ''],
  ])('%s is refused', (_, text) => {
    expect(() => read(text)).toThrow(expect.objectContaining({ name: 'Rejected', status: 400 }));
  });

  it('of bytes that are no UTF-8 is refused', () => {
    expect(() => readJsonBody(Buffer.from([0x22, 0xff, 0x22]))).toThrow('not JSON in UTF-8');
  });
});
