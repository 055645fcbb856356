import Anthropic from '@anthropic-ai/sdk';
import type { Message, MessageParam } from '@anthropic-ai/sdk/resources/messages/messages';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { failureOf, model, open, textOf } from '../../../harness/stand-in-claude-client.ts';

let here: Awaited<ReturnType<typeof open>>;
beforeAll(async () => {
  here = await open();
});
beforeEach(() => here.claude.reset());
afterAll(() => here.close());

const hello: MessageParam[] = [{ role: 'user', content: 'Hello' }];
const ask = (options: object = {}, more: object = {}): Promise<Message> =>
  here.client.messages.stream({ model, max_tokens: 1000, messages: hello, ...more }, options).finalMessage();
const create = (more: object = {}): PromiseLike<Message> =>
  here.client.messages.create({ model, max_tokens: 1000, messages: hello, ...more, stream: false });
const headersOf = (error: unknown) => (error instanceof Anthropic.APIError ? error.headers : undefined);

/** What arrives of an answer until its reader gives up after `count` pieces of text. */
async function textUntilSilent(count: number): Promise<{ text: string; error: unknown }> {
  const stop = new AbortController();
  const stream = here.client.messages.stream({ model, max_tokens: 1000, messages: hello }, { signal: stop.signal });
  let text = '';
  let pieces = 0;
  stream.on('text', (piece) => {
    text += piece;
    pieces += 1;
    if (pieces === count) stop.abort();
  });
  return { error: await failureOf(stream.finalMessage()), text };
}

describe('errors instead of an answer', () => {
  it.each([
    [429, Anthropic.RateLimitError, 'rate_limit_error'],
    [500, Anthropic.InternalServerError, 'api_error'],
    [529, Anthropic.OverloadedError, 'overloaded_error'],
    [401, Anthropic.AuthenticationError, 'authentication_error'],
    [403, Anthropic.PermissionDeniedError, 'permission_error'],
  ])('%i', async (status, errorClass, type) => {
    here.claude.script({ status });

    const error = await failureOf(ask());
    const answer = await ask();

    expect(error).toBeInstanceOf(errorClass);
    expect(error).toMatchObject({ status, type, requestID: expect.stringMatching(/^req_/) });
    expect(answer.stop_reason).toBe('end_turn');
  });

  it('with a time to wait, in seconds, in milliseconds or not at all', async () => {
    here.claude.script({ status: 429, retryAfter: 30 }, { status: 429, retryAfterMs: 5 }, { status: 429 });

    const [seconds, milliseconds, none] = [await failureOf(ask()), await failureOf(ask()), await failureOf(ask())];

    expect(headersOf(seconds)?.get('retry-after')).toBe('30');
    expect(headersOf(milliseconds)?.get('retry-after-ms')).toBe('5');
    expect(headersOf(none)?.get('retry-after')).toBeNull();
  });

  it('with the code of a spend limit', async () => {
    here.claude.script({ status: 429, errorCode: 'enforced_spend_limit_reached' });

    const error = await failureOf(ask());

    expect(error).toMatchObject({ status: 429, errorCode: 'enforced_spend_limit_reached' });
  });

  it('with a word on whether to try again', async () => {
    here.claude.script({ status: 529, shouldRetry: false }, { status: 400, shouldRetry: true, retryAfterMs: 1 });

    const unretried = await failureOf(ask({ maxRetries: 2 }));
    const retried = await ask({ maxRetries: 2 });

    expect(unretried).toMatchObject({ status: 529 });
    expect(retried.stop_reason).toBe('end_turn');
    expect(here.claude.requests).toHaveLength(3);
  });

  it('as a page of a proxy', async () => {
    here.claude.script({ status: 500, html: true });

    const error = await failureOf(ask());

    expect(error).toMatchObject({ status: 500, type: null });
  });
});

