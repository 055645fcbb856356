/** Claude as the bot of our own Chat API, with the official client; the preview of an answer, and what a retry does to it. */
import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { caller, forgeKey, type OpenStream, openStream } from '../harness/chat-api-client.ts';
import { type ChatApiWorld, openChatApiWorld, SECRET } from '../harness/chat-api-world.ts';

let world: ChatApiWorld;

afterEach(() => world.close());

async function talk(...args: string[]): Promise<string[]> {
  const { stdout } = await promisify(execFile)(process.execPath, [
    'scripts/chat-api-client.mjs',
    world.apiUrl,
    ...args,
  ]);
  return stdout.trim().split('\n');
}

const AFTER_CONNECTING = [
  'ada: Hello, my name is Ada.',
  expect.stringMatching(/^bot: .*Ada/),
  'ada: What is my name?',
  expect.stringMatching(/^bot: .*Ada/),
  'ada: Thank you! What did I tell you first?',
  expect.stringMatching(/^bot: .*Hello, my name is Ada/),
  expect.stringMatching(/^heard 6 messages and \d+ stream signals, listed 6 messages$/),
  'in 1 conversation',
  'after deleting one message 5 are listed',
  'the conversation is gone',
  'the user is gone',
];

describe('the official client', () => {
  it('talks to Claude with a key of ours', async () => {
    world = await openChatApiWorld();

    const lines = await talk();

    expect(lines).toEqual([expect.stringMatching(/^connected as user_/), ...AFTER_CONNECTING]);
  });

  it('talks to Claude with a key that it signs itself, where nobody else may create users', async () => {
    world = await openChatApiWorld({ settings: { CHAT_API_ENCRYPTION_KEY: 'the key of the app' } });

    const lines = await talk('the key of the app');

    const call = caller(world.apiUrl);
    expect(lines).toEqual([expect.stringMatching(/^connected as ada-.*signed here$/), ...AFTER_CONNECTING]);
    expect(await call('POST', '/users', { body: {} })).toMatchObject({
      status: 401,
      body: {
        type: 'Unauthorized',
        message: 'The "createUser" operation can only be called when using the shared encryption key.',
      },
    });
    expect(await call('GET', '/conversations', { key: forgeKey({ id: 'ada' }, SECRET) })).toMatchObject({
      status: 401,
    });
  });
});

