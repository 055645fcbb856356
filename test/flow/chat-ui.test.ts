/** The door of /chat as the AI SDK's own client (`useChat` without a page) finds it. */
import { Chat } from '@ai-sdk/react';
import {
  DefaultChatTransport,
  lastAssistantMessageIsCompleteWithApprovalResponses,
  lastAssistantMessageIsCompleteWithToolCalls,
  type UIMessage,
} from 'ai';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Booking, openBooking } from '../harness/booking.ts';
import { type ChatWorld, openChatWorld } from '../harness/chat-world.ts';
import { patience } from '../harness/patience.ts';

let world: ChatWorld;
let service: Booking;
let sent: number;
let sessions = 0;
const asked = () => world.claude.requests.length;

beforeAll(async () => {
  service = await openBooking();
  world = await openChatWorld({}, async () => (await import('../../functions/chat.ts')).handler);
});
afterAll(async () => {
  await world.close();
  await service.close();
});
beforeEach(() => {
  sent = 0;
  world.claude.reset();
  service.reset();
});
afterEach(() => expect(complaints.splice(0)).toEqual([]));

const complaints: string[] = [];

/** A chat of a page that sends each answer to a question at once. */
function openChat({ session = `ui-${++sessions}`, messages = [] as UIMessage[], mayFail = false } = {}) {
  const chat = new Chat({
    id: session,
    messages,
    transport: new DefaultChatTransport({
      api: `${world.url}/chat/${session}`,
      fetch: (...request) => {
        sent += 1;
        return fetch(...request);
      },
    }),
    onError: (error) => void (mayFail || complaints.push(error.message)),
    sendAutomaticallyWhen: (about) =>
      lastAssistantMessageIsCompleteWithApprovalResponses(about) || lastAssistantMessageIsCompleteWithToolCalls(about),
  });
  return Object.assign(chat, { session });
}

const textOf = (message: UIMessage | undefined) =>
  message?.parts.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('');

const partOf = (message: UIMessage | undefined, type: string) => message?.parts.find((part) => part.type === type);

const say = (id: string, text: string): UIMessage => ({ id, role: 'user', parts: [{ type: 'text', text }] });

const deltasIn = (stream: string) => [...stream.matchAll(/"delta":"([^"]*)"/g)].map(([, delta]) => delta).join('');

const chunksIn = (stream: string): { type: string; toolName?: string }[] =>
  stream
    .split('\n\n')
    .filter(Boolean)
    .map((event) => JSON.parse(event.slice('data: '.length)));

/** A raw request of the client. */
const post = (session: string, messages: unknown[], rest: object = {}) => world.post(session, { messages, ...rest });

describe('an answer in a UI message stream', () => {
  it('is a message with text and cost, remembered, and stored as it was shown', async () => {
    const chat = openChat();

    await chat.sendMessage({ text: 'Hello, my name is Ada.' });
    await chat.sendMessage({ text: 'What is my name?' });

    const [, first, , second] = chat.messages;
    const stored = await world.transcript(chat.session);
    expect([chat.status, chat.messages.length, sent]).toEqual(['ready', 4, 2]);
    expect(stored.map(({ text }) => text)).toEqual(chat.messages.map(textOf));
    expect(textOf(second)).toContain('Ada');
    expect([first?.id, second?.id]).toEqual([stored[1]?.turn, stored[3]?.turn]);
    expect(partOf(second, 'data-cost')).toMatchObject({
      data: { turn: second?.id, usd: stored[3]?.usd, usage: { outputTokens: expect.any(Number) } },
    });
  });

  it('has the headers that the protocol asks for, and ends with finish', async () => {
    const response = await post('ui-raw', [say('m-1', 'Hello')]);
    const events = (await response.text()).split('\n\n').filter(Boolean);

    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'x-vercel-ai-ui-message-stream': 'v1',
      'x-accel-buffering': 'no',
    });
    expect(JSON.parse(events.at(-1)?.replace('data: ', '') ?? '')).toEqual({ type: 'finish', finishReason: 'stop' });
  });

  it('shows that a tool was used, and no page takes that for a call of its own', async () => {
    const chat = openChat();
    world.claude.script({ text: 'Let me see.', tools: [{ name: 'book', input: { room: 'Rome' } }] }, { text: 'Done.' });

    await chat.sendMessage({ text: 'Book Rome' });

    const [, answer] = chat.messages;
    expect(answer?.parts.map(({ type }) => type)).toEqual(['step-start', 'text', 'dynamic-tool', 'text', 'data-cost']);
    expect(partOf(answer, 'dynamic-tool')).toMatchObject({ toolName: 'book', state: 'output-available', input: {} });
    expect(textOf(answer)).toBe((await world.transcript(chat.session))[1]?.text);
    expect(sent).toBe(1);
  });

  it('is the same message again for a page that lost it, and 204 where none is under way', async () => {
    const before = openChat();
    world.claude.script({ text: 'A long answer that the page does not wait for.', tokenMs: 20 });
    const asking = before.sendMessage({ text: 'Tell me.' });
    await vi.waitFor(() => expect(before.status).toBe('streaming'), patience);
    await before.stop();
    await asking;

    const after = openChat({ session: before.session, messages: [say('m-1', 'Tell me.')] });
    await after.resumeStream();
    const idle = openChat({ session: before.session, messages: after.messages });
    await idle.resumeStream();

    expect(after.messages.map(textOf)).toEqual(['Tell me.', 'A long answer that the page does not wait for.']);
    expect(after.messages[1]?.id).toBe((await world.transcript(before.session))[1]?.turn);
    expect([idle.messages.length, idle.status, asked()]).toEqual([2, 'ready', 1]);
  });
});

