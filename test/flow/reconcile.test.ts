/** What TalkJS has and nobody told us of is found, and answered once. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { reconcileDoor } from '../../lib/app/reconcile.ts';
import { talkjsChat } from '../harness/talkjs-chat.ts';
import { openWorld, type World } from '../harness/world.ts';

const MINUTE = 60_000;

/** How long ago (ms) it is at TalkJS, so that what is said was said then. */
let ago = 0;
const chat = talkjsChat(() => Date.now() - ago);
const { talkjs } = chat;
let world: World;
let reconcile: ReturnType<typeof reconcileDoor>;
let conversations = 0;

beforeAll(async () => {
  world = await openWorld(chat, { HANDOFF_ON_HUMAN_REPLY: 'on', HUMAN_ROLES: 'agent' });
  reconcile = reconcileDoor({ paceMs: 0 });
  await watchSince(Date.now() - 60 * MINUTE);
});
afterAll(() => world.close());
beforeEach(() => {
  world.claude.reset();
  talkjs.mend();
});

const newConversation = () => `reconciled-${++conversations}`;
const withTime = { getRemainingTimeInMillis: () => 60_000 };

async function watchSince(watchedSince: number) {
  const dynamo = DynamoDBDocumentClient.from(
    new DynamoDBClient({ endpoint: process.env.AWS_ENDPOINT_URL_DYNAMODB ?? '' }),
  );
  const Item = { pk: 'RECONCILE', sk: '-', watchedSince };
  await dynamo.send(new PutCommand({ TableName: process.env.TABLE_NAME ?? '', Item }));
}

/** Something that happened `minutes` ago and of which neither delivery arrived. */
async function unheard(minutes: number, act: () => unknown) {
  ago = minutes * MINUTE;
  talkjs.fail({ kind: 'drop-webhook', times: 100 });
  await act();
  await talkjs.settle();
  talkjs.mend();
  ago = 0;
}

async function say(conversationId: string, text: string, more: { participants?: string[]; role?: string } = {}) {
  talkjs.say({ conversationId, userId: more.role ? 'bob' : 'alice', text, ...more });
}

async function run() {
  const result = await reconcile({}, withTime);
  await world.quiet();
  return result;
}

async function answersIn(conversation: string): Promise<number> {
  return (await chat.transcript(conversation)).filter(({ isBot }) => isBot).length;
}

describe('a message of which both deliveries were lost', () => {
  it('gets its one answer, however often the reconciler looks', async () => {
    const conversation = newConversation();
    await unheard(2, () => say(conversation, 'Hello, is anybody there?'));

    const first = await run();
    const second = await run();

    expect([first, second]).toMatchObject([{ enqueued: 1 }, { enqueued: 0 }]);
    expect(await answersIn(conversation)).toBe(1);
    expect(world.claude.requests).toHaveLength(1);
  });

  it('is answered once when its webhook comes after all', async () => {
    const conversation = newConversation();
    await unheard(2, () => say(conversation, 'Hello?'));

    const [first] = (await Promise.all([run(), run()])) as { enqueued: number }[];
    const turn = (await world.store.recent({ platform: 'talkjs', conversation })).turns[0];

    expect(first?.enqueued).toBe(1);
    expect(turn?.said).toMatchObject([{ speaker: { id: 'alice', name: 'alice' }, text: 'Hello?' }]);
    expect(await answersIn(conversation)).toBe(1);
  });

  it('is answered although a later one was heard and answered', async () => {
    const conversation = newConversation();
    await unheard(3, () => say(conversation, 'My name is Ida.'));
    await world.converse(conversation, 'Hello');

    await run();
    await world.converse(conversation, 'What is my name?');

    expect((await chat.transcript(conversation)).at(-1)?.text).toContain('Ida');
    expect(await answersIn(conversation)).toBe(3);
  });

  it('is answered in a group that calls the bot', async () => {
    const conversation = newConversation();
    const participants = ['carol', 'dave'];
    await unheard(2, () => say(conversation, 'What do you think, <!!mention:claude|Claude>?', { participants }));

    await run();

    expect(await answersIn(conversation)).toBe(1);
  });

  it('takes the conversation over when it is by a human of the team', async () => {
    const conversation = newConversation();
    await world.converse(conversation, 'Hello');
    await unheard(2, () => say(conversation, 'I am Bob and take over.', { role: 'agent' }));

    await run();
    await world.converse(conversation, 'Fine.');

    expect(await world.store.ownerOf({ platform: 'talkjs', conversation })).toBe('human');
    expect(await answersIn(conversation)).toBe(1);
  });
});

