import type { ContentBlockParam, MessageParam } from '@anthropic-ai/sdk/resources/messages/messages';
import { describe, expect, it } from 'vitest';
import { halve, normalise } from '../../../lib/claude/normalise.ts';
import { modelTable, rulesOf } from '../../../local/stand-ins/claude/models.ts';
import { parseMessages } from '../../../local/stand-ins/claude/shape.ts';
import { checkRequest, strictVersion } from '../../../local/stand-ins/claude/validate.ts';
import fc from '../../harness/property.ts';

/** Throws what the API would answer. */
function accept(messages: MessageParam[]): void {
  const parsed = parseMessages({ model: 'claude-haiku-5-5', max_tokens: 100, messages });
  checkRequest(parsed, rulesOf(modelTable(), 'claude-haiku-5-5'), strictVersion);
}

const use = (id: string): ContentBlockParam => ({ type: 'tool_use', id, name: 'calculator', input: {} });
const result = (id: string): ContentBlockParam => ({ type: 'tool_result', tool_use_id: id, content: '4' });
const text = (words: string): ContentBlockParam => ({ type: 'text', text: words });

const anyBlock = fc.oneof(
  fc.string({ maxLength: 5 }).map(text),
  fc.constantFrom('a', 'b', 'c').map((id) => use(`toolu_${id}`)),
  fc.constantFrom('a', 'b', 'c').map((id) => result(`toolu_${id}`)),
);
const anyMessages = fc.array(
  fc.record({
    role: fc.constantFrom('user' as const, 'assistant' as const),
    content: fc.array(anyBlock, { maxLength: 4 }),
  }),
  { maxLength: 12 },
);

describe('the normaliser', () => {
  it('makes an array that the API accepts out of any messages', () => {
    fc.assert(
      fc.property(anyMessages, (messages) => {
        expect(() => accept(normalise(messages))).not.toThrow();
      }),
      { numRuns: 5_000 },
    );
  });

  it('leaves what the API accepts as it is', () => {
    const messages: MessageParam[] = [
      { role: 'user', content: [text('2 + 2?')] },
      { role: 'assistant', content: [text('Let me see.'), use('toolu_a')] },
      { role: 'user', content: [result('toolu_a'), text('quick!')] },
    ];

    expect(normalise(messages)).toEqual(messages);
  });

  it('changes nothing when it is run again', () => {
    fc.assert(
      fc.property(anyMessages, (messages) => {
        const once = normalise(messages);

        expect(normalise(once)).toEqual(once);
      }),
    );
  });

  it('keeps every word of the user that stands after the first and before the last of them', () => {
    const messages: MessageParam[] = [
      { role: 'assistant', content: [use('toolu_a')] },
      { role: 'user', content: [result('toolu_a'), text('one')] },
      { role: 'user', content: [text(' '), text('two')] },
      { role: 'assistant', content: 'yes' },
    ];

    expect(normalise(messages)).toEqual([{ role: 'user', content: [text('one'), text('two')] }]);
  });
});

describe('halving', () => {
  it('cuts only at a message that a user wrote, and never below the last one', () => {
    fc.assert(
      fc.property(anyMessages, (messages) => {
        const whole = normalise(messages);
        const half = halve(whole);

        expect(whole.slice(-half.length)).toEqual(half);
        expect(half.length).toBeGreaterThan(0);
        expect(() => accept(normalise(half))).not.toThrow();
      }),
    );
  });
});
