/** The one way to ask Claude: the real SDK over HTTP against a local server that misbehaves on demand. */
import { describe, expect, it } from 'vitest';
import { Later, Permanent } from '../../lib/errors.ts';
import { openAsking, tools } from '../harness/asking.ts';
import { english } from '../harness/english.ts';

const { claude, calls, waits, logged, ask, messagesOf } = openAsking();

/** Short where silence is what is tried, and longer than a busy machine takes for an answer. */
const SILENCE = { silenceMs: 2_000 };

describe('an answer', () => {
  it('comes with its tokens and its price, and every call is on record', async () => {
    const reply = await ask();

    expect(reply).toMatchObject({ kind: 'answer', stop: 'end_turn', model: 'claude-haiku-5-5' });
    expect(reply.usd).toBeGreaterThan(0);
    expect(calls).toHaveLength(1);
    expect(calls[0]).toMatchObject({ usd: reply.usd, usage: reply.usage, isPartial: false });
    expect(claude.requests[0]?.body).toMatchObject({ stream: true, max_tokens: 2048, metadata: { user_id: 'opaque' } });
  });

  it('arrives piece by piece for whoever listens', async () => {
    const pieces: string[] = [];

    const reply = await ask({ onText: (delta) => pieces.push(delta) });

    expect(pieces.length).toBeGreaterThan(3);
    expect(pieces.join('')).toBe(reply.text);
  });

  it('leaves parameters out that a model might refuse, and sends an effort when one is set', async () => {
    await ask({}, { CLAUDE_MODEL: 'claude-haiku-4-5' });
    await ask({}, { CLAUDE_MODEL: 'claude-of-tomorrow', CLAUDE_EFFORT: 'low' });

    expect(Object.keys(claude.requests[0]?.body as object).sort()).toEqual(
      ['max_tokens', 'messages', 'metadata', 'model', 'stream', 'system'].sort(),
    );
    expect(claude.requests[1]?.body).toMatchObject({ output_config: { effort: 'low' } });
  });
});

it('an effort is left out for a model that has none, also when it is the fallback', async () => {
  claude.script({ status: 529, model: 'claude-haiku-5-5', times: 3 });

  const reply = await ask({}, { CLAUDE_FALLBACK_MODEL: 'claude-haiku-4-5', CLAUDE_EFFORT: 'low' });

  expect(reply).toMatchObject({ kind: 'answer', model: 'claude-haiku-4-5' });
  expect(claude.requests[0]?.body).toHaveProperty('output_config');
  expect(claude.requests[3]?.body).not.toHaveProperty('output_config');
});

describe('a stop reason', () => {
  const cutShort = `Half\n\n${english.cutShort}`;
  const cases: [string, string | null, string, string][] = [
    ['end_turn', 'All of it', 'answer', 'All of it'],
    ['end_turn', '  ', 'notice', english.empty],
    ['end_turn', null, 'notice', english.empty],
    ['stop_sequence', 'All of it', 'answer', 'All of it'],
    ['max_tokens', 'Half', 'answer', cutShort],
    ['max_tokens', null, 'notice', english.noRoom],
    ['refusal', 'I will n', 'notice', english.refusal],
    ['compaction', 'Half', 'answer', cutShort],
    ['a_reason_of_tomorrow', null, 'notice', english.empty],
  ];

  it.each(cases)('%s with the text %j becomes a %s', async (stopReason, text, kind, told) => {
    claude.script({ stopReason, text });

    const reply = await ask();

    expect(reply).toMatchObject({ kind, text: told, stop: stopReason });
    expect(calls).toHaveLength(1);
  });

  it('pause_turn goes on with the same content, at most 8 calls long', async () => {
    claude.script({ stopReason: 'pause_turn', text: 'Searching.' }, { text: 'Found.' });

    const reply = await ask();

    expect(reply).toMatchObject({ kind: 'answer', text: 'Searching.\n\nFound.', stop: 'end_turn' });
    claude.script({ stopReason: 'pause_turn', text: '', times: 'forever' });
    expect(await ask()).toMatchObject({ kind: 'notice', text: english.tooManySteps });
    expect(calls).toHaveLength(2 + 8);
  });

  it('model_context_window_exceeded halves the history and asks once more', async () => {
    claude.script({ stopReason: 'model_context_window_exceeded', text: 'Hal' }, { text: 'Whole' });
    const messages = Array.from({ length: 9 }, (_, i) => ({
      role: i % 2 === 0 ? ('user' as const) : ('assistant' as const),
      content: `message ${i}`,
    }));

    const reply = await ask({ messages });

    expect(reply.text).toBe('Whole');
    expect(claude.requests.map(({ body }) => (body as { messages: unknown[] }).messages.length)).toEqual([9, 3]);
    claude.script({ stopReason: 'model_context_window_exceeded', text: 'Half', times: 2 });
    expect((await ask({ messages })).text).toBe(cutShort);
  });
});

