import Anthropic from '@anthropic-ai/sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { failureOf, model, open } from '../../../harness/stand-in-claude-client.ts';

const hello = [{ role: 'user', content: 'Hello' }];
const tool = { name: 'get_time', input_schema: { type: 'object', properties: {} } };
const call = { type: 'tool_use', id: 'toolu_1', name: 'get_time', input: {} };
const result = { type: 'tool_result', tool_use_id: 'toolu_1', content: 'noon' };
const ephemeral = { cache_control: { type: 'ephemeral' } };
const png = Buffer.from('\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01', 'latin1').toString('base64');
const image = (media_type: string, data: string) => ({ type: 'image', source: { type: 'base64', media_type, data } });
const says = (...content: unknown[]) => ({ messages: [{ role: 'user', content }] });
const afterHello = (...messages: unknown[]) => ({ messages: [...hello, ...messages] });

// Name of the case, what differs from a good request, what the error says.
const refused: [string, Record<string, unknown>, RegExp][] = [
  ['a missing max_tokens', { max_tokens: undefined }, /max_tokens: Field required/],
  ['a broken max_tokens', { max_tokens: 1.5 }, /max_tokens: /],
  ['more max_tokens than the model has', { max_tokens: 128_001 }, /max_tokens: 128001 > 128000/],
  ['a missing model', { model: undefined }, /model: Field required/],
  ['an unknown field', { reasoning: true }, /reasoning: Extra inputs are not permitted/],
  ['temperature', { temperature: 1 }, /temperature/],
  ['top_p', { top_p: 0.9 }, /top_p/],
  ['top_k', { top_k: 5 }, /top_k/],
  ['no messages', { messages: [] }, /at least one message is required/],
  ['missing messages', { messages: undefined }, /messages: Field required/],
  ['a message of an unknown role', { messages: [{ role: 'tool', content: 'x' }] }, /messages\.0\.role/],
  ['an unknown field of a message', { messages: [{ ...hello[0], id: '1' }] }, /messages\.0\.id: Extra inputs/],
  ['an assistant who begins', { messages: [{ role: 'assistant', content: 'Hi' }, ...hello] }, /first message must use/],
  ['an empty text', { messages: [{ role: 'user', content: '' }] }, /must be non-empty/],
  ['an empty text block', says({ type: 'text', text: '' }), /must be non-empty/],
  ['a text of nothing but space', says({ type: 'text', text: ' \n' }), /must contain non-whitespace text/],
  ['a message without blocks', says(), /must have non-empty content/],
  ['an empty system block', { system: [{ type: 'text', text: ' ' }] }, /non-whitespace/],
  [
    'an empty text among tool results',
    afterHello(
      { role: 'assistant', content: [call] },
      { role: 'user', content: [{ ...result, content: [{ type: 'text', text: '' }] }] },
    ),
    /must be non-empty/,
  ],
  ['an unknown block', says({ type: 'video' }), /messages\.0\.content\.0/],
  ['a block without its text', says({ type: 'text' }), /messages\.0\.content\.0\.text: Field required/],
  [
    'a document of the assistant',
    afterHello(
      {
        role: 'assistant',
        content: [{ type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'x' } }],
      },
      ...hello,
    ),
    /messages\.1\.content\.0/,
  ],
  ['citations of a user', says({ type: 'text', text: 'x', citations: [{ type: 'char_location' }] }), /citations/],
  [
    'an assistant at the end',
    afterHello({ role: 'assistant', content: 'Well' }),
    /does not support assistant message prefill/,
  ],
  [
    'an instruction after the assistant',
    afterHello({ role: 'assistant', content: 'Hi' }, { role: 'system', content: 'x' }, ...hello),
    /must follow a user message/,
  ],
  [
    'an instruction at the beginning',
    { messages: [{ role: 'system', content: 'x' }, ...hello] },
    /first message must use/,
  ],
  ['an instruction that is no text', afterHello({ role: 'system', content: [image('image/png', png)] }), /messages\.1/],
  [
    'an instruction to an older model',
    { model: 'claude-opus-4-7', ...afterHello({ role: 'system', content: 'x' }) },
    /not supported/,
  ],
  [
    'a call without its result',
    afterHello({ role: 'assistant', content: [call] }, ...hello),
    /tool_use` ids were found without/,
  ],
  [
    'a text before the result',
    afterHello(
      { role: 'assistant', content: [call] },
      { role: 'user', content: [{ type: 'text', text: 'x' }, result] },
    ),
    /tool_use` ids were found without/,
  ],
  [
    'a result a message too late',
    afterHello(
      { role: 'assistant', content: [call] },
      ...hello,
      { role: 'assistant', content: 'ok' },
      { role: 'user', content: [result] },
    ),
    /tool_use` ids|unexpected/,
  ],
  [
    'one result of two',
    afterHello({ role: 'assistant', content: [call, { ...call, id: 'toolu_2' }] }, { role: 'user', content: [result] }),
    /without.*toolu_2/,
  ],
  ['a result without its call', says(result), /unexpected `tool_use_id`/],
  [
    'a result to another call',
    afterHello(
      { role: 'assistant', content: [call] },
      { role: 'user', content: [result, { ...result, tool_use_id: 'toolu_2' }] },
    ),
    /unexpected `tool_use_id`.*toolu_2/,
  ],
  [
    'two results of one call',
    afterHello({ role: 'assistant', content: [call] }, { role: 'user', content: [result, result] }),
    /single result/,
  ],
  [
    'a call id used twice',
    afterHello({ role: 'assistant', content: [call, call] }, { role: 'user', content: [result] }),
    /ids must be unique/,
  ],
  [
    'a picture in a failed result',
    afterHello(
      { role: 'assistant', content: [call] },
      { role: 'user', content: [{ ...result, is_error: true, content: [image('image/png', png)] }] },
    ),
    /must be type "text"/,
  ],
  ['tools of one name', { tools: [tool, tool] }, /names must be unique/],
  ['a tool with a bad name', { tools: [{ ...tool, name: 'get time' }] }, /tools\.0.*pattern/],
  ['a tool without a schema', { tools: [{ name: 'x' }] }, /tools\.0\.input_schema: Field required/],
  [
    'a schema with a choice at the top',
    { tools: [{ ...tool, input_schema: { type: 'object', anyOf: [] } }] },
    /at the top level/,
  ],
  ['a choice without tools', { tool_choice: { type: 'auto' } }, /only be specified while providing tools/],
  [
    'a choice of a tool that is not there',
    { tools: [tool], tool_choice: { type: 'tool', name: 'x' } },
    /'x' not found/,
  ],
  [
    'a forced tool on sonnet-5-5',
    { model: 'claude-sonnet-5-5', tools: [tool], tool_choice: { type: 'any' } },
    /tool_choice/,
  ],
  [
    'a forced tool on opus-5-5',
    { model: 'claude-opus-5-5', tools: [tool], tool_choice: { type: 'tool', name: 'get_time' } },
    /tool_choice/,
  ],
  ['thinking disabled on sonnet-5-5', { model: 'claude-sonnet-5-5', thinking: { type: 'disabled' } }, /thinking/],
  ['thinking disabled on fable-5-2', { model: 'claude-fable-5-2', thinking: { type: 'disabled' } }, /thinking/],
  ['thinking disabled at effort max', { thinking: { type: 'disabled' }, output_config: { effort: 'max' } }, /thinking/],
  ['a thinking budget on a current model', { thinking: { type: 'enabled', budget_tokens: 1024 } }, /thinking/],
  ['adaptive thinking on haiku-4-5', { model: 'claude-haiku-4-5', thinking: { type: 'adaptive' } }, /thinking/],
  ['an unknown effort', { output_config: { effort: 'huge' } }, /output_config\.effort/],
  ['effort on haiku-4-5', { model: 'claude-haiku-4-5', output_config: { effort: 'low' } }, /effort/],
  [
    'a fifth breakpoint',
    { ...says(...Array.from({ length: 5 }, () => ({ type: 'text', text: 'x', ...ephemeral }))) },
    /maximum of 4 blocks.*Found 5/,
  ],
  [
    'a fifth breakpoint by itself',
    {
      ...ephemeral,
      ...says(...Array.from({ length: 4 }, () => ({ type: 'text', text: 'x', ...ephemeral })), {
        type: 'text',
        text: 'y',
      }),
    },
    /Found 5/,
  ],
  [
    'a breakpoint on an empty text',
    says({ type: 'text', text: '', ...ephemeral }),
    /cache_control cannot be set for empty text blocks/,
  ],
  [
    'a long-lived breakpoint after a short one',
    says(
      { type: 'text', text: 'x', ...ephemeral },
      { type: 'text', text: 'x', cache_control: { type: 'ephemeral', ttl: '1h' } },
    ),
    /must not come after/,
  ],
  ['a picture of another kind', says(image('image/bmp', png)), /media_type/],
  ['a picture that is another than it says', says(image('image/jpeg', png)), /does not match the provided media type/],
  [
    'a picture that is none',
    says(image('image/png', Buffer.from('hello').toString('base64'))),
    /Could not process image/,
  ],
  ['a picture that is no base64', says(image('image/png', '***')), /Invalid base64/],
  [
    'a picture of more than 10 MB in base64',
    says(image('image/png', Buffer.concat([Buffer.from(png, 'base64'), Buffer.alloc(7_864_320)]).toString('base64'))),
    /exceeds 10 MB/,
  ],
  [
    'a picture by plain http',
    says({ type: 'image', source: { type: 'url', url: 'http://example.com/x.png' } }),
    /HTTPS/,
  ],
  [
    'a PDF that is none',
    says({ type: 'document', source: { type: 'base64', media_type: 'application/pdf', data: 'aGVsbG8=' } }),
    /PDF/,
  ],
  ['a blank stop sequence', { stop_sequences: [' '] }, /stop_sequences/],
  [
    'a prompt longer than the window',
    { messages: [{ role: 'user', content: 'word '.repeat(501_000) }] },
    /prompt is too long: \d+ tokens > 1000000 maximum/,
  ],
];

// The same for requests that look odd and are good.
const accepted: [string, Record<string, unknown>][] = [
  ['neighbours of one role', afterHello(...hello)],
  ['an instruction after the user', afterHello({ role: 'system', content: 'It is noon.' })],
  [
    'results first and text after them',
    afterHello(
      { role: 'assistant', content: [call] },
      { role: 'user', content: [result, { type: 'text', text: 'and?' }] },
    ),
  ],
  [
    'an empty result',
    afterHello(
      { role: 'assistant', content: [call] },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_1' }] },
    ),
  ],
  [
    'results in two messages of the user',
    afterHello(
      { role: 'assistant', content: [call, { ...call, id: 'toolu_2' }] },
      { role: 'user', content: [result] },
      { role: 'user', content: [{ ...result, tool_use_id: 'toolu_2' }] },
    ),
  ],
  [
    'a paused turn that is sent back',
    afterHello({
      role: 'assistant',
      content: [{ type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search', input: {} }],
    }),
  ],
  ['thinking disabled on haiku-5-5', { thinking: { type: 'disabled' }, output_config: { effort: 'high' } }],
  ['a forced tool on haiku-5-5', { tools: [tool], tool_choice: { type: 'any' } }],
  [
    'a thinking budget on haiku-4-5',
    { model: 'claude-haiku-4-5', max_tokens: 2000, thinking: { type: 'enabled', budget_tokens: 1024 } },
  ],
  ['a picture', says(image('image/png', png))],
  ['four breakpoints', says(...Array.from({ length: 4 }, () => ({ type: 'text', text: 'x', ...ephemeral })))],
  ['an empty system prompt', { system: '' }],
  [
    'everything else the API knows',
    { metadata: { user_id: 'u' }, service_tier: 'auto', stop_sequences: ['x'], speed: 'standard' },
  ],
];

let here: Awaited<ReturnType<typeof open>>;
beforeAll(async () => {
  here = await open({ keys: ['sk-test'] });
});
afterAll(() => here.close());

const post = (more: Record<string, unknown>, headers: Record<string, string | null> = {}) =>
  here.client.post('/v1/messages', { body: { model, max_tokens: 1024, messages: hello, ...more }, headers });

describe('the offline Claude as a strict API', () => {
  it.each(refused)('refuses %s', async (_name, more, message) => {
    const error = await failureOf(post(more));

    expect(error).toBeInstanceOf(Anthropic.BadRequestError);
    expect(error).toMatchObject({
      status: 400,
      type: 'invalid_request_error',
      apiMessage: expect.stringMatching(message),
      requestID: expect.stringMatching(/^req_/),
      error: { type: 'error', request_id: expect.stringMatching(/^req_/) },
    });
  });

  it.each(accepted)('accepts %s', async (_name, more) => {
    const answer = await post(more);

    expect(answer).toMatchObject({ type: 'message', role: 'assistant' });
  });

  it('counts tokens by the same rules', async () => {
    const counted = await here.client.messages.countTokens({ model, messages: [{ role: 'user', content: 'Hello' }] });
    const error = await failureOf(here.client.post('/v1/messages/count_tokens', { body: { model, messages: [] } }));

    expect(counted.input_tokens).toBe(12);
    expect(error).toMatchObject({ status: 400, apiMessage: expect.stringContaining('at least one message') });
  });

  it('takes the key either way and no other key', async () => {
    const asHeader = await post({}, { authorization: null, 'x-api-key': 'sk-test' });
    const withNone = await failureOf(post({}, { authorization: null, 'x-api-key': '' }));
    const withOther = await failureOf(post({}, { authorization: 'Bearer sk-other' }));

    expect(asHeader).toMatchObject({ type: 'message' });
    expect(withNone).toMatchObject({ status: 401, type: 'authentication_error' });
    expect(withOther).toMatchObject({ status: 401, apiMessage: 'invalid x-api-key' });
  });

  it('requires a version that exists', async () => {
    const missing = await failureOf(post({}, { 'anthropic-version': null }));
    const unknown = await failureOf(post({}, { 'anthropic-version': '2020-01-01' }));

    expect(missing).toMatchObject({ status: 400, apiMessage: 'anthropic-version: header is required' });
    expect(unknown).toMatchObject({ status: 400, apiMessage: expect.stringContaining('not a valid version') });
  });

  it('lets only an older model have sampling parameters, and only under the old version', async () => {
    const old = { 'anthropic-version': '2023-06-01' };
    const older = { model: 'claude-haiku-4-5', temperature: 0.5 };

    const answer = await post(older, old);
    const tooNew = await failureOf(post({ temperature: 0.5 }, old));
    const newVersion = await failureOf(post(older));

    expect(answer).toMatchObject({ type: 'message' });
    expect(tooNew).toMatchObject({ status: 400 });
    expect(newVersion).toMatchObject({ status: 400 });
  });

  it('continues an assistant message only with an older model and without a space at its end', async () => {
    const continued = (content: string) => ({
      model: 'claude-haiku-4-5',
      ...afterHello({ role: 'assistant', content }),
    });

    const answer = await post(continued('Well'));
    const error = await failureOf(post(continued('Well ')));

    expect(answer).toMatchObject({ type: 'message' });
    expect(error).toMatchObject({ apiMessage: expect.stringContaining('trailing whitespace') });
  });

  it('answers 404 for a model, a path and a file that do not exist', async () => {
    const errors = await Promise.all([
      failureOf(post({ model: 'claude-haiku-9' })),
      failureOf(here.client.models.retrieve('claude-haiku-9')),
      failureOf(here.client.post('/v1/complete', { body: {} })),
      failureOf(post(says({ type: 'image', source: { type: 'file', file_id: 'file_1' } }))),
    ]);

    for (const error of errors) expect(error).toMatchObject({ status: 404, type: 'not_found_error' });
  });

  it('answers 413 for a request of more than 32 MB and 400 for one that is no JSON', async () => {
    const tooLarge = await failureOf(post({ system: 'x'.repeat(32 * 1024 * 1024) }));
    const headers = { authorization: 'Bearer sk-test', 'anthropic-version': '2026-10-21' };
    const noJson = await fetch(`${here.url}/v1/messages`, { method: 'POST', body: '{', headers });

    expect(tooLarge).toMatchObject({ status: 413 });
    expect(noJson.status).toBe(400);
    expect(noJson.headers.get('request-id')).toMatch(/^req_/);
  });

  it('describes its models', async () => {
    const one = await here.client.models.retrieve(model);
    const all = await here.client.models.list();

    expect(one).toMatchObject({ id: model, line: 'haiku', max_input_tokens: 1_000_000, max_tokens: 128_000 });
    expect(one.capabilities?.thinking.types.disabled.supported).toBe(true);
    expect(all.data.map(({ id }) => id)).toContain('claude-sonnet-5-5');
    expect(all.data.find(({ id }) => id === 'claude-sonnet-4-5')?.lifecycle).toBe('deprecated');
  });

  it('takes models and windows that a test gives it', async () => {
    const own = await open({ models: { 'claude-haiku-6': {}, [model]: { window: 100 } } });
    const messages = [{ role: 'user' as const, content: 'word '.repeat(100) }];

    const answer = await own.client.messages.create({ model: 'claude-haiku-6', max_tokens: 100, messages });
    const error = await failureOf(own.client.messages.create({ model, max_tokens: 100, messages }));
    await own.close();

    expect(answer.model).toBe('claude-haiku-6');
    expect(error).toMatchObject({ apiMessage: 'prompt is too long: 210 tokens > 100 maximum' });
  });
});
