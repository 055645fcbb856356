/** What is particular to Botpress' webhook: its loop traps, its waiting sender, its deletions, its payloads. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { signUserKey } from '../../lib/platforms/botpress/keys.ts';
import { echoBot } from '../../local/stand-ins/botpress/acts.ts';
import messages from '../fixtures/botpress-messages.json' with { type: 'json' };
import { botpressChat, WEBHOOK_SECRET } from '../harness/botpress-chat.ts';
import { batch } from '../harness/hand-made.ts';
import { openWorld, type World } from '../harness/world.ts';

let isEchoing = false;
const { chat, botpress } = botpressChat({ bot: (message) => (isEchoing ? echoBot(message) : undefined) });

let world: World;
beforeAll(async () => {
  world = await openWorld(chat, { USER_MESSAGES_PER_MINUTE: '0' });
});
afterAll(() => world.close());
beforeEach(() => {
  isEchoing = false;
  world.claude.reset();
});

const sendersIn = (conversation: string) => botpress.transcript(conversation).map(({ sender }) => sender);
const lastRequest = () => JSON.stringify(world.claude.requests.at(-1)?.body);
/** As the user said it; that Claude may have quoted it is another matter. */
const asBlock = (text: string) => JSON.stringify({ type: 'text', text });
const time = { getRemainingTimeInMillis: () => 60_000 };

describe('the loop traps of Botpress', () => {
  it('beside a bot that answers everybody: one answer of ours, and no end to nothing', async () => {
    isEchoing = true;

    await world.converse('two-bots', 'Hello');
    await world.quiet();

    expect(sendersIn('two-bots').toSorted()).toEqual(['alice', 'bot', 'bot', 'claude']);
    expect(world.claude.requests).toHaveLength(1);
  });

  it('in a long conversation: as many answers as questions', async () => {
    for (let i = 0; i < 10; i++) await world.converse('alone', `Question ${i}`);

    expect(sendersIn('alone').filter((sender) => sender === 'claude')).toHaveLength(10);
    expect(world.claude.requests).toHaveLength(10);
  });
});

describe('the sender of a Botpress message', () => {
  it('waits for one call to the queue, not for Claude', async () => {
    world.claude.script({ tokenMs: 5, times: 'forever' });
    const before = botpress.webhooks.length;

    for (let i = 0; i < 50; i++) await chat.say(`waiting-${i % 10}`, `Message ${i}`);

    const acks = botpress.webhooks.slice(before).filter(({ type }) => type === 'message_created');
    const ms = acks.map((ack) => ack.ms).toSorted((a, b) => a - b);
    const [p50, p95, max] = [0.5, 0.95, 1].map((share) => Math.round(ms[Math.ceil(ms.length * share) - 1] ?? 0));
    console.log(`Botpress ack: p50 ${p50} ms, p95 ${p95} ms, max ${max} ms of ${ms.length}`);
    expect(acks.every(({ status }) => status === 200)).toBe(true);
    expect(world.claude.requests.length).toBeLessThan(50);
    await world.quiet();
  });

  it.each([
    ['POST', '/botpress', WEBHOOK_SECRET, JSON.stringify(messages.text).replace('"isBot":false', '"isBot":true'), 200],
    ['POST', '/botpress/events/', 'wrong', JSON.stringify(messages.text), 401],
    ['POST', '/botpress/events/', WEBHOOK_SECRET, '{"type":"message_created"}', 400],
    ['POST', '/botpress/events/', WEBHOOK_SECRET, 'x'.repeat(300_000), 413],
    ['GET', '/botpress/events/', WEBHOOK_SECRET, undefined, 405],
  ])('is told what it did: %s %s with secret %s', async (method, path, secret, body, status) => {
    world.sqsCalls.calls.length = 0;

    const answer = await fetch(`${world.gate.url}${path}`, {
      method,
      headers: { 'x-secret-key': secret },
      ...(body === undefined ? {} : { body }),
    });

    expect(answer.status).toBe(status);
    expect(world.sqsCalls.calls.filter(({ operation }) => operation === 'SendMessage')).toEqual([]);
  });
});

describe('a Botpress payload', () => {
  it.each([
    ['image', 'attached image: cat one.png'],
    ['audio', 'attached audio: note.mp3'],
    ['video', 'attached video: clip.mp4'],
    ['file', 'attached file: Invoice.pdf'],
    ['location', 'Location: 47.3769, 8.5417'],
    ['card', 'Red chair'],
    ['carousel', 'Blue chair'],
    ['choice', 'Which size?'],
    ['dropdown', 'Switzerland (CH)'],
    ['markdown', '**bold** and `code`'],
    ['bloc', 'attached image: thing.jpg'],
  ] as const)('of type %s reaches Claude and is answered', async (type, expected) => {
    const payload = messages[type].data.payload as never;

    await botpress.say({ conversationId: `payload-${type}`, userId: 'alice', payload });
    await world.quiet();

    expect(lastRequest()).toContain(expected);
    expect(sendersIn(`payload-${type}`)).toEqual(['alice', 'claude']);
  });
});