describe('answers that do not arrive', () => {
  it('headers that never come', async () => {
    here.claude.script({ headers: 'never' });

    const error = await failureOf(ask({ timeout: 50 }));

    expect(error).toBeInstanceOf(Anthropic.APIConnectionTimeoutError);
  });

  it('headers that come late', async () => {
    here.claude.script({ headers: 50, text: 'late' });

    const answer = await ask();

    expect(textOf(answer)).toBe('late');
  });

  it('pieces that come slowly', async () => {
    here.claude.script({ tokenMs: 2, text: 'one two six' }, { tokenMs: 2, text: 'one two six' });

    const [streamed, whole] = [await ask(), await create()];

    expect([textOf(streamed), textOf(whole)]).toEqual(['one two six', 'one two six']);
  });

  it('a socket that dies before the headers', async () => {
    here.claude.script({ headers: 'cut' });

    const error = await failureOf(ask());

    expect(error).toBeInstanceOf(Anthropic.APIConnectionError);
  });

  it('a socket that dies in mid-answer', async () => {
    here.claude.script({ breaks: { how: 'cut', after: 3 } });

    const error = await failureOf(ask());

    expect(error).toBeInstanceOf(Anthropic.AnthropicError);
    expect(error).not.toBeInstanceOf(Anthropic.APIError);
  });

  it('silence in mid-answer, after as many pieces as asked for', async () => {
    here.claude.script({ text: 'one two six ten', breaks: { how: 'stall', after: 2 } });

    const { text, error } = await textUntilSilent(2);

    expect(text).toBe('one two');
    expect(error).toBeInstanceOf(Anthropic.APIUserAbortError);
  });

  it('silence with pings', async () => {
    here.claude.script({ breaks: { how: 'stall', pingMs: 2 } });
    const headers = { authorization: 'Bearer sk-test', 'anthropic-version': '2026-10-21' };
    const body = JSON.stringify({ model, max_tokens: 1000, messages: hello, stream: true });

    const response = await fetch(`${here.url}/v1/messages`, { method: 'POST', headers, body });
    let seen = '';
    for await (const chunk of response.body ?? []) {
      seen += Buffer.from(chunk).toString();
      if (seen.split('event: ping').length > 4) break;
    }

    expect(seen).not.toContain('text_delta');
  });

  it('an overload in mid-answer', async () => {
    here.claude.script({ breaks: { how: 'error', after: 3 } });

    const error = await failureOf(ask());

    expect(error).toBeInstanceOf(Anthropic.APIError);
    expect(error).toMatchObject({ status: undefined, type: 'overloaded_error' });
  });

  it('a stream that just ends', async () => {
    here.claude.script({ breaks: { how: 'end', after: 3 } }, { breaks: { how: 'end', after: 3 } });

    const error = await failureOf(ask());
    const types: string[] = [];
    const raw = await here.client.messages.create({ model, max_tokens: 1000, messages: hello, stream: true });
    for await (const { type } of raw) types.push(type);

    expect(error).toBeInstanceOf(Anthropic.AnthropicError);
    expect(types).not.toContain('message_stop');
  });

  it('broken JSON in the stream and in the body', async () => {
    here.claude.script({ breaks: { how: 'garbage', after: 3 } }, { brokenBody: true });

    const inStream = await failureOf(ask());
    const inBody = await failureOf(create());

    expect(inStream).toBeInstanceOf(Error);
    expect(inBody).toBeInstanceOf(SyntaxError);
  });

  it('an answer without streaming that breaks off', async () => {
    here.claude.script({ breaks: { how: 'end' } }, { breaks: { how: 'cut' } });

    const ended = await failureOf(create());
    const cut = await failureOf(create());

    expect(ended).toBeInstanceOf(SyntaxError);
    expect(cut).toBeInstanceOf(Error);
  });
});

describe('answers of one’s own choice', () => {
  it('words, empty words and none', async () => {
    here.claude.script({ text: 'Just this.' }, { text: '' }, { text: null });

    const [some, empty, none] = [await ask(), await ask(), await ask()];

    expect(textOf(some)).toBe('Just this.');
    expect(empty.content.filter(({ type }) => type === 'text')).toHaveLength(1);
    expect(textOf(empty)).toBe('');
    expect(none.content.filter(({ type }) => type === 'text')).toEqual([]);
  });

  it.each([
    { stopReason: 'max_tokens', text: null },
    { stopReason: 'max_tokens', text: 'Half a' },
    { stopReason: 'model_context_window_exceeded', text: 'Half a' },
    { stopReason: 'stop_sequence', stopSequence: 'END', text: 'Before' },
    { stopReason: 'compaction', text: '' },
    { stopReason: 'something_new', text: 'Hm' },
  ])('stop reason $stopReason with $text', async (fault) => {
    here.claude.script(fault);

    const answer = await ask();

    expect(answer).toMatchObject({ stop_reason: fault.stopReason, stop_sequence: fault.stopSequence ?? null });
    expect(textOf(answer)).toBe(fault.text ?? '');
  });

  it('a refusal with its details', async () => {
    here.claude.script({ stopReason: 'refusal', stopDetails: { category: 'cyber', explanation: null } });

    const answer = await ask();

    expect(answer).toMatchObject({ stop_reason: 'refusal', stop_details: { type: 'refusal', category: 'cyber' } });
    expect(textOf(answer)).toBe('');
  });

  it('a pause that goes on when it is sent back', async () => {
    here.claude.script({ stopReason: 'pause_turn', text: 'Searching.' }, { text: 'Found.' });

    const paused = await ask();
    const answer = await ask({}, { messages: [...hello, { role: 'assistant', content: paused.content }] });

    expect(paused.stop_reason).toBe('pause_turn');
    expect(textOf(answer)).toBe('Found.');
  });

  it('tools of any name and input, offered or not', async () => {
    here.claude.script({
      text: 'Now.',
      tools: [
        { name: 'rm', input: { path: '/' } },
        { name: 'x', id: 'toolu_9' },
      ],
    });

    const { content, stop_reason } = await ask();

    const calls = content.filter((block) => block.type === 'tool_use');
    expect(stop_reason).toBe('tool_use');
    expect(calls).toMatchObject([
      { name: 'rm', input: { path: '/' } },
      { name: 'x', id: 'toolu_9', input: {} },
    ]);
  });

  it('tool input that is no JSON', async () => {
    here.claude.script({ tools: [{ name: 'x', json: '{"a": nothing}' }] });

    const error = await failureOf(ask());

    expect(error).toBeInstanceOf(Error);
  });

  it('an endless loop of tools', async () => {
    here.claude.script({ tools: [{ name: 'x' }], times: 'forever' });

    const answers = [await ask(), await ask(), await ask()];

    for (const { stop_reason } of answers) expect(stop_reason).toBe('tool_use');
  });

  it('another usage than was counted', async () => {
    here.claude.script({ usage: { input_tokens: 150_000, cache_read_input_tokens: 7 } });

    const { usage } = await ask();

    expect(usage).toMatchObject({ input_tokens: 150_000, cache_read_input_tokens: 7 });
  });

  it('but only to a good request', async () => {
    here.claude.script({ text: 'never sent' });

    const error = await failureOf(ask({}, { messages: [{ role: 'user', content: ' ' }] }));

    expect(error).toMatchObject({ status: 400 });
  });
});

