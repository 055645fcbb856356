/** A crash at every step of saying and of answering: after a repeat there is one message, one signal, one turn. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { ChatApi } from '../../lib/chat-api/api.ts';
import { openHandOut } from '../../lib/chat-api/hand-out.ts';
import { openKeys } from '../../lib/chat-api/keys.ts';
import { messageHandlers } from '../../lib/chat-api/message-handlers.ts';
import { openPost } from '../../lib/chat-api/post.ts';
import { openPublish } from '../../lib/chat-api/publish.ts';
import { noShare } from '../../lib/chat-api/share.ts';
import { openState } from '../../lib/chat-api/state.ts';
import { Undeliverable } from '../../lib/errors.ts';
import { openChatApiStore } from '../../lib/store/chat-api/chat-api.ts';
import { openTable } from '../../lib/store/items.ts';
import { openDynamo } from '../../lib/store/store.ts';
import { speak } from '../../lib/text/sentences.ts';
import { makeTable } from '../harness/tables.ts';

type Rooms = ReturnType<typeof openState>;

let rooms: Rooms;
let conversations = 0;

beforeAll(async () => {
  const table = openTable(openDynamo(), await makeTable());
  rooms = openState({ kept: openChatApiStore(table, Date.now), share: noShare, putOutbound: undefined, now: Date.now });
  await rooms.users.create('ada', {});
});

/** Fails once, before the effect or after it. */
function crashing<A extends unknown[], R>(when: 'before' | 'after', work: (...args: A) => Promise<R>) {
  let hasCrashed = false;
  return async (...args: A): Promise<R> => {
    const isFirst = !hasCrashed;
    hasCrashed = true;
    if (isFirst && when === 'before') throw new Error('crash');
    const result = await work(...args);
    if (isFirst) throw new Error('crash');
    return result;
  };
}

const moments = ['before', 'after'] as const;

/** What can fail, each with the rooms in which it does. */
function breaking(step: string, when: 'before' | 'after'): Rooms {
  const { messages, signals, once } = rooms;
  const broken = {
    ...rooms,
    once: {
      decide: step === 'decide' ? crashing(when, once.decide) : once.decide,
      finish: step === 'finish' ? crashing(when, once.finish) : once.finish,
    },
    messages: { ...messages, add: step === 'keep' ? crashing(when, messages.add) : messages.add },
    signals: { ...signals, append: step === 'publish' ? crashing(when, signals.append) : signals.append },
  };
  return { ...broken, publish: openPublish({ signals: broken.signals, share: noShare, putOutbound: undefined }) };
}

async function newConversation() {
  const id = `room-${++conversations}`;
  const created = await rooms.conversations.create('ada', {
    id,
    key: `01ARZ3NDEKTSV4RRFFQ69G${String(conversations).padStart(4, '0')}`,
  });
  if (!created) throw new Error('the id is taken');
  return created;
}

async function told(key: string): Promise<string[]> {
  const entries = await rooms.signals.after(key, 0);
  return entries.map(({ signal }) => JSON.parse(signal).type);
}

describe('a message of a user, sent again under its key after a crash', () => {
  const steps = ['decide', 'keep', 'publish', 'enqueue', 'finish'];

  it.each(steps.flatMap((step) => moments.map((when) => [when, step] as const)))('%s "%s"', async (when, step) => {
    const conversation = await newConversation();
    const turns: string[] = [];
    const enqueue: ChatApi['putTurn'] = async ({ messageId }) => void turns.push(messageId);
    const api: ChatApi = {
      ...breaking(step, when),
      keys: openKeys({ secret: 'x' }),
      handOut: openHandOut('x'),
      putTurn: step === 'enqueue' ? crashing(when, enqueue) : enqueue,
      forget: async () => ({ turns: 0, parked: [], isDone: true }),
      rate: async () => false,
      ratings: async () => [],
      speech: () => speak('en'),
      allowance: { count: async () => {}, countNewUser: async () => {} },
      streams: { take: async () => async () => {} },
      unanswered: async () => [],
      bot: 'claude',
      name: 'default',
      context: [],
    };
    const { createMessage } = messageHandlers(api);
    const request = {
      caller: 'ada',
      params: { id: '', conversationId: '', userId: '' },
      nextToken: undefined,
      idempotencyKey: 'k',
      address: '',
      bytes: 100,
      body: { conversationId: conversation.id, payload: { type: 'text' as const, text: 'hello' } },
    };

    const first = createMessage(request);
    await expect(first).rejects.toThrow('crash');
    const { message } = await createMessage(request);
    const repeated = await createMessage(request);

    const { messages } = await rooms.messages.list(conversation, undefined);
    expect(messages.map(({ id }) => id)).toEqual([message.id]);
    expect(repeated.message).toEqual(message);
    expect(await told(conversation.key)).toEqual(['message_created']);
    // The queue and the turn take a second delivery of the same id for what it is.
    expect(new Set(turns)).toEqual(new Set([message.id]));
  });
});

describe('an answer of the bot, sent again after a crash', () => {
  const steps = ['decide', 'keep', 'publish'];

  it.each(steps.flatMap((step) => moments.map((when) => [when, step] as const)))('%s "%s"', async (when, step) => {
    const conversation = await newConversation();
    const post = openPost(breaking(step, when));
    const answer = {
      conversation: `${conversation.id}~${conversation.key}`,
      replyKey: 'reply:m:0',
      payload: { type: 'text', text: 'Hi' },
      streamId: 'stream_1',
    };

    await expect(post(answer)).rejects.toThrow('crash');
    const id = await post(answer);
    const again = await post(answer);

    const { messages } = await rooms.messages.list(conversation, undefined);
    expect(messages.map((message) => message.id)).toEqual([id]);
    expect(again).toBe(id);
    expect(await told(conversation.key)).toEqual(['message_stream_complete', 'message_created']);
  });

  it('reaches nobody when the conversation is gone, or another one by now', async () => {
    const conversation = await newConversation();
    const post = openPost(rooms);
    const answer = { replyKey: 'reply:m:0', payload: { type: 'text', text: 'Hi' } };

    const gone = post({ ...answer, conversation: 'never-there~01ARZ3NDEKTSV4RRFFQ69G5FAV' });
    const another = post({ ...answer, conversation: `${conversation.id}~01ARZ3NDEKTSV4RRFFQ69G5FAV` });

    await expect(gone).rejects.toThrow(Undeliverable);
    await expect(another).rejects.toThrow(Undeliverable);
    expect(await told(conversation.key)).toEqual([]);
  });

  it('is later than every message before it, whatever the clocks say', async () => {
    const conversation = await newConversation();
    const ahead = Date.now() + 60_000;
    const data = {
      id: 'm',
      createdAt: '',
      conversationId: '',
      userId: '',
      payload: { type: 'text' as const, text: 'x' },
    };
    await rooms.publish(conversation, {
      signal: { type: 'message_created', data: { ...data, isBot: false } },
      ref: 'created:m',
      messageAt: ahead,
    });

    await openPost(rooms)({
      conversation: `${conversation.id}~${conversation.key}`,
      replyKey: 'reply:m:0',
      payload: { type: 'text', text: 'Hi' },
    });

    const { messages } = await rooms.messages.list(conversation, undefined);
    expect(messages[0]?.createdAt).toBe(ahead + 1);
  });
});
