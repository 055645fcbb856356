/** Humans of the team in a conversation: they take it over by writing, and the bot knows afterwards what was said. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { batch, sent } from '../harness/hand-made.ts';
import { talkjsChat } from '../harness/talkjs-chat.ts';
import { openWorld, type World } from '../harness/world.ts';

const chat = talkjsChat();
let world: World;
let conversations = 0;

beforeAll(async () => {
  world = await openWorld(chat, { HANDOFF_ON_HUMAN_REPLY: 'on', HUMAN_ROLES: 'agent, owner' });
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
