/** The flow suite: what holds on every platform, driven through the exported handlers. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { batch, sent } from './hand-made.ts';
import { type Printed, recordPrinted } from './printed.ts';
import { doorSuite } from './suite-door.ts';
import { type Chat, openWorld, type World } from './world.ts';

/** With `settings` beside those of the chat. */
export function flowSuite(chat: Chat, settings: Record<string, string> = {}): void {
  let world: World;
  let printed: Printed;
  let conversations = 0;
  const newConversation = () => `${chat.name}-conversation-${++conversations}`;

  beforeAll(async () => {
    printed = recordPrinted();
    world = await openWorld(chat, settings);
  });
  afterAll(async () => {
    await world.close();
    printed.stop();
  });
  beforeEach(() => world.claude.reset());

  const answersIn = async (conversation: string) =>
    (await chat.transcript(conversation)).filter(({ isBot }) => isBot).map(({ text }) => text);
  const claudeCalls = () => world.claude.requests.length;

  describe(`${chat.name}: a message`, () => {
    it('gets one answer from Claude', async () => {
      const conversation = newConversation();

      const answer = await world.converse(conversation, 'Hello, my name is Ada.');

      expect(answer).toContain('offline Claude');
      expect(await answersIn(conversation)).toHaveLength(1);
      expect(claudeCalls()).toBe(1);
    });

    it('is remembered over 30 turns, also when the worker is another one from the middle on', async () => {
      const conversation = newConversation();
      await world.converse(conversation, 'My name is Grace.');
      for (let turn = 2; turn < 16; turn++) await world.converse(conversation, `This is message ${turn}.`);
      await world.worker.stop();
      await chat.say(conversation, 'Said while nobody worked.');
      const successor = world.startWorker();
      for (let turn = 17; turn < 30; turn++) await world.converse(conversation, `This is message ${turn}.`);

      const answer = await world.converse(conversation, 'What is my name?');

      await successor.stop();
      world.worker = world.startWorker();
      expect(answer).toContain('Grace');
      expect(await answersIn(conversation)).toHaveLength(30);
    });

    it('that the platform delivers three times is answered once', async () => {
      const conversation = newConversation();
      chat.repeatNextWebhook(3, false);

      await world.converse(conversation, 'Once, please.');

      expect(await answersIn(conversation)).toHaveLength(1);
      expect(claudeCalls()).toBe(1);
    });

    it('that the platform delivers twice at once is answered once', async () => {
      const conversation = newConversation();
      chat.repeatNextWebhook(2, true);

      await world.converse(conversation, 'Once, please.');

      expect(await answersIn(conversation)).toHaveLength(1);
      expect(claudeCalls()).toBe(1);
    });

    it('that the queue delivers again after it was answered costs nothing more', async () => {
      const conversation = newConversation();
      const messageId = await chat.say(conversation, 'Hello');
      await world.quiet();
      const before = claudeCalls();
      const turn = (await world.store.recent({ platform: chat.name, conversation })).turns[0];
      const said = turn?.said[0];
      if (!said) throw new Error('no turn was stored');
      const again = { platform: chat.name, conversation, event: 'sent' as const, ...said };

      const { batchItemFailures } = await world.reply(batch([again]), { getRemainingTimeInMillis: () => 60_000 });

      expect(said.messageId).toBe(messageId);
      expect(batchItemFailures).toEqual([]);
      expect(claudeCalls()).toBe(before);
      expect(await answersIn(conversation)).toHaveLength(1);
    });

    it('is acknowledged after one AWS call', async () => {
      await world.worker.stop();
      world.sqsCalls.calls.length = 0;
      world.dynamo.calls.length = 0;

      await chat.say(newConversation(), 'Hello');
      await chat.settle();

      expect(world.gate.statuses.at(-1)).toBe(200);
      expect(world.sqsCalls.calls.map(({ operation }) => operation)).toEqual(['SendMessage']);
      expect(world.dynamo.calls).toEqual([]);
      world.worker = world.startWorker();
      await world.quiet();
    });
  });

  describe(`${chat.name}: messages close together`, () => {
    it('are answered in order while Claude is slow, none of them lost', async () => {
      const conversation = newConversation();
      world.claude.script({ match: 'first', tokenMs: 20 });

      await chat.say(conversation, 'The first one.');
      await sleep(150);
      await chat.say(conversation, 'The second one.');
      await chat.say(conversation, 'The third one.');
      await world.quiet();

      const answers = await answersIn(conversation);
      expect(answers.length).toBeGreaterThanOrEqual(1);
      const asked = world.claude.requests.flatMap(({ body }) => lastUserTexts(body));
      expect(asked).toEqual(['The first one.', 'The second one.', 'The third one.']);
    });

    it('that wait together are answered in one turn, each word for word', async () => {
      const conversation = newConversation();
      const texts = ['Look at this.', 'What is it?', 'Tell me.'];
      const burst = texts.map((text, i) => sent(chat.name, conversation, text, i, chat.bot));
      await chat.say(conversation, 'Hello');
      await world.quiet();
      world.claude.reset();

      const first = await world.reply(batch(burst), { getRemainingTimeInMillis: () => 60_000 });
      const again = await world.reply(batch(burst.slice(1)), { getRemainingTimeInMillis: () => 60_000 });

      expect([first.batchItemFailures, again.batchItemFailures]).toEqual([[], []]);
      expect(world.claude.requests.map(({ body }) => lastUserTexts(body))).toEqual([texts]);
      expect(await answersIn(conversation)).toHaveLength(2);
    });
  });

  describe(`${chat.name}: a failure`, () => {
    it('of Claude is ridden out', async () => {
      const conversation = newConversation();
      world.claude.script({ status: 529, times: 4 });

      await world.converse(conversation, 'Are you there?');

      expect(await answersIn(conversation)).toHaveLength(1);
      expect(claudeCalls()).toBe(5);
    });

    it('that will not pass ends in one apology with a reference', async () => {
      const conversation = newConversation();
      world.claude.script({ status: 401, times: 'forever' });

      const answer = await world.converse(conversation, 'Hello?');

      expect(answer).toMatch(/reference [0-9a-f]{8}/);
      expect(await answersIn(conversation)).toHaveLength(1);
      expect(claudeCalls()).toBe(1);
    });

    it('of the delivery before it had an effect does not ask Claude again', async () => {
      const conversation = newConversation();
      chat.failDelivery('before', 3);

      await world.converse(conversation, 'Hello?');

      expect(await answersIn(conversation)).toHaveLength(1);
      expect(claudeCalls()).toBe(1);
    });

    it('of the delivery after it had its effect makes no second answer', async () => {
      const conversation = newConversation();
      chat.failDelivery('after', 3);

      await world.converse(conversation, 'Hello?');

      expect(await answersIn(conversation)).toHaveLength(1);
      expect(claudeCalls()).toBe(1);
    });

    it('of one message gives the later ones of its conversation back with it, and no others', async () => {
      const [broken, whole] = [newConversation(), newConversation()];
      for (const conversation of [broken, whole]) await world.converse(conversation, 'Hello');
      world.claude.script({ status: 529, times: 'forever', match: 'unlucky' });
      const unlucky = sent(chat.name, broken, 'An unlucky one.', 1, chat.bot);
      const edited = { ...unlucky, event: 'edited', editedAt: Date.now(), text: 'A lucky one.' };
      const waiting = [
        unlucky,
        edited,
        sent(chat.name, broken, 'Behind it.', 2, chat.bot),
        sent(chat.name, whole, 'Fine.', 3, chat.bot),
      ];

      const first = await world.reply(batch(waiting), { getRemainingTimeInMillis: () => 60_000 });
      world.claude.reset();
      const second = await world.reply(batch(waiting.slice(0, 3), 2), { getRemainingTimeInMillis: () => 60_000 });

      expect(first.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier)).toEqual([
        'record-0',
        'record-1',
        'record-2',
      ]);
      expect(second.batchItemFailures).toEqual([]);
      expect(await answersIn(whole)).toHaveLength(2);
      expect(await answersIn(broken)).toHaveLength(3);
      expect(world.claude.requests.map(({ body }) => lastUserTexts(body))).toEqual([
        ['An unlucky one.'],
        ['Behind it.'],
      ]);
      expect(JSON.stringify(world.claude.requests[1]?.body)).toContain('A lucky one.');
    });
  });

  describe.runIf(chat.remove)(`${chat.name}: a deleted message`, () => {
    it('is gone from what Claude is told', async () => {
      const conversation = newConversation();
      const messageId = await chat.say(conversation, 'My name is Mallory.');
      await world.quiet();

      await chat.remove?.(conversation, messageId);
      await world.quiet();
      await world.converse(conversation, 'What is my name?');

      expect(userTexts(world.claude.requests.at(-1)?.body)).toEqual([
        '[message deleted by the user]',
        'What is my name?',
      ]);
    });
  });

  doorSuite({ chat, world: () => world, printed: () => printed, newConversation, answersIn });
}

interface Request {
  messages: { role: string; content: { type: string; text: string }[] }[];
}

function userTexts(body: unknown): string[] {
  const fromUser = (body as Request).messages.filter(({ role }) => role === 'user');
  return fromUser.flatMap(({ content }) => content.filter(({ type }) => type === 'text').map(({ text }) => text));
}

function lastUserTexts(body: unknown): string[] {
  const { messages } = body as Request;
  return userTexts({ messages: messages.slice(-1) });
}
