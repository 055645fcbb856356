/** What a model may write, and a server of this API may leave out, without a user losing an answer or a count being wrong. */
import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { Permanent } from '../../lib/errors.ts';
import { openShown, type Piece } from '../../lib/http/pieces.ts';
import { defineTool } from '../../lib/tools/tool.ts';
import { openToolbox } from '../../lib/tools/toolbox.ts';
import { type Asked, openAsking, tools } from '../harness/asking.ts';
import { english } from '../harness/english.ts';
import { png } from '../harness/sample-files.ts';

const { claude, calls, ask, messagesOf } = openAsking();

const calculation = { name: 'calculator', input: { expression: '17*23' } };

/** As a reader of /chat sees it: what was shown stays shown. */
async function chat(question: Asked = {}, deps: Parameters<typeof ask>[2] = {}) {
  const pieces: Piece[] = [];
  const shown = openShown((piece) => pieces.push(piece));
  const reply = await ask({ ...question, onText: shown.text, onTool: shown.tool, isRetractable: false }, {}, deps);
  shown.rest(reply);
  return { reply, text: pieces.map((piece) => ('delta' in piece ? piece.delta : '')).join('') };
}

describe('a step that says it calls a tool, and calls none', () => {
  it('is an answer where it has words', async () => {
    claude.script({ text: 'Let me orient first.', stopReason: 'tool_use' });

    const reply = await ask({}, {}, { tools });

    expect(reply).toMatchObject({ kind: 'answer', text: 'Let me orient first.', stop: 'end_turn' });
  });

  it('is asked for once more where it has none, and then ends in the sentence', async () => {
    claude.script({ text: null, stopReason: 'tool_use' }, { text: 'Here it is.' });
    expect((await ask({}, {}, { tools })).text).toBe('Here it is.');

    claude.script({ text: null, stopReason: 'tool_use', times: 2 });
    expect(await ask({}, {}, { tools })).toMatchObject({ kind: 'notice', text: english.empty });
    expect(calls).toHaveLength(4);
  });
});

it('gives a tool up when the time of tools is over, and has time left to say so', async () => {
  const over = new AbortController();
  const endless = defineTool({
    ...{ name: 'calculator', description: 'Calculates', input: z.strictObject({ expression: z.string() }) },
    timeoutMs: 600_000,
    run: () => {
      over.abort();
      return new Promise(() => {});
    },
  });
  const bot = { bot: 'default', secrets: {} };
  const toolbox = openToolbox([endless], { bot, handToHuman: async () => ({}), fetch, now: Date.now, log: () => {} });
  claude.script({ text: null, tools: [calculation] }, { text: 'That took too long.' });

  const reply = await ask({ toolSignal: over.signal }, {}, { tools: toolbox });

  expect(reply).toMatchObject({ kind: 'answer', text: 'That took too long.' });
  expect(messagesOf(1).at(-1)?.content[0]?.content).toBe('It took too long and was given up.');
});

describe('nothing after a tool’s result', () => {
  const preamble = { text: 'Let me check that for you.', tools: [calculation] };

  it('is asked for once more', async () => {
    claude.script(preamble, { text: '' }, { text: 'It is 391.' });

    const reply = await ask({}, {}, { tools });

    expect(reply).toMatchObject({ kind: 'answer', text: 'Let me check that for you.\n\nIt is 391.' });
  });

  it('never makes the words before the tool the answer', async () => {
    claude.script(preamble, { text: '', times: 2 });

    const { reply, text } = await chat({}, { tools });

    expect(reply).toMatchObject({ kind: 'notice', text: `Let me check that for you.\n\n${english.empty}` });
    expect(text).toBe(reply.text);
  });
});

