import { describe, expect, it } from 'vitest';
import { type Block, buildWindow, type WindowLimits } from '../../../lib/claude/window.ts';
import { turnSk } from '../../../lib/store/store.ts';
import type { Correction, Reply, Turn } from '../../../lib/types.ts';
import fc from '../../harness/property.ts';

const limits: WindowLimits = { strategy: 'tokens', tokenBudget: 40_000, maxMessages: 20 };

function turn(n: number, text: string, more: Partial<Turn> = {}): Turn {
  const message = { messageId: `m${n}`, createdAt: 1_000 + n };
  const said = [{ ...message, speaker: { id: 'alice' }, text, attachments: [] }];
  return {
    sk: turnSk(message),
    messageId: message.messageId,
    state: 'DELIVERED',
    said,
    generation: 0,
    epoch: 1,
    ...more,
  };
}

function answered(n: number, text: string, answer: string, more: Partial<Turn> = {}, reply: Partial<Reply> = {}): Turn {
  return turn(n, text, { reply: { kind: 'answer', text: answer, stop: 'end_turn', ...reply }, ...more });
}

function textOf(block: Block): string {
  return block.type === 'text' ? block.text : `<${block.type}>`;
}

function textsOf(window: ReturnType<typeof buildWindow>): [string, string[]][] {
  return window.messages.map(({ role, content }) => [role, content.map(textOf)]);
}

describe('the window', () => {
  it('holds what was said and answered, in order, and ends with the question word for word', () => {
    const past = [answered(1, 'I am Ada.', 'Hello Ada'), answered(2, 'Nice weather', 'Indeed')];

    const window = buildWindow(past, turn(3, '  Who am I?\n'), limits);

    expect(textsOf(window)).toEqual([
      ['user', ['I am Ada.']],
      ['assistant', ['Hello Ada']],
      ['user', ['Nice weather']],
      ['assistant', ['Indeed']],
      ['user', ['  Who am I?\n']],
    ]);
    expect(window.from).toBeUndefined();
  });

  it('tells what the bot said by itself as an answer to nobody', () => {
    const unasked = answered(1, '', 'Nobody has come yet.', { said: [] }, { stop: 'unasked' });

    const window = buildWindow([unasked], turn(2, 'And now?'), limits);

    expect(textsOf(window)).toEqual([
      ['user', [expect.stringContaining('nobody has written')]],
      ['assistant', ['Nobody has come yet.']],
      ['user', ['And now?']],
    ]);
  });

  it('keeps each message of a burst as a text block of its own', () => {
    const first = turn(1, 'Look');
    const second = turn(2, 'What is it?').said;

    const window = buildWindow([], { ...first, said: [...first.said, ...second] }, limits);

    expect(textsOf(window)).toEqual([['user', ['Look', 'What is it?']]]);
  });

  it('leaves out apologies, notices, turns under way and the asked turn itself, but not what a human was told', () => {
    const asked = turn(9, 'And now?');
    const past = [
      answered(1, 'broken', 'Sorry', { state: 'FAILED' }, { kind: 'apology' }),
      answered(2, 'too long', 'Too long', {}, { kind: 'notice' }),
      turn(3, 'under way', { state: 'CLAIMED' }),
      turn(4, 'said to a human', { state: 'SKIPPED' }),
      asked,
    ];

    const window = buildWindow(past, asked, limits);

    expect(textsOf(window)).toEqual([['user', ['said to a human', 'And now?']]]);
  });

  it('shows the edited text, and that a message was deleted, also for a message answered with another one', () => {
    const edited: Correction = { at: 5, text: 'I am Grace.', attachments: [] };
    const head = answered(1, 'I am Ada.', 'Hello', { correction: edited });
    const member = turn(2, 'secret');
    const past = [
      { ...head, said: [...head.said, ...member.said] },
      { ...member, said: [], state: 'MERGED' as const, into: head.sk, correction: { at: 9, deleted: true } },
    ];

    const window = buildWindow(past, turn(3, 'Who am I?'), limits);

    expect(textsOf(window)[0]).toEqual(['user', ['I am Grace.', '[message deleted by the user]']]);
  });

  it('says what was attached, and that a message was empty', () => {
    const picture = turn(1, ' ');
    const said = picture.said.map((one) => ({
      ...one,
      attachments: [{ url: 'https://x', name: 'cat.png', kind: 'image' as const }],
    }));

    const withFile = buildWindow([], { ...picture, said }, limits);
    const empty = buildWindow([], turn(1, '\n'), limits);

    expect(textsOf(withFile)).toEqual([['user', ['[attached image: cat.png]']]]);
    expect(textsOf(empty)).toEqual([['user', ['[empty message]']]]);
  });
});

