/** Deleting a conversation, through each door that can: afterwards nothing in the whole table names it any more. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { caller } from '../harness/chat-api-client.ts';
import { openChatApiWorld } from '../harness/chat-api-world.ts';
import { openChatWorld } from '../harness/chat-world.ts';
import { withinOneMinute } from '../harness/minute.ts';

/** One message fails, one is answered, and the next is over the limit of a minute. */
const LIMITS = { USER_MESSAGES_PER_MINUTE: '2', USER_USD_PER_DAY: '5', TOTAL_USD_PER_DAY: '50' };

let world: { close(): Promise<void> };

beforeEach(withinOneMinute);
afterEach(() => world.close());

describe('DELETE /chat/{session}', () => {
  it('leaves nothing that names the session, also of what failed and what was refused', async () => {
    const chat = await openChatWorld(LIMITS);
    world = chat;
    chat.claude.script({ status: 401 });
    const failed = await chat.say('to-be-forgotten', 'Hello', { 'idempotency-key': 'first' });
    const answered = await chat.say('to-be-forgotten', 'Hello again');
    const refused = await chat.say('to-be-forgotten', 'And again');
    const noted = (await chat.dump()).includes('FAILED#');

    const deleted = await chat.request('to-be-forgotten', { method: 'DELETE' });

    expect([failed.last.code, answered.last.done, refused.last.code]).toEqual(['failed', true, 'rate_limited']);
    expect(noted).toBe(true);
    expect(deleted.status).toBe(204);
    expect(await chat.dump()).not.toMatch(/to-be-forgotten|FAILED#|Hello/);
  });

  it('does not give the caller its messages of this minute back', async () => {
    const chat = await openChatWorld(LIMITS);
    world = chat;
    await chat.say('first', 'Hello');
    await chat.request('first', { method: 'DELETE' });
    await chat.say('first', 'Hello');
    await chat.request('first', { method: 'DELETE' });

    const third = await chat.say('first', 'Hello');

    expect(third.status).toBe(429);
  });
});

describe('DELETE /conversations/{id}', () => {
  it('leaves nothing that names the conversation, for its owner and for who was added', async () => {
    const chatApi = await openChatApiWorld({ settings: LIMITS });
    world = chatApi;
    const call = caller(chatApi.apiUrl);
    const [ada, bob] = [await newUser(), await newUser()];
    const { body } = await call('POST', '/conversations', { key: ada.key, body: {} });
    const { id } = body.conversation;
    await call('POST', `/conversations/${id}/participants`, { key: ada.key, body: { userId: bob.id } });
    await call('POST', '/events', { key: bob.key, body: { conversationId: id, payload: { hello: 'Hello' } } });
    chatApi.claude.script({ status: 401 });
    for (const n of [1, 2]) {
      const payload = { type: 'text', text: `Hello ${n}` };
      const options = { key: ada.key, body: { conversationId: id, payload }, headers: { 'x-idempotency-key': `${n}` } };
      await call('POST', '/messages', options);
      await chatApi.quiet();
    }
    const payload = { type: 'text', text: 'Hello 3' };
    const refused = await call('POST', '/messages', { key: ada.key, body: { conversationId: id, payload } });
    const states = (await chatApi.find('C#chat-api#')).flatMap(({ state }) => state ?? []);

    const deleted = await call('DELETE', `/conversations/${id}`, { key: ada.key, body: {} });

    expect(states.sort()).toEqual(['DELIVERED', 'FAILED']);
    expect(refused.status).toBe(429);
    expect(deleted.status).toBe(200);
    expect(await chatApi.find(id.slice('conv_'.length))).toEqual([]);
    expect(await chatApi.find('Hello')).toEqual([]);
    expect(await chatApi.find('FAILED#')).toEqual([]);
    expect((await chatApi.find('GONE#')).length).toBe(1);

    async function newUser() {
      const { body } = await call('POST', '/users', { body: {} });
      return { key: body.key, id: body.user.id };
    }
  });
});