describe('a tool call that the API would not take back', () => {
  it.each([
    ['a name with a dot', { ...calculation, name: 'functions.calculator' }],
    ['a name without letters', { ...calculation, name: '' }],
    ['a name that is too long', { ...calculation, name: 'x'.repeat(200) }],
    ['an id with other characters', { ...calculation, id: 'call:1/é' }],
    ['an input that is no object', { name: 'calculator', json: '[1]' }],
    ['an input that is no JSON', { name: 'calculator', json: '{"expression": "1+' }],
    ['half a character', { name: 'calculator', json: '{"expression": "\\ud83d"}' }],
  ])('goes back so that it does: %s', async (_, call) => {
    claude.script({ tools: [call], text: null }, { text: 'Done.' });

    expect(await ask({}, {}, { tools })).toMatchObject({ kind: 'answer', text: 'Done.' });
    expect(messagesOf(1)).toHaveLength(3);
  });

  it('has an id of its own, within a step and across steps', async () => {
    const twice = { tools: [calculation, calculation].map((call) => ({ ...call, id: 'toolu_1' })), text: null };
    claude.script({ ...twice, times: 2 }, { text: 'Done.' });

    expect((await ask({}, {}, { tools })).text).toBe('Done.');

    const used = messagesOf(2).flatMap(({ content }) =>
      content.flatMap(({ type, id }) => (type === 'tool_use' ? id : [])),
    );
    expect(new Set(used).size).toBe(4);
  });

  it('is run also where the API calls it an end', async () => {
    claude.script({ tools: [calculation], text: null, stopReason: 'end_turn' }, { text: 'It is 391.' });

    expect((await ask({}, {}, { tools })).text).toBe('It is 391.');
  });
});

describe('on /chat all deltas together are the stored answer', () => {
  const messages = Array.from({ length: 5 }, (_, i) => ({
    role: i % 2 === 0 ? ('user' as const) : ('assistant' as const),
    content: `message ${i}`,
  }));

  it('when the window is full after some text', async () => {
    claude.script({ text: 'The first half of the ans', stopReason: 'model_context_window_exceeded' });

    const { reply, text } = await chat({ messages });

    expect(reply.text).toBe(`The first half of the ans\n\n${english.cutShort}`);
    expect(text).toBe(reply.text);
    expect(calls).toHaveLength(1);
  });

  it('when the window is full before any', async () => {
    claude.script({ text: null, stopReason: 'model_context_window_exceeded' }, { text: 'The whole answer.' });

    expect((await chat({ messages })).text).toBe('The whole answer.');
  });

  it('when Claude refuses in the middle', async () => {
    claude.script({ text: 'Well, to do th', stopReason: 'refusal' });

    const { reply, text } = await chat();

    expect(reply).toMatchObject({ kind: 'notice', text: `Well, to do th\n\n${english.refusal}` });
    expect(text).toBe(reply.text);
  });

  it('when it pauses between two parts', async () => {
    claude.script({ text: 'Searching.\n', stopReason: 'pause_turn' }, { text: '\nFound.' });

    const { reply, text } = await chat();

    expect(reply.text).toBe('Searching.\n\nFound.');
    expect(text).toBe(reply.text);
  });

  it('when a block begins with its words', async () => {
    claude.script({ text: 'Hello there', startsWithWords: true });

    const { reply, text } = await chat();

    expect([reply.text, text]).toEqual(['Hello there', 'Hello there']);
  });
});

it('one message alone is not asked a second time when the window is full', async () => {
  claude.script({ text: 'Half', stopReason: 'model_context_window_exceeded' });

  expect((await ask()).text).toBe(`Half\n\n${english.cutShort}`);
  expect(calls).toHaveLength(1);
});

it('thoughts do not come along when the window is halved in a tool loop', async () => {
  const history = Array.from({ length: 9 }, (_, i) => ({
    role: i % 2 === 0 ? ('user' as const) : ('assistant' as const),
    content: i === 8 ? 'what is 17*23?' : `message ${i}`,
  }));
  claude.script(
    { tools: [calculation], text: null },
    { status: 400, errorMessage: 'prompt is too long: 2 tokens > 1 maximum' },
    { text: 'It is 391.' },
  );

  expect((await ask({ messages: history }, {}, { tools })).text).toBe('It is 391.');

  expect(JSON.stringify(messagesOf(1))).toContain('"thinking"');
  expect(JSON.stringify(messagesOf(2))).not.toContain('"thinking"');
});