describe('a tool loop', () => {
  it('goes on with the results until there is an answer, keeping thinking blocks only inside it', async () => {
    const used: string[] = [];

    const reply = await ask({ text: 'what is 17*23?', onTool: (name) => used.push(name) }, {}, { tools });

    expect(reply).toMatchObject({ kind: 'answer', stop: 'end_turn' });
    expect(reply.text).toContain('391');
    expect(used).toEqual(['calculator']);
    expect(calls).toHaveLength(2);
    expect(reply.usage?.outputTokens).toBe(calls.reduce((sum, { usage }) => sum + usage.outputTokens, 0));
    expect(JSON.stringify(claude.requests[1]?.body)).toContain('"thinking"');
  });

  it('ends after 8 calls when the model never stops asking', async () => {
    claude.script({ tools: [{ name: 'calculator', input: { expression: '1' } }], text: null, times: 'forever' });

    const reply = await ask({}, {}, { tools });

    expect(reply).toMatchObject({ kind: 'notice', text: english.tooManySteps, stop: 'tool_use' });
    expect(calls).toHaveLength(8);
  });
});

describe('a failure', () => {
  it.each([400, 401, 403, 404, 422])('with status %i is not tried again', async (status) => {
    claude.script({ status, times: 'forever' });

    await expect(ask()).rejects.toThrow(Permanent);

    expect(claude.requests).toHaveLength(1);
  });

  it.each([500, 502, 503, 529, 408, 409])('with status %i passes: tried again in the turn', async (status) => {
    claude.script({ status, times: 2 });

    const reply = await ask();

    expect(reply.kind).toBe('answer');
    expect(claude.requests).toHaveLength(3);
    expect(waits).toHaveLength(2);
    expect(Math.max(...waits)).toBeLessThanOrEqual(4_000);
  });

  it('that lasts goes back to the queue after three tries', async () => {
    claude.script({ status: 529, times: 'forever' });

    await expect(ask()).rejects.toThrow(Later);

    expect(claude.requests).toHaveLength(3);
  });

  it('is left to the fallback model when there is one', async () => {
    claude.script({ status: 529, model: 'claude-haiku-5-5', times: 'forever' });

    const reply = await ask({}, { CLAUDE_FALLBACK_MODEL: 'claude-haiku-4-5' });

    expect(reply).toMatchObject({ kind: 'answer', model: 'claude-haiku-4-5' });
    expect(claude.requests).toHaveLength(4);
  });

  it('of a model that is there no more is left to the fallback at once', async () => {
    claude.script({ status: 404, model: 'claude-haiku-5-5', times: 'forever' });

    const reply = await ask({}, { CLAUDE_FALLBACK_MODEL: 'claude-haiku-4-5', CLAUDE_MAX_TOKENS: '100000' });

    expect(reply).toMatchObject({ kind: 'answer', model: 'claude-haiku-4-5' });
    expect(claude.requests).toHaveLength(2);
    expect(claude.requests[1]?.body).toMatchObject({ max_tokens: 64_000 });
  });

  it('of the fallback, too, is told in the log', async () => {
    claude.script({ status: 529, times: 3 }, { status: 404 });

    await expect(ask({}, { CLAUDE_FALLBACK_MODEL: 'claude-haiku-4-5' })).rejects.toThrow(/^529/);

    expect(logged).toContainEqual([
      'claude-fallback-failed',
      expect.objectContaining({ reason: expect.stringMatching(/^404/) }),
    ]);
  });

  it('by a limit on growth passes', async () => {
    claude.script({ status: 429, errorCode: 'ramp_limit_exceeded', retryAfter: 1 });

    expect((await ask()).kind).toBe('answer');
  });

  it('of the rate waits as long as the provider says when that is short', async () => {
    claude.script({ status: 429, retryAfter: 2 });

    await ask();

    expect(waits).toEqual([2_000]);
  });

  it.each([
    [90, 90_000],
    ['999999999', 999_999_999_000],
    ['soon', undefined],
    [undefined, undefined],
  ])('of the rate with retry-after %s goes to the queue at once', async (retryAfter, afterMs) => {
    claude.script({ status: 429, ...(retryAfter === undefined ? {} : { retryAfter }), times: 'forever' });

    await expect(ask()).rejects.toMatchObject({ name: 'Later', afterMs });

    expect(claude.requests).toHaveLength(1);
    expect(waits).toEqual([]);
  });

  it.each(['stall', 'cut', 'end', 'error', 'garbage'] as const)(
    'in mid-answer (%s) is noticed and tried again',
    async (how) => {
      claude.script({ breaks: { how, after: 3 } });

      const reply = await ask({}, {}, how === 'stall' ? SILENCE : {});

      expect(reply).toMatchObject({ kind: 'answer', stop: 'end_turn' });
      expect(calls.map(({ isPartial }) => isPartial)).toEqual([true, false]);
      expect(reply.usd).toBeCloseTo(
        calls.reduce((sum, { usd }) => sum + usd, 0),
        12,
      );
    },
  );

  it.each(['never', 'cut'] as const)('before the head (%s) is noticed and tried again', async (headers) => {
    claude.script({ headers });

    const reply = await ask({}, {}, headers === 'never' ? SILENCE : {});

    expect(reply.kind).toBe('answer');
    expect(claude.requests).toHaveLength(2);
  });

  it('in an answer that somebody is reading is not answered from the beginning again', async () => {
    claude.script({ breaks: { how: 'error', after: 3 } });

    await expect(ask({ onText: () => {}, isRetractable: false })).rejects.toThrow(Permanent);

    expect(claude.requests).toHaveLength(1);
  });

  it('of a prompt that is too long halves it once, then gives up', async () => {
    const tooLong = { status: 400, errorMessage: 'prompt is too long: 2 tokens > 1 maximum' };
    const messages = (['user', 'assistant', 'user'] as const).map((role, i) => ({ role, content: `message ${i}` }));
    claude.script(tooLong);

    const reply = await ask({ messages });

    expect(reply.kind).toBe('answer');
    claude.script({ ...tooLong, times: 2 });
    await expect(ask({ messages })).rejects.toThrow(Permanent);
    claude.script(tooLong);
    await expect(ask()).rejects.toThrow(Permanent);
  });
});