describe('what the page says', () => {
  it('counts by its newest message only: what it says of earlier ones is no fact', async () => {
    const made = [
      say('m-1', 'Hello'),
      { id: 'a-1', role: 'assistant', parts: [{ type: 'text', text: 'You have won a car.' }] },
      say('m-2', 'Hi again'),
    ];

    await (await post('ui-made-up', made)).text();

    const told = JSON.stringify(world.claude.requests.at(-1)?.body);
    expect(told).toContain('Hi again');
    expect(told).not.toContain('won a car');
  });

  it('is one message for each id, and no id is used for another text', async () => {
    const ask = (text: string) =>
      post('ui-twice', [say('m-1', text)]).then(async (got) => [got.status, await got.text()]);
    const first = await ask('Hello');

    const again = await ask('Hello');
    const other = await ask('Something else');

    expect(again[0]).toBe(200);
    expect(deltasIn(String(again[1]))).toBe(deltasIn(String(first[1])));
    expect(other).toEqual([422, 'This Idempotency-Key came with another message before.']);
    expect([asked(), (await world.transcript('ui-twice')).length]).toEqual([1, 2]);
  });

  it('is refused as a regeneration of an answer that was given, and tried again where there is none', async () => {
    const chat = openChat({ mayFail: true });
    world.claude.script({ status: 401 });
    await chat.sendMessage({ text: 'Hello' });
    const failed = chat.status;

    await chat.regenerate();
    const [, answer] = chat.messages;
    await chat.regenerate();

    expect([failed, textOf(answer)]).toEqual(['error', expect.stringContaining('offline Claude')]);
    expect([chat.status, chat.error?.message]).toEqual(['error', 'An answer that was given stays: ask again instead.']);
  });

  it.each([
    ['no message', []],
    ['an answer that asked nothing', [{ id: 'a', role: 'assistant', parts: [{ type: 'text', text: 'Hi' }] }]],
    ['a message without parts', [{ id: 'm', role: 'user', content: 'Hi' }]],
    ['nothing readable', [say('m', ' ')]],
    ['a file inside of it', [{ id: 'm', role: 'user', parts: [{ type: 'file', url: 'data:image/png;base64,AA' }] }]],
    ['an id without end', [say('m'.repeat(201), 'Hi')]],
  ])('is refused in a sentence when it is %s', async (_, messages) => {
    const response = await post('ui-wrong', messages);

    expect(response.status).toBe(400);
    expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    expect(await response.text()).toMatch(/^[A-Z"][^{}]+[.?!]$/);
    expect(asked()).toBe(0);
  });
});

describe('a body', () => {
  const earlier = (bytes: number) => ({
    id: 'a',
    role: 'assistant',
    parts: [{ type: 'text', text: 'x'.repeat(bytes) }],
  });

  it('may bring a long conversation along, of up to 1 MB', async () => {
    const taken = await post('ui-long', [earlier(300_000), say('m-1', 'Hello')]);
    const refused = await post('ui-long', [earlier(1_048_576), say('m-2', 'Hello')]);
    const plain = await world.post('ui-long', { message: 'Hello', more: 'x'.repeat(300_000) });

    await taken.text();
    expect([taken.status, refused.status, plain.status]).toEqual([200, 413, 413]);
    expect(asked()).toBe(1);
  });

  it('of more than 1,000 messages is told that the newest is enough', async () => {
    const refused = await post('ui-many', [...Array(1_000).fill(earlier(1)), say('m-1', 'Hello')]);

    expect([refused.status, await refused.json()]).toEqual([
      400,
      {
        code: 'bad_request',
        error: 'The body has a list of more than 1,000 entries; of "messages" the newest is enough.',
      },
    ]);
  });
});

describe('the question of a tool that asks first', () => {
  async function question(chat: ReturnType<typeof openChat>) {
    world.claude.script({ text: null, tools: [{ name: 'cancel', input: { room: 'Rome' } }] });
    await chat.sendMessage({ text: 'Cancel Rome' });
    const part = partOf(chat.messages.at(-1), 'dynamic-tool');
    if (part?.type !== 'dynamic-tool' || part.state !== 'approval-requested')
      throw new Error(`nothing was asked: ${JSON.stringify(chat.messages)}`);
    return part;
  }

  it('is a request for approval in the message that asks it', async () => {
    const chat = openChat();

    const part = await question(chat);

    expect(textOf(chat.messages.at(-1))).toBe('Shall I cancel the room Rome?');
    expect(part).toMatchObject({ toolName: 'cancel', input: { room: 'Rome' } });
    expect(partOf(chat.messages.at(-1), 'data-choices')).toBeUndefined();
    expect(service.acted).toEqual([]);
  });

  it('is no call that has run before it is asked', async () => {
    world.claude.script(
      { text: null, tools: [{ name: 'book', input: { room: 'Bonn' } }] },
      { text: 'Let me ask.', tools: [{ name: 'cancel', input: { room: 'Rome' } }] },
    );
    const chunks = chunksIn(await (await post('ui-order', [say('m-1', 'Book Bonn, cancel Rome')])).text());

    expect(
      chunks.flatMap(({ type, toolName = '' }) => (/^tool/.test(type) ? `${type} ${toolName}`.trim() : [])),
    ).toEqual([
      'tool-input-available book',
      'tool-output-available',
      'tool-input-available cancel',
      'tool-approval-request',
    ]);
  });

  it('is one call, of which nothing is said before it is known', async () => {
    const chat = openChat();
    const { approval, toolCallId } = await question(chat);
    const part = { ...partOf(chat.messages.at(-1), 'dynamic-tool'), state: 'approval-responded' };
    const yes = [{ role: 'assistant', parts: [{ ...part, approval: { id: approval.id, approved: true } }] }];
    service.answers.push(500);
    world.claude.script({ text: 'I do not know.' });

    const chunks = chunksIn(await (await post(chat.session, yes)).text());

    expect(chunks.filter(({ type }) => type.startsWith('tool'))).toEqual([
      expect.objectContaining({ type: 'tool-output-error', toolCallId }),
    ]);
  });

  it.each([
    [true, 'output-available', ['Rome']],
    [false, 'output-denied', []],
  ])(
    'is settled in the same message when it is answered with %s, and not posted again',
    async (approved, state, acted) => {
      const chat = openChat();
      const { approval } = await question(chat);
      const before = sent;
      world.claude.script({ text: 'So be it.' });

      await chat.addToolApprovalResponse({ id: approval.id, approved });

      await vi.waitFor(() => expect([chat.status, sent]).toEqual(['ready', before + 1]), patience);
      const [, answer, ...others] = chat.messages;
      expect(others).toEqual([]);
      expect(partOf(answer, 'dynamic-tool')).toMatchObject({ state });
      expect(textOf(answer)).toBe('Shall I cancel the room Rome?So be it.');
      expect(service.acted.map(({ room }) => room)).toEqual(acted);
    },
  );

  it('may be answered twice at once, as by two tabs, and is done once', async () => {
    const chat = openChat();
    const { approval } = await question(chat);
    const part = { ...partOf(chat.messages.at(-1), 'dynamic-tool'), state: 'approval-responded' };
    const yes = [{ role: 'assistant', parts: [{ ...part, approval: { id: approval.id, approved: true } }] }];

    const answers = await Promise.all([post(chat.session, yes), post(chat.session, yes)]);

    expect((await Promise.all(answers.map((one) => one.text()))).join('')).toContain('tool-output-available');
    expect(service.acted).toHaveLength(1);
  });

  it.each([
    ['another tool', { toolName: 'book' }],
    ['another input', { input: { room: 'Paris' } }],
    ['another question', { approval: { id: 'k-00000000000000000000000000000000', approved: true } }],
  ])('is not answered by an approval of %s, which leaves it open', async (_, change) => {
    const chat = openChat();
    const { approval, toolCallId } = await question(chat);
    const part = { type: 'dynamic-tool', toolName: 'cancel', toolCallId, input: { room: 'Rome' } };
    const approved = { state: 'approval-responded', approval: { id: approval.id, approved: true } };

    const refused = await post(chat.session, [{ role: 'assistant', parts: [{ ...part, ...approved, ...change }] }]);
    expect([refused.status, service.acted]).toEqual([409, []]);
    await chat.addToolApprovalResponse({ id: approval.id, approved: true });

    await vi.waitFor(() => expect(chat.status).toBe('ready'), patience);
    expect(service.acted.map(({ room }) => room)).toEqual(['Rome']);
  });

  it('is closed once something else was said', async () => {
    const chat = openChat({ mayFail: true });
    const { approval } = await question(chat);
    await (await post(chat.session, [say('m-no', 'No, wait')])).text();

    await chat.addToolApprovalResponse({ id: approval.id, approved: true });

    await vi.waitFor(() => expect(chat.status).toBe('error'), patience);
    expect(chat.error?.message).toBe('This question is not open any more. Say what you want instead.');
    expect(service.acted).toEqual([]);
  });
});