describe('tokens that the API does not count', () => {
  it.each(['start', 'end', 'both'] as const)('leave the answer, its cost unknown (%s)', async (uncounted) => {
    const costs: number[] = [];
    claude.script({ text: 'An answer of a few words', uncounted });

    const reply = await ask({ onCost: (usd) => costs.push(usd) });

    if (uncounted === 'start') {
      // The end repeats the whole count, so nothing is missing.
      expect(reply).toMatchObject({ kind: 'answer', usd: expect.any(Number) });
      expect(reply.cost).toBeUndefined();
      return;
    }
    expect(reply).toMatchObject({ kind: 'answer', text: 'An answer of a few words', cost: 'unknown' });
    expect(reply).not.toHaveProperty('usd');
    expect(reply).not.toHaveProperty('usage');
    expect(calls[0]).toMatchObject({ cost: 'unknown', response: { usage: null } });
    expect(costs[0]).toBeGreaterThan(0);
  });

  it('are counted from above in an answer that the time limit cuts', async () => {
    const text = 'one two three four five six seven eight nine ten '.repeat(20);
    const deadline = new AbortController();
    let heard = '';
    claude.script({ text, breaks: { how: 'stall', after: 150 } });

    const reply = await ask({
      signal: deadline.signal,
      onText: (delta) => {
        heard += delta;
        if (heard.length > 300) deadline.abort();
      },
    });

    expect(reply).toMatchObject({ stop: 'deadline', cost: 'estimated' });
    // The stand-in sends a token a piece, of at most four characters with its blank space.
    expect(reply.usage?.outputTokens).toBeGreaterThanOrEqual(heard.length / 4);
    expect(reply.usage?.outputTokens).toBeLessThanOrEqual(2048);
  });
});

describe('a file that Claude refuses', () => {
  const picture = (data: string) => ({
    type: 'image' as const,
    source: { type: 'base64' as const, media_type: 'image/png' as const, data },
  });
  const files = ['first', 'second'].map((key) => ({
    key,
    block: picture(png().toString('base64')),
    note: `[attached image: ${key}.png (not read: Claude could not open it)]`,
  }));
  const messages = [
    {
      role: 'user' as const,
      content: [...files.map(({ block }) => block), { type: 'text' as const, text: 'What is this?' }],
    },
  ];
  const unprocessable = (block: number) => ({
    status: 400,
    errorMessage: `messages.0.content.${block}.image.source.base64.data: Could not process image`,
  });

  it('is a note from then on, and the question is asked again without it', async () => {
    claude.script(unprocessable(1), { text: 'One picture.' });

    const reply = await ask({ messages, files });

    expect(reply).toMatchObject({ kind: 'answer', text: 'One picture.', unreadable: ['second'] });
    expect(messagesOf(1)[0]?.content.map(({ type, text }) => text ?? type)).toEqual([
      'image',
      files[1]?.note,
      'What is this?',
    ]);
  });

  it('may be one after another, or all of them where the API names none', async () => {
    claude.script(unprocessable(0), unprocessable(1), { text: 'No picture.' });
    expect((await ask({ messages, files })).unreadable).toEqual(['first', 'second']);

    claude.script({ status: 400, errorMessage: 'Could not process image' }, { text: 'No picture.' });
    expect((await ask({ messages, files })).unreadable).toEqual(['first', 'second']);
  });

  it('is left out, too, where the question alone is too long with it', async () => {
    claude.script({ status: 413 }, { text: 'No picture.' });

    expect(await ask({ messages, files })).toMatchObject({ kind: 'answer', unreadable: ['first', 'second'] });
  });

  it('is not looked for where there is none', async () => {
    claude.script({ status: 400, errorMessage: 'messages.0.content.0: no such thing' });

    await expect(ask()).rejects.toThrow(Permanent);
    expect(claude.requests).toHaveLength(1);
  });
});
