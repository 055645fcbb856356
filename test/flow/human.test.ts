/** Humans of the team in a conversation: they take it over by writing, and the bot knows afterwards what was said. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openTable } from '../../lib/store/items.ts';
import { openDynamo } from '../../lib/store/store.ts';
import { batch, sent } from '../harness/hand-made.ts';
import { talkjsChat } from '../harness/talkjs-chat.ts';
import { folderOfBots } from '../harness/two-bots.ts';
import { openWorld, type World } from '../harness/world.ts';

const chat = talkjsChat();
let world: World;
let conversations = 0;

beforeAll(async () => {
  const BOTS_DIR = folderOfBots({
    default: 'You help.\n',
    open: '---\ntalkjs: claude-open\ngroups: always\n---\nYou help all.\n',
    shy: '---\ntalkjs: claude-shy\ngroups: mention\n---\nYou help who calls.\n',
  });
  world = await openWorld(chat, {
    HANDOFF_ON_HUMAN_REPLY: 'on',
    HUMAN_ROLES: 'agent, owner',
    BOTS_DIR,
    RETENTION_DAYS: '30',
  });
});
afterAll(() => world.close());
beforeEach(() => world.claude.reset());

const newConversation = () => `human-${++conversations}`;
const of = (conversation: string) => ({ platform: 'talkjs' as const, conversation });

function bobSays(conversationId: string, text: string) {
  return chat.talkjs.say({ conversationId, userId: 'bob', name: 'Bob', role: 'agent', text });
}

async function botLines(conversation: string) {
  return (await chat.transcript(conversation)).filter(({ isBot }) => isBot).map(({ text }) => text);
}

/** What Claude was shown last, from the user's side. */
function shown(): string[] {
  const body = world.claude.requests.at(-1)?.body as { messages: { role: string; content: { text: string }[] }[] };
  return body.messages.filter(({ role }) => role === 'user').flatMap(({ content }) => content.map(({ text }) => text));
}

it('Claude is offered the handoff, as roles name who can take over here', async () => {
  await world.converse(newConversation(), 'Hello');

  expect(JSON.stringify(world.claude.requests.at(-1))).toContain('"name":"hand_to_human"');
});

it('a human who writes silences the bot, which knows what was said when it is given the conversation back', async () => {
  const conversation = newConversation();
  await world.converse(conversation, 'Hello');
  bobSays(conversation, 'I take it from here.');
  await world.quiet();

  await world.converse(conversation, 'Thanks! My name is Zoe.');
  const silent = await botLines(conversation);
  const owner = await world.store.ownerOf(of(conversation));
  await world.store.handOver(of(conversation), 'bot');
  const answer = await world.converse(conversation, 'What is my name?');

  expect(silent).toHaveLength(1);
  expect(owner).toBe('human');
  expect(answer).toContain('Zoe');
  expect(shown()).toEqual([
    'Hello',
    '[Bob of the team]: I take it from here.',
    'Thanks! My name is Zoe.',
    'What is my name?',
  ]);
  expect(await botLines(conversation)).toHaveLength(2);
});

it('a human who writes while Claude thinks is heard before the answer goes out', async () => {
  const conversation = newConversation();
  await world.converse(conversation, 'Hello');
  world.claude.script({ match: 'ponder', tokenMs: 150 });
  await chat.say(conversation, 'Please ponder this.');
  while (world.claude.requests.length < 2) await sleep(20);

  bobSays(conversation, 'Let me answer that.');
  await world.quiet();

  expect(await botLines(conversation)).toHaveLength(1);
  expect((await world.store.recent(of(conversation))).turns.map(({ state }) => state)).toEqual([
    'DELIVERED',
    'SKIPPED',
    'SKIPPED',
  ]);
});

it('all that is kept of a conversation goes when RETENTION_DAYS are over', async () => {
  const conversation = newConversation();
  const [from, days] = [Date.now(), 30 * 24 * 3600];
  await world.converse(conversation, 'Hello');
  bobSays(conversation, 'I take it from here.');
  await world.quiet();

  const table = openTable(openDynamo(), process.env.TABLE_NAME ?? '');
  const { items } = await table.query({ pk: `C#talkjs#${conversation}`, from: ' ', to: '~~' });

  expect(items.length).toBeGreaterThanOrEqual(3);
  for (const { sk, expiresAt } of items) {
    const after = Number(expiresAt) - Math.floor(from / 1000);
    expect([sk, after >= days, Number(expiresAt) <= Math.ceil(Date.now() / 1000) + days]).toEqual([sk, true, true]);
  }
});

it('what a human said is corrected when they change it', async () => {
  const conversation = newConversation();
  await world.converse(conversation, 'Hello');
  const [said] = bobSays(conversation, 'We open at nine.');
  await world.quiet();
  chat.talkjs.edit(conversation, said?.id ?? '', 'We open at ten.');
  await world.quiet();
  await world.store.handOver(of(conversation), 'bot');

  await world.converse(conversation, 'When do you open?');

  expect(shown()).toContain('[Bob of the team]: We open at ten.');
});