describe('the reconciler leaves alone', () => {
  const left: [string, number, (conversation: string) => unknown][] = [
    ['a message that is still young', 0.5, (conversation) => say(conversation, 'Hello')],
    ['a message that nobody waits for any more', 11, (conversation) => say(conversation, 'Hello')],
    [
      'a group that does not call the bot',
      2,
      (conversation) => say(conversation, 'Hi all', { participants: ['carol', 'dave'] }),
    ],
    ['what the bot said itself', 2, (conversation) => byRest(conversation, 'UserMessage')],
    ['what the system said', 2, (conversation) => byRest(conversation, 'SystemMessage')],
  ];

  async function byRest(conversationId: string, type: 'UserMessage' | 'SystemMessage') {
    const body = JSON.stringify([{ type, text: 'Notice', ...(type === 'UserMessage' ? { sender: 'claude' } : {}) }]);
    const { TALKJS_API_URL: url, TALKJS_SECRET_KEY: key } = process.env;
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
    await fetch(`${url}/v1/app/conversations/${conversationId}/messages`, { method: 'POST', headers, body });
  }

  it.each(left)('%s', async (_name, minutes, act) => {
    const conversation = newConversation();
    await world.converse(conversation, 'Hello');
    world.claude.reset();
    await unheard(minutes, () => act(conversation));

    await run();

    expect(world.claude.requests).toEqual([]);
  });

  it('what was answered', async () => {
    const conversation = newConversation();
    ago = 2 * MINUTE;
    await world.converse(conversation, 'Hello');
    ago = 0;

    const result = await run();

    expect(result).toMatchObject({ enqueued: 0 });
    expect(await answersIn(conversation)).toBe(1);
  });

  it('what was said before it watched', async () => {
    const conversation = newConversation();
    await unheard(2, () => say(conversation, 'Hello'));
    await watchSince(Date.now() - MINUTE);

    const result = await run();

    expect(result).toMatchObject({ enqueued: 0 });
    expect(await answersIn(conversation)).toBe(0);
    await watchSince(Date.now() - 60 * MINUTE);
    await run();
  });
});

describe('a run that has to stop', () => {
  it('because TalkJS has had enough is ended at once, and the next one goes on', async () => {
    const conversation = newConversation();
    await unheard(2, () => say(conversation, 'Hello'));
    talkjs.fail({ kind: 'busy', method: 'GET', retryAfterSeconds: 1 });
    const before = talkjs.requests.length;

    const stopped = await run();
    const asked = talkjs.requests.length - before;
    const next = await run();

    expect(stopped).toMatchObject({ stopped: 'talkjs: 429 TOO_MANY_REQUESTS', enqueued: 0 });
    expect(asked).toBe(1);
    expect(next).toMatchObject({ enqueued: 1 });
  });

  it('is no reason to pass by a conversation that somebody joined meanwhile', async () => {
    const joined = newConversation();
    const others = Array.from({ length: 40 }, newConversation);
    await unheard(4, () => say(joined, 'Hello, <!!mention:claude|Claude>!'));
    await unheard(3, async () => {
      for (const conversation of others) await say(conversation, 'Hello');
    });
    await unheard(2, () => talkjs.join(joined, 'carol'));

    const { enqueued } = { enqueued: 0, ...(await run()) };

    expect(enqueued).toBe(1 + others.length);
    expect(await answersIn(joined)).toBe(1);
  });

  it('again and again finds everything in the end, each once', async () => {
    const many = Array.from({ length: 70 }, newConversation);
    await unheard(3, async () => {
      for (const conversation of many) {
        ago -= 100;
        await say(conversation, 'Hello');
      }
    });

    let runs = 0;
    for (let found = 0; found < many.length && runs < 50; runs++) {
      let left = 40;
      const result = await reconcile({}, { getRemainingTimeInMillis: () => (left-- > 0 ? 60_000 : 1_000) });
      found += 'enqueued' in result ? result.enqueued : 0;
    }
    await world.quiet();

    expect(runs).toBeGreaterThan(5);
    expect(runs).toBeLessThan(50);
    expect(await Promise.all(many.map(answersIn))).toEqual(many.map(() => 1));
  });
});
