import type { RawMessageStreamEvent } from '@anthropic-ai/sdk/resources/messages/messages';
import { describe, expect, it } from 'vitest';
import { openAssembly } from '../../../lib/claude/assemble.ts';
import { usageOf } from '../../../lib/claude/usage.ts';

/** As they come over the wire, whatever the SDK's types promise. */
function assemble(events: readonly object[]) {
  const { assembled, take } = openAssembly();
  const shown = events.map((event) => take(event as RawMessageStreamEvent) ?? '').join('');
  return { assembled, shown, content: assembled.message?.content };
}

const start = (content: object[] = [], usage: object = {}) => ({ type: 'message_start', message: { content, usage } });
const block = (content_block: object) => ({ type: 'content_block_start', index: 0, content_block });
const delta = (change: object) => ({ type: 'content_block_delta', index: 0, delta: change });
const say = (text: string) => delta({ type: 'text_delta', text });
const stop = { type: 'content_block_stop', index: 0 };

describe('the text of an answer', () => {
  it.each([
    ['half a character', ['half \ud83d end'], 'half \ufffd end'],
    ['a character in two pieces', ['a \ud83d', '\ude00 b'], 'a 😀 b'],
    ['a character that never gets its second half', ['a \ud83d'], 'a '],
  ])('is shown as it is kept, without halves: %s', (_name, pieces, text) => {
    const { shown, content } = assemble([start(), block({ type: 'text', text: '' }), ...pieces.map(say), stop]);

    expect(shown).toBe(text);
    expect(content).toEqual([{ type: 'text', text }]);
  });

  it('may begin with the message itself', () => {
    const { shown, content } = assemble([
      start([{ type: 'text', text: 'Well, ' }]),
      block({ type: 'text', text: 'yes.' }),
    ]);

    expect(shown).toBe('Well, yes.');
    expect(content).toEqual(['Well, ', 'yes.'].map((text) => ({ type: 'text', text })));
  });
});

describe('the input of a tool', () => {
  const inputOf = (json: string) => {
    const tool = block({ type: 'tool_use', id: 't', name: 'n', input: {} });
    return assemble([start(), tool, delta({ type: 'input_json_delta', partial_json: json }), stop]).content?.[0];
  };

  it('is read, brackets in its texts being no nesting', () => {
    const input = { a: [{ b: `"${'[{'.repeat(100)}` }] };

    expect(inputOf(JSON.stringify(input))).toMatchObject({ input });
  });

  it.each([33, 9_000])('stays text where it is nested %i deep', (depth) => {
    const json = '{"a":'.repeat(depth) + 1 + '}'.repeat(depth);

    expect(inputOf(json)).toMatchObject({ input: json });
  });
});

it.each([1e308, 1e10, -1, '12', null])('no count of tokens is believed that cannot be one: %s', (input_tokens) => {
  const { assembled } = assemble([start([], { input_tokens, output_tokens: 1 })]);

  expect(usageOf(assembled, { model: 'm', max_tokens: 10, messages: [] }, () => 7)).toMatchObject({
    cost: 'unknown',
    usage: { cacheWriteTokens: 7 },
  });
});