it('a message of the team that comes again, or late, does not take the conversation away from the bot again', async () => {
  const conversation = newConversation();
  const said = (n: number) => ({
    ...sent('talkjs', conversation, 'My turn.', n),
    event: 'intervened',
    speaker: { id: 'bob', name: 'Bob', role: 'agent' },
  });
  const context = { getRemainingTimeInMillis: () => 60_000 };
  await world.reply(batch([said(1)]), context);
  const taken = await world.store.ownerOf(of(conversation));
  await world.store.handOver(of(conversation), 'bot');

  await world.reply(batch([said(1)]), context);
  await world.reply(batch([{ ...said(2), createdAt: Date.now() - 60_000 }]), context);
  const kept = await world.store.ownerOf(of(conversation));
  await world.reply(batch([{ ...said(3), createdAt: Date.now() + 1_000 }]), context);

  expect([taken, kept, await world.store.ownerOf(of(conversation))]).toEqual(['human', 'bot', 'human']);
});

it('a paused conversation stays paused whoever writes, until it is given back', async () => {
  const conversation = newConversation();
  await world.converse(conversation, 'Hello');
  await world.store.handOver(of(conversation), 'paused');

  bobSays(conversation, 'Hi!');
  await world.quiet();
  await world.converse(conversation, 'Anybody there?');

  expect(await world.store.ownerOf(of(conversation))).toBe('paused');
  expect(await botLines(conversation)).toHaveLength(1);
});

it('a group of users is answered only where it calls the bot, and remembered only while a human answers', async () => {
  const conversation = newConversation();
  chat.talkjs.say({ conversationId: conversation, userId: 'alice', text: 'Hi Carol', participants: ['carol'] });
  await world.quiet();
  const uncalled = await world.store.recent(of(conversation));
  await world.converse(conversation, 'And you, <!!mention:claude|Claude>?');
  bobSays(conversation, 'I am here.');
  await world.quiet();

  await world.converse(conversation, 'Carol is my sister.');

  const { turns } = await world.store.recent(of(conversation));
  expect(uncalled.turns).toEqual([]);
  expect(turns.map(({ state }) => state)).toEqual(['DELIVERED', 'SKIPPED', 'SKIPPED']);
  expect(await botLines(conversation)).toHaveLength(1);
});

describe('a group that somebody of the team has joined', () => {
  const asked = () => chat.talkjs.requests.filter(({ path }) => path.includes('/users/')).map(({ path }) => path);
  beforeEach(() => {
    chat.talkjs.requests.length = 0;
  });

  it('is answered until they write, and who they are is asked for once', async () => {
    const conversation = newConversation();
    chat.talkjs.say({ conversationId: 'elsewhere', userId: 'bob', name: 'Bob', role: 'agent', text: 'Hi' });
    await world.quiet();
    chat.talkjs.requests.length = 0;

    chat.talkjs.say({ conversationId: conversation, userId: 'alice', text: 'Hello', participants: ['bob'] });
    await world.quiet();
    await world.converse(conversation, 'And now?');
    const before = await botLines(conversation);
    bobSays(conversation, 'I am here.');
    await world.quiet();
    await world.converse(conversation, 'Hello Bob');

    expect(before).toHaveLength(2);
    expect(await botLines(conversation)).toHaveLength(2);
    expect(asked()).toEqual(['/v1/app/users/bob']);
  });

  it('is a group all the same where another user is there, and that is kept with their roles', async () => {
    const conversation = newConversation();
    chat.talkjs.say({ conversationId: 'elsewhere', userId: 'dave', role: 'default', text: 'Hi' });
    await world.quiet();
    const say = () =>
      chat.talkjs.say({ conversationId: conversation, userId: 'alice', text: 'Hello', participants: ['bob', 'dave'] });
    say();
    await world.quiet();
    say();
    await world.quiet();

    expect(await botLines(conversation)).toEqual([]);
    expect(asked().filter((path) => path.endsWith('dave'))).toHaveLength(1);
    expect((await world.store.conversationOf(of(conversation))).roles).toEqual({ bob: 'agent', dave: 'default' });
  });

  it('waits for TalkJS to tell who they are', async () => {
    const conversation = newConversation();
    chat.talkjs.fail({ kind: 'down', method: 'GET', times: 3 });
    chat.talkjs.say({ conversationId: conversation, userId: 'alice', text: 'Hello', participants: ['bob'] });

    await world.quiet();

    expect(await botLines(conversation)).toHaveLength(1);
  });

  it('asks for nobody where a user is alone with the bot', async () => {
    await world.converse(newConversation(), 'Hello');

    expect(asked()).toEqual([]);
  });
});

it.each([
  ['always answers a group', 'claude-open', 2],
  ['answers a group only where it is called', 'claude-shy', 1],
])('a bot that %s does so whoever is there', async (_, bot, answers) => {
  const conversationId = newConversation();
  const say = (text: string) => chat.talkjs.say({ conversationId, userId: 'alice', text, participants: ['dave'], bot });
  say('Hello');
  await world.quiet();
  say(`And you, <!!mention:${bot}|Claude>?`);
  await world.quiet();

  const lines = chat.talkjs.transcript(conversationId).filter(({ sender }) => sender === bot);
  expect(lines).toHaveLength(answers);
});
