import type { MessageParam } from '@anthropic-ai/sdk/resources/messages/messages';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { failureOf, model, open, textOf } from '../../../harness/stand-in-claude-client.ts';

let here: Awaited<ReturnType<typeof open>>;
beforeAll(async () => {
  here = await open();
});
afterAll(() => here.close());

const hello: MessageParam[] = [{ role: 'user', content: 'Hello' }];
const ask = (more: object = {}) =>
  here.client.messages.stream({ model, max_tokens: 1000, messages: hello, ...more }).finalMessage();

describe('the answers of the offline Claude on the wire', () => {
  it('come as the events of the API, pings included', async () => {
    const headers = { authorization: 'Bearer sk-test', 'anthropic-version': '2026-10-21' };
    const body = JSON.stringify({ model, max_tokens: 1000, messages: hello, stream: true });

    const response = await fetch(`${here.url}/v1/messages`, { method: 'POST', headers, body });
    const events = (await response.text()).split('\n\n').map((event) => event.split('\n')[0]);

    expect(response.headers.get('content-type')).toContain('text/event-stream');
    expect(response.headers.get('request-id')).toMatch(/^req_/);
    expect(events.slice(0, 6)).toEqual([
      'event: message_start',
      'event: ping',
      'event: content_block_start',
      'event: content_block_delta',
      'event: content_block_stop',
      'event: content_block_start',
    ]);
    expect(events.slice(-4)).toEqual(['event: content_block_stop', 'event: message_delta', 'event: message_stop', '']);
  });

  it('come in small pieces that make up the whole', async () => {
    const pieces: string[] = [];
    const stream = here.client.messages.stream({ model, max_tokens: 1000, messages: hello });
    stream.on('text', (piece) => pieces.push(piece));

    const message = await stream.finalMessage();

    expect(pieces.length).toBeGreaterThan(10);
    expect(pieces.join('')).toBe(textOf(message));
  });

  it('never tear a character apart', async () => {
    const words = 'Grüße 👩‍👩‍👧 🎉🎉🎉🎉 漢字漢字漢字  \n\n end';
    here.claude.script({ text: words });

    const message = await ask();

    expect(textOf(message)).toBe(words);
  });

  it('say the same with and without streaming', async () => {
    const streamed = await ask();
    const whole = await here.client.messages.create({ model, max_tokens: 1000, messages: hello });

    expect(textOf(whole)).toBe(textOf(streamed));
    expect(whole.usage).toEqual(expect.objectContaining({ input_tokens: streamed.usage.input_tokens }));
    expect(whole.usage.output_tokens).toBe(streamed.usage.output_tokens);
    expect(whole._request_id).toMatch(/^req_/);
  });

  it('begin with a thinking block, empty but for its signature', async () => {
    const message = await ask();

    expect(message.content[0]).toMatchObject({ type: 'thinking', thinking: '', signature: expect.stringMatching(/./) });
    expect(message.usage.output_tokens_details?.thinking_tokens).toBe(16);
  });

  it('show the thoughts when asked to', async () => {
    const message = await ask({ thinking: { type: 'adaptive', display: 'summarized' } });

    expect(message.content[0]).toMatchObject({ type: 'thinking', thinking: expect.stringMatching(/user/) });
  });

  it('begin with the text where there is no thinking', async () => {
    const disabled = await ask({ thinking: { type: 'disabled' } });
    const between = await ask({ model: 'claude-sonnet-5-5', thinking: { type: 'between_tools' } });
    const older = await ask({ model: 'claude-haiku-4-5' });

    for (const message of [disabled, between, older]) expect(message.content[0]?.type).toBe('text');
  });

  it('stop at max_tokens, thinking included', async () => {
    const cut = await ask({ max_tokens: 20 });
    const thoughtOnly = await ask({ max_tokens: 10 });

    expect(cut).toMatchObject({ stop_reason: 'max_tokens', usage: { output_tokens: 20 } });
    expect(textOf(cut)).not.toBe('');
    expect(thoughtOnly).toMatchObject({ stop_reason: 'max_tokens', usage: { output_tokens: 10 } });
    expect(thoughtOnly.content.map(({ type }) => type)).toEqual(['thinking']);
  });

  it('stop where the window ends', async () => {
    const small = await open({ models: { [model]: { window: 40 } } });

    const message = await small.client.messages.create({ model, max_tokens: 1000, messages: hello });
    await small.close();

    expect(message.stop_reason).toBe('model_context_window_exceeded');
  });

  it('stop at a stop sequence', async () => {
    const message = await ask({ stop_sequences: ['never', 'help'] });

    expect(message).toMatchObject({ stop_reason: 'stop_sequence', stop_sequence: 'help' });
    expect(textOf(message)).toBe('Hello! How can I ');
  });
});