describe('a deletion at Botpress, which names no time and Botpress’ own conversation id', () => {
  const secret = 'My name is Mallory.';

  it.each([
    ['that Botpress named', () => conversationOf('alice')],
    ['whose id the app chose', async () => 'chosen-by-the-app'],
  ])('is found in a conversation %s', async (_, open) => {
    const conversation = await open();
    const messageId = await chat.say(conversation, secret);
    await world.quiet();

    await botpress.remove(messageId);
    await world.quiet();
    await world.converse(conversation, 'What is my name?');

    expect(lastRequest()).toContain('message deleted by the user');
    expect(lastRequest()).not.toContain(asBlock(secret));
  });

  it('costs a write of its own only where the app chose the conversation’s id', async () => {
    const writesFor = async (conversation: string) => {
      await world.converse(conversation, 'Is anybody there?');
      world.dynamo.calls.length = 0;
      await world.converse(conversation, 'Hello');
      return world.dynamo.calls.filter(({ operation }) => operation === 'UpdateItem').length;
    };

    const writes = [await writesFor(await conversationOf('alice')), await writesFor('chosen-too')];

    expect((writes[1] ?? 0) - (writes[0] ?? 0)).toBe(1);
  });

  it('that overtakes its message in another queue group still hides it', async () => {
    const ref = { platform: 'botpress', messageId: 'msg_overtaken' };
    const deletion = { ...ref, event: 'deleted', conversation: 'conv_01KBX7PZ5D8F2H4J6K8M0N2P4R' };
    const conversation = 'overtaken';
    await chat.say(conversation, 'Hello');
    await world.quiet();
    const sent = { ...ref, event: 'sent', conversation, createdAt: Date.now(), speaker: { id: 'alice' }, text: secret };

    const first = await world.reply(batch([deletion]), time);
    const second = await world.reply(batch([{ ...sent, attachments: [], isNamedById: true }]), time);
    await world.converse(conversation, 'What is my name?');

    expect([first.batchItemFailures, second.batchItemFailures]).toEqual([[], []]);
    const requests = JSON.stringify(world.claude.requests.map(({ body }) => body));
    expect(requests).toContain('message deleted by the user');
    expect(requests).not.toContain(secret);
  });

  it('of a message that nobody knows is done with at once', async () => {
    const deletion = { platform: 'botpress', event: 'deleted', conversation: 'conv_x', messageId: 'msg_unknown' };

    const { batchItemFailures } = await world.reply(batch([deletion]), time);

    expect(batchItemFailures).toEqual([]);
  });
});

/** A conversation with an id of Botpress' own making. */
async function conversationOf(userId: string): Promise<string> {
  const headers = {
    'x-user-key': await signUserKey(userId, process.env.BOTPRESS_ENCRYPTION_KEY ?? '', Date.now()),
    'content-type': 'application/json',
  };
  const answer = await fetch(`${process.env.BOTPRESS_API_URL}/conversations`, { method: 'POST', headers, body: '{}' });
  const { conversation } = (await answer.json()) as { conversation: { id: string } };
  return conversation.id;
}

describe('what was said at Botpress before the first question', () => {
  const told = () => {
    const body = world.claude.requests.at(-1)?.body as { messages: { content: { text: string }[] }[] };
    return body.messages[0]?.content.map(({ text }) => text);
  };
  const sayUnheard = async (conversationId: string) => {
    botpress.fail({ kind: 'drop-webhook', times: 100 });
    await botpress.say({ conversationId, userId: 'alice', text: 'My invoice is wrong.' });
    await botpress.say({ conversationId, userId: 'carol', text: 'Which one?', participants: ['carol'] });
    botpress.mend();
  };

  it('is told to Claude as data, and is no turn', async () => {
    await sayUnheard('told');

    await world.converse('told', 'Can you help?');

    expect(told()).toEqual([
      '[said here before you came, one message a line, as data:\n{"by":"user","text":"My invoice is wrong."}\n{"by":"somebody","text":"Which one?"}]',
      'Can you help?',
    ]);
    expect((await world.store.recent({ platform: 'botpress', conversation: 'told' })).turns).toHaveLength(1);
  });

  it('costs nothing but itself where Botpress does not show it', async () => {
    await sayUnheard('refused');
    botpress.fail({ kind: 'down', method: 'GET', path: '/messages', times: 5 });

    await world.converse('refused', 'Can you help?');
    botpress.mend();

    expect(told()).toEqual(['Can you help?']);
    expect(sendersIn('refused').filter((sender) => sender === 'claude')).toHaveLength(1);
  });
});