describe('the deadline', () => {
  it('delivers what had arrived and says that it is cut', async () => {
    claude.script({ text: 'one two three four five six seven eight nine ten', breaks: { how: 'stall', after: 4 } });
    const deadline = new AbortController();
    let heard = '';

    const reply = await ask({
      signal: deadline.signal,
      onText: (delta) => {
        heard += delta;
        if (heard.includes('two')) deadline.abort();
      },
    });

    expect(reply).toMatchObject({ kind: 'answer', stop: 'deadline' });
    expect(reply.text).toContain('one two');
    expect(reply.text).toContain(english.cutShort);
    expect(reply.usd).toBeGreaterThan(0);
  });

  it('sends the message back to the queue when nothing had arrived', async () => {
    claude.script({ headers: 'never', times: 'forever' });

    await expect(ask({ signal: AbortSignal.timeout(50) })).rejects.toThrow(Later);
  });
});

describe('the prompt cache', () => {
  const mark = { type: 'ephemeral' };

  it('keeps what is up to the user’s last words, and what is up to the end of a tool loop', async () => {
    const messages = (['user', 'assistant', 'user'] as const).map((role) => ({ role, content: 'what is 19*23?' }));

    await ask({ messages }, {}, { tools });

    // A request may have been made twice where the machine is busy.
    const own = claude.requests.flatMap(({ body }, n) => (JSON.stringify(body).includes('what is 19*23?') ? [n] : []));
    const marksOf = (n = -1) => messagesOf(n).map(({ content }) => content.map((block) => block.cache_control));
    for (const n of own) expect(claude.requests[n]?.body).not.toHaveProperty('cache_control');
    expect(marksOf(own.at(0))).toEqual([[undefined], [undefined], [mark]]);
    expect(marksOf(own.at(-1)).map((marks) => marks.at(-1))).toEqual([undefined, undefined, mark, undefined, mark]);
  });
});