describe('the queue of faults', () => {
  it('gives one fault to each request, in order, as often as it says', async () => {
    here.claude.script({ status: 529, times: 2 }, { text: 'Third' });

    const [first, second] = [await failureOf(ask()), await failureOf(ask())];
    const third = await ask();
    const fourth = await ask();

    for (const error of [first, second]) expect(error).toMatchObject({ status: 529 });
    expect(textOf(third)).toBe('Third');
    expect(textOf(fourth)).toContain('(offline Claude)');
  });

  it('keeps a fault for the text, the model or the call that it is for', async () => {
    here.claude.script(
      { match: 'storm', text: 'for the text' },
      { model: 'claude-sonnet-5-5', text: 'for the model' },
      { on: 'count_tokens', status: 529 },
    );

    const other = await ask();
    const byModel = await ask({}, { model: 'claude-sonnet-5-5' });
    const byText = await ask({}, { messages: [{ role: 'user', content: 'A storm comes' }] });
    const byCall = await failureOf(here.client.messages.countTokens({ model, messages: hello }));

    expect(textOf(other)).toContain('(offline Claude)');
    expect(textOf(byModel)).toBe('for the model');
    expect(textOf(byText)).toBe('for the text');
    expect(byCall).toMatchObject({ status: 529 });
  });

  it('finds the text of the user also after tools have answered', async () => {
    here.claude.script({ match: 'storm', tools: [{ name: 'x', id: 'toolu_1' }] }, { match: 'storm', text: 'Calm' });
    const storm: MessageParam = { role: 'user', content: 'storm?' };

    const { content } = await ask({}, { messages: [storm] });
    const results = [{ type: 'tool_result', tool_use_id: 'toolu_1', content: 'wind' }];
    const messages = [storm, { role: 'assistant', content }, { role: 'user', content: results }];
    const answer = await ask({}, { messages });

    expect(textOf(answer)).toBe('Calm');
  });

  it('is filled, refused and emptied over HTTP', async () => {
    const send = (method: string, body?: string) => fetch(`${here.url}/faults`, { method, ...(body ? { body } : {}) });

    const queued = await send('POST', JSON.stringify([{ status: 529 }, { text: 'x' }]));
    const unknown = await send('POST', JSON.stringify([{ sttus: 529 }]));
    const noJson = await send('POST', '[');
    const emptied = await send('DELETE');
    const answer = await ask();

    expect(await queued.json()).toEqual({ queued: 2 });
    expect([unknown.status, noJson.status]).toEqual([400, 400]);
    expect(await emptied.json()).toEqual({ queued: 0 });
    expect(answer.stop_reason).toBe('end_turn');
  });
});

describe('the record of requests', () => {
  it('holds exact bodies and headers, never the key', async () => {
    const params = { model, max_tokens: 50, metadata: { user_id: 'u1' }, messages: hello };

    const answer = await here.client.messages.create(params);
    const listed = await (await fetch(`${here.url}/requests`)).json();

    const [request] = here.claude.requests;
    expect(request).toMatchObject({ method: 'POST', path: '/v1/messages', body: params, isAborted: false });
    expect(request?.requestId).toBe(answer._request_id);
    expect(request?.headers['anthropic-version']).toBe('2026-10-21');
    expect(JSON.stringify(listed)).not.toContain('sk-test');
    expect(listed).toHaveLength(1);
  });

  it('tells which connection ended too early', async () => {
    here.claude.script({ text: 'one two', breaks: { how: 'stall', after: 1 } });

    await textUntilSilent(1);
    await expect.poll(() => here.claude.requests[0]?.isAborted).toBe(true);

    const forgotten = await fetch(`${here.url}/requests`, { method: 'DELETE' });
    expect(await forgotten.json()).toEqual({ forgotten: 1 });
    expect(here.claude.requests).toEqual([]);
  });
});