describe('a preview', () => {
  async function ask(text: string): Promise<OpenStream> {
    const call = caller(world.apiUrl);
    const { key } = (await call('POST', '/users', { body: {} })).body;
    const { id } = (await call('POST', '/conversations', { key, body: {} })).body.conversation;
    const stream = await openStream(`${world.apiUrl}/conversations/${id}/listen`, key);
    await call('POST', '/messages', { key, body: { conversationId: id, payload: { type: 'text', text } } });
    await stream.wait('message_created', ({ data }) => data.isBot);
    return stream;
  }

  it('grows while Claude writes, in a few pieces, and is completed by the message itself', async () => {
    world = await openChatApiWorld({ tokenMs: 10 });

    const { events, leave } = await ask('Please write 300 words.');

    const deltas = events.filter(({ type }) => type === 'message_stream_delta').map(({ data }) => data);
    const [complete, created] = events.slice(-2).map(({ type, data }) => ({ type, data }));
    const { isBot: _, ...message } = created?.data ?? {};
    const grown = deltas.map(({ delta }) => delta).join('');
    const text = String(created?.data.payload.text);
    const pieces = world.claude.requests.length;
    leave();
    expect(pieces).toBe(1);
    expect(deltas.length).toBeGreaterThan(1);
    expect(deltas.map(({ sequence }) => sequence)).toEqual(deltas.map((_delta, i) => i));
    expect(text.startsWith(grown.trim())).toBe(true);
    expect(complete).toMatchObject({
      type: 'message_stream_complete',
      data: { streamId: deltas[0]?.streamId, message },
    });
    expect(created?.data.metadata).toEqual({ streamId: deltas[0]?.streamId });
  });

  it('is taken back before Claude is asked again, and begins anew', async () => {
    world = await openChatApiWorld({ tokenMs: 10 });
    world.claude.script({
      match: 'break',
      on: 'messages',
      times: 1,
      breaks: { how: 'cut', after: 120, errorType: '' },
    });

    const { events, leave } = await ask('Please break once, then write 200 words.');

    leave();
    const kinds = events.filter(({ type }) => type?.startsWith('message_stream')).map(({ type }) => type);
    const abort = kinds.indexOf('message_stream_abort');
    const deltasAfter = events
      .slice(events.findIndex(({ type }) => type === 'message_stream_abort'))
      .filter(({ type }) => type === 'message_stream_delta');
    expect(abort).toBeGreaterThan(0);
    expect(kinds.slice(0, abort).every((kind) => kind === 'message_stream_delta')).toBe(true);
    expect(kinds.filter((kind) => kind === 'message_stream_abort')).toHaveLength(1);
    expect(deltasAfter[0]?.data.sequence).toBe(0);
    expect(kinds.at(-1)).toBe('message_stream_complete');
    expect(events.filter(({ type, data }) => type === 'message_created' && data.isBot)).toHaveLength(1);
  });

  it('shows no picture and no HTML, not even in halves', async () => {
    world = await openChatApiWorld({ tokenMs: 300 });
    world.claude.script({ on: 'messages', times: 1, text: 'look ![x](https://evil.test/a) and <img src=x> bye' });

    const { events, leave } = await ask('hello');

    leave();
    const shown = events.map(({ data }) => String(data.delta ?? data.payload?.text ?? '')).join('|');
    expect(shown).not.toContain('![');
    expect(shown).not.toContain('<img');
  });

  it('shows code as the message does', async () => {
    world = await openChatApiWorld({ tokenMs: 200 });
    const text =
      'Put this there:\n\n1. ```html\n   <p>\n     `b`\n   ```\n2. `<i>` and <i> for the rest of it, please.';
    world.claude.script({ on: 'messages', times: 1, text });

    const { events, leave } = await ask('hello');

    leave();
    const grown = events.map(({ data }) => data.delta ?? '').join('');
    const message = String(events.at(-1)?.data.payload.text);
    expect(grown.length).toBeGreaterThan(20);
    expect(message).toContain('   <p>\n');
    expect(message.startsWith(grown)).toBe(true);
  });
});

describe('the bot', () => {
  it('forgets a message that was deleted', async () => {
    world = await openChatApiWorld();
    const call = caller(world.apiUrl);
    const { key } = (await call('POST', '/users', { body: {} })).body;
    const { id: conversationId } = (await call('POST', '/conversations', { key, body: {} })).body.conversation;
    const say = async (text: string) =>
      (await call('POST', '/messages', { key, body: { conversationId, payload: { type: 'text', text } } })).body.message
        .id;
    world.claude.script({ on: 'messages', times: 1, text: 'Noted.' });
    const secret = await say('The code word is tangerine.');
    await world.quiet();

    await call('DELETE', `/messages/${secret}`, { key, body: {} });
    await world.quiet();
    await say('And now?');
    await world.quiet();

    const last = JSON.stringify(world.claude.requests.at(-1));
    expect(last).toContain('deleted by the user');
    expect(last).not.toContain('The code word is tangerine.');
    // Nobody would hear of it here.
    expect(last).not.toContain('hand_to_human');
    expect(last).toContain('"tools":[');
  });

  it('says nothing in a conversation that is gone by then', async () => {
    world = await openChatApiWorld({ tokenMs: 20 });
    const call = caller(world.apiUrl);
    const { key } = (await call('POST', '/users', { body: {} })).body;
    const { id: conversationId } = (await call('POST', '/conversations', { key, body: { id: 'short-lived' } })).body
      .conversation;
    await call('POST', '/messages', {
      key,
      body: { conversationId, payload: { type: 'text', text: 'Write 60 words.' } },
    });
    while (world.claude.requests.length === 0) await sleep(10);

    await call('DELETE', `/conversations/${conversationId}`, { key, body: {} });
    await call('POST', '/conversations', { key, body: { id: conversationId } });
    await world.quiet();

    const { body } = await call('GET', `/conversations/${conversationId}/messages`, { key });
    expect(body.messages).toEqual([]);
  });
});