describe('a thinking block that is sent back', () => {
  const loop = async (change: (content: MessageParam[]) => MessageParam[], more: object = {}) => {
    const tools = [{ name: 'get_time', input_schema: { type: 'object' as const, properties: {} } }];
    const system = 'Be kind.';
    const question: MessageParam = { role: 'user', content: 'What time is it?' };
    const first = await ask({ tools, system, messages: [question] });
    const results = first.content.flatMap((block) =>
      block.type === 'tool_use' ? [{ type: 'tool_result' as const, tool_use_id: block.id, content: 'noon' }] : [],
    );
    const messages: MessageParam[] = [
      question,
      { role: 'assistant', content: first.content },
      { role: 'user', content: results },
    ];
    return ask({ tools, system, messages: change(messages), ...more });
  };
  const bound = { status: 400, apiMessage: 'The block is bound to a different conversation' };

  it('is welcome behind what it was made for', async () => {
    const answer = await loop((messages) => messages);

    expect(textOf(answer)).toContain('The tool get_time says: noon');
  });

  it('is welcome when breakpoints have moved, and may be left out altogether', async () => {
    const cached = await loop(([question, ...rest]) => [
      { role: 'user', content: [{ type: 'text', text: 'What time is it?', cache_control: { type: 'ephemeral' } }] },
      ...(question ? rest : []),
    ]);
    const without = await loop((messages) => dropped(messages, []));

    for (const answer of [cached, without]) expect(textOf(answer)).toContain('noon');
  });

  it('is refused behind another system prompt, other tools or an edited message', async () => {
    const otherSystem = await failureOf(loop((messages) => messages, { system: 'Be kind. It is 12:00.' }));
    const otherTools = await failureOf(loop((messages) => messages, { tools: [] }));
    const edited = await failureOf(loop(([, ...rest]) => [{ role: 'user', content: 'What time was it?' }, ...rest]));
    const shortened = await failureOf(loop((messages) => [...hello, ...messages]));

    for (const error of [otherSystem, otherTools, edited, shortened]) expect(error).toMatchObject(bound);
  });

  it('is not looked at by models that do not bind it', async () => {
    const answer = await loop((messages) => messages, { model: 'claude-opus-5', system: 'Be brief.' });

    expect(textOf(answer)).toContain('noon');
  });

  it('may be dropped from the start or the end of a run, not from its middle', async () => {
    const turns = await conversation(3);
    const keep = (...kept: number[]) =>
      here.client.messages.create({ model, max_tokens: 1000, messages: dropped(turns, kept) });

    const all = await keep(0, 1, 2);
    const end = await keep(0, 1);
    const start = await keep(1, 2);
    const middle = await failureOf(keep(0, 2));

    for (const answer of [all, end, start]) expect(answer.stop_reason).toBe('end_turn');
    expect(middle).toMatchObject(bound);
  });

  it('with a signature of somebody else is refused', async () => {
    const content = [
      { type: 'thinking' as const, thinking: '', signature: 'abc' },
      { type: 'text' as const, text: 'Hi' },
    ];

    const error = await failureOf(ask({ messages: [...hello, { role: 'assistant', content }, ...hello] }));

    expect(error).toMatchObject({ status: 400, apiMessage: expect.stringContaining('Invalid `signature`') });
  });
});

async function conversation(turns: number): Promise<MessageParam[]> {
  const messages: MessageParam[] = [];
  for (let turn = 0; turn < turns; turn += 1) {
    messages.push({ role: 'user', content: `Message ${turn}` });
    messages.push({ role: 'assistant', content: (await ask({ messages })).content });
  }
  return [...messages, { role: 'user', content: 'And now?' }];
}

function dropped(messages: MessageParam[], kept: number[]): MessageParam[] {
  return messages.map((message, index) => {
    if (message.role !== 'assistant' || typeof message.content === 'string') return message;
    if (kept.includes((index - 1) / 2)) return message;
    return { ...message, content: message.content.filter(({ type }) => type !== 'thinking') };
  });
}