describe('the token budget', () => {
  const long = 'word '.repeat(500);

  it('cuts to half when it is exceeded and then only grows, so that the beginning stays the same', () => {
    const turns: Turn[] = [];
    const cuts: (string | undefined)[] = [];
    const sizes: number[] = [];
    for (let n = 0; n < 200; n++) {
      const window = buildWindow(turns, turn(n, `question ${n}`), limits);
      sizes.push(window.tokens);
      cuts.push(window.from);
      turns.push(answered(n, `question ${n}`, long, {}, window.from ? { windowFrom: window.from } : {}));
    }

    const moves = cuts.filter((cut, i) => i > 0 && cut !== cuts[i - 1]).length;
    expect(Math.max(...sizes)).toBeLessThanOrEqual(limits.tokenBudget);
    expect(Math.min(...sizes.slice(100))).toBeGreaterThan(limits.tokenBudget * 0.4);
    expect(moves).toBeGreaterThan(3);
    expect(moves).toBeLessThan(12);
  });

  it('keeps what it began with, where turns of one millisecond stand in another order than their keys', () => {
    const words = 'word '.repeat(1_200);
    const of = (id: string, text: string): Turn => {
      const message = { messageId: id, createdAt: 2_000 };
      return { ...answered(1, text, words), ...message, sk: turnSk(message) };
    };
    const past = [answered(1, 'old', words.repeat(3)), of('z', 'first'), of('a', 'second')];
    const window = buildWindow(past, turn(1_001, 'cut'), { ...limits, tokenBudget: 10_000 });
    const next = [...past, answered(1_001, 'cut', 'ok', {}, { windowFrom: window.from ?? '' })];

    const asked = buildWindow(next, turn(1_002, 'now'), limits);

    const before = textsOf(window).map(([, [text]]) => text);
    expect(before[0]).toBe('first');
    expect(textsOf(asked).map(([, [text]]) => text)).toEqual([...before, 'ok', 'now']);
  });

  it('sends the question alone when it fills the budget itself', () => {
    const window = buildWindow([answered(1, 'old', 'old')], turn(2, 'x'.repeat(200_000)), limits);

    expect(window.messages).toHaveLength(1);
    expect(window.from).toBe(turn(2, '').sk);
  });
});

describe('the message count', () => {
  it('keeps the last messages of both roles, the question included', () => {
    const past = Array.from({ length: 10 }, (_, n) => answered(n, `q${n}`, `a${n}`));

    const window = buildWindow(past, turn(11, 'now'), { ...limits, strategy: 'messages', maxMessages: 5 });

    expect(textsOf(window).map(([, [text]]) => text)).toEqual(['q8', 'a8', 'q9', 'a9', 'now']);
  });
});

it('any stored history becomes alternating messages that begin and end with the user and hold no blank text', () => {
  const text = fc.string({ maxLength: 20 });
  const states = fc.constantFrom('CLAIMED', 'ANSWERED', 'DELIVERED', 'FAILED', 'MERGED', 'SKIPPED', undefined);
  const kinds = fc.constantFrom('answer', 'notice', 'apology');
  const correction = fc.option(
    fc.record({ at: fc.nat(), deleted: fc.boolean(), text: fc.option(text, { nil: undefined }) }),
    { nil: undefined },
  );
  const anyTurn = fc.tuple(fc.nat(50), text, states, kinds, text, correction, fc.boolean(), fc.nat(50));
  const past = fc.array(
    anyTurn.map(([n, words, state, kind, reply, change, isCut, from]) =>
      turn(n, words, {
        ...(state ? { state } : {}),
        ...(change ? { correction: change as Correction } : {}),
        reply: { kind, text: reply, stop: 'x', ...(isCut ? { windowFrom: turn(from, '').sk } : {}) },
      }),
    ),
    { maxLength: 30 },
  );
  const strategy = fc.constantFrom('tokens', 'messages', 'summary');

  fc.assert(
    fc.property(
      past,
      text,
      strategy,
      fc.integer({ min: 20, max: 400 }),
      (turns, question, strategyName, tokenBudget) => {
        const { messages } = buildWindow(turns, turn(60, question), {
          strategy: strategyName,
          tokenBudget,
          maxMessages: 7,
        });

        expect(messages.map(({ role }) => role)).toEqual(messages.map((_, i) => (i % 2 === 0 ? 'user' : 'assistant')));
        expect(messages.at(-1)?.role).toBe('user');
        expect(
          messages.every(({ content }) => content.length > 0 && content.every((block) => textOf(block).trim())),
        ).toBe(true);
      },
    ),
  );
});
