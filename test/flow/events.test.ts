/** Events: what happens in a turn is told to who is to be told, signed, and by a consumer of its own. */
import { cpSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { talkjsApi } from '../../lib/platforms/talkjs/api.ts';
import { openProgress } from '../../lib/store/progress.ts';
import { openDynamo } from '../../lib/store/store.ts';
import { createEvents } from '../../local/stand-ins/events.ts';
import { serve } from '../../local/stand-ins/serve.ts';
import { depth, startConsumer } from '../harness/consumer.ts';
import { countedBy } from '../harness/counted-by.ts';
import { hearLines } from '../harness/hear-lines.ts';
import { makeFifo } from '../harness/tables.ts';
import { talkjsChat } from '../harness/talkjs-chat.ts';
import { folderOfBots } from '../harness/two-bots.ts';
import { openWorld, type World } from '../harness/world.ts';

const SECRET = `whsec_${Buffer.from('a secret of thirty-two characters').toString('base64')}`;
const OLD = `whsec_${Buffer.from('the one that is just rotated away').toString('base64')}`;
const chat = talkjsChat();
const told = createEvents(SECRET);
let world: World;
let receiver: Awaited<ReturnType<typeof serve>>;
let consumer: ReturnType<typeof startConsumer>;
let queue: string;

beforeAll(async () => {
  receiver = await serve({ events: told.handle });
  const { openSqs } = await import('../../lib/queue.ts');
  const sqs = openSqs();
  queue = await makeFifo(sqs, 'events');
  const BOTS_DIR = folderOfBots({ open: '---\ntalkjs: claude-open\ngroups: always\n---\nYou help all.\n' });
  cpSync(path.resolve(import.meta.dirname, '../fixtures/bots-knowing'), BOTS_DIR, { recursive: true });
  world = await openWorld(chat, {
    BOTS_DIR,
    HANDOFF_TALKJS_USER: 'support',
    EVENTS_WEBHOOK_URL: `${receiver.url}/events/hook`,
    EVENTS_WEBHOOK_SECRET: `${OLD},${SECRET}`,
    EVENTS_QUEUE_URL: queue,
    EVENTS_DEAD_LETTERS_URL: await makeFifo(sqs, 'events-dead'),
  });
  const { handler } = await import('../../functions/events.ts');
  consumer = startConsumer({ sqs, url: queue, handler });
});
afterAll(async () => {
  await consumer.stop();
  await Promise.all([world.close(), receiver.close()]);
});
beforeEach(() => world.claude.reset());

async function quiet() {
  await world.quiet();
  while ((await depth(world.sqs, queue)) > 0) await sleep(20);
}

it('an answer that failed is told once, with a signature that holds while the secret is rotated; one that did not is not', async () => {
  await world.converse('failing', 'Hello');
  await quiet();
  const before = told.received.length;
  world.claude.script({ status: 400, times: 9 });

  const apology = await world.converse('failing', 'This one fails.');
  await quiet();

  const [reference] = /[0-9a-f]{8}/.exec(apology) ?? [];
  expect(before).toBe(0);
  expect(told.received).toMatchObject([
    {
      signature: 'valid',
      id: expect.stringMatching(/^evt_[0-9a-f]{32}$/),
      event: {
        ...{ type: 'answer.failed', platform: 'talkjs', conversation: 'failing', bot: 'default' },
        text: expect.stringContaining(`Reference ${reference}.`),
        data: { reference },
      },
    },
  ]);
});

it('a question that the documents do not answer is told, masked; one that they answer, and thanks, are not', async () => {
  const before = told.received.length;

  const lines: string[] = [];
  hearLines((line) => lines.push(line));

  const answer = await world.converse('gaps', 'How long does a refund take?');
  await world.converse('gaps', 'Thanks a lot');
  await world.converse('gaps', 'Do you sell elephants? Write to me@example.com');
  await quiet();
  vi.restoreAllMocks();

  expect(answer).toContain('within 14 days');
  expect([countedBy('Found', lines), countedBy('Missed', lines)]).toEqual([1, 1]);
  expect(told.received.slice(before).map(({ event }) => event)).toMatchObject([
    {
      ...{ type: 'knowledge.missed', platform: 'talkjs', conversation: 'gaps', bot: 'default' },
      text: expect.stringContaining('Do you sell elephants? Write to [e-mail removed]'),
      data: { question: 'Do you sell elephants? Write to [e-mail removed]' },
    },
  ]);
});

it('a receiver that fails, hangs up or lost its answer is told again, and knows the repeat by its id', async () => {
  const before = told.received.length;
  world.claude.script({ status: 400, times: 9 });
  told.fail({ kind: 'cut-after', times: 1 });

  await world.converse('cut', 'This one fails.');
  await quiet();

  const ids = told.received.slice(before).map(({ id }) => id);
  expect(ids).toHaveLength(2);
  expect(new Set(ids).size).toBe(1);
});

/** A conversation as TalkJS has it. */
async function atTalkjs(conversation: string) {
  const { TALKJS_APP_ID: appId = '', TALKJS_SECRET_KEY: secretKey = '', TALKJS_API_URL: apiUrl = '' } = process.env;
  const api = talkjsApi({ appId, secretKey, apiUrl }, { fetch, now: Date.now });
  const answer = await api({
    method: 'GET',
    path: ['conversations', conversation],
    signal: AbortSignal.timeout(9_000),
  });
  const { participants, custom } = (answer.ok ? answer.body : {}) as Record<string, Record<string, unknown>>;
  return { people: Object.keys(participants ?? {}).sort(), handoff: custom?.handoff };
}

it.each([
  ['until a human answers', 'claude'],
  ['always', 'claude-open'],
])(
  'a handoff by a bot that answers %s brings the team’s user into the conversation, is marked there, and ends with /bot',
  async (_, bot) => {
    const conversation = `handed-by-${bot}`;
    const says = async (userId: string, text: string) => {
      chat.talkjs.say({ conversationId: conversation, userId, text, bot });
      await quiet();
    };
    chat.talkjs.say({ conversationId: 'elsewhere', userId: 'support', text: 'I exist.', participants: [] });
    const before = told.received.length;

    await says('alice', 'I want to talk to a human, my mail is ada@example.com.');
    const waiting = await atTalkjs(conversation);
    await says('support', 'I am here.');
    const taken = await atTalkjs(conversation);
    await says('support', '/bot');
    const returned = await atTalkjs(conversation);
    await says('alice', 'Hello again.');

    const events = told.received.slice(before).map(({ event }) => event as { type: string; data: object });
    expect(waiting).toEqual({ people: ['alice', bot, 'support'], handoff: 'waiting' });
    expect([taken.handoff, returned.handoff]).toEqual(['taken', 'returned']);
    expect(events.map(({ type }) => type)).toEqual(['handoff.requested', 'handoff.taken', 'handoff.returned']);
    expect(JSON.stringify(events)).not.toContain('ada@example.com');
    const said = chat.talkjs.transcript(conversation).map(({ sender }) => sender);
    expect(said).toEqual(['alice', bot, 'support', 'support', 'alice', bot]);
  },
);

it('two answers that TalkJS shows as disliked hand over with what the user says next, without Claude', async () => {
  const conversation = 'disliked';
  const { reconcileDoor } = await import('../../lib/app/reconcile.ts');
  const reconcile = reconcileDoor({ paceMs: 0 });
  await openProgress(openDynamo(), process.env.TABLE_NAME ?? '').begin(Date.now() - 3_600_000);
  const before = told.received.length;
  for (const text of ['Hello', 'Hello again']) {
    await world.converse(conversation, text);
    const answer = chat.talkjs.transcript(conversation).at(-1)?.id ?? '';
    chat.talkjs.react(conversation, answer, '👎', 'alice');
  }
  await reconcile({}, { getRemainingTimeInMillis: () => 60_000 });
  const asked = world.claude.requests.length;

  const sentence = await world.converse(conversation, 'That does not help.');
  await quiet();

  expect(told.received.slice(before).map(({ event }) => (event as { type: string }).type)).toEqual([
    'answer.rated',
    'answer.rated',
    'handoff.requested',
  ]);
  expect(sentence).toMatch(/^I have asked our team/);
  expect(world.claude.requests).toHaveLength(asked);
});

it('a handoff is told also where TalkJS refuses to show it', async () => {
  const before = told.received.length;
  await world.converse('gone', 'Hello');
  chat.talkjs.fail({ kind: 'down', method: 'GET', times: 1 });

  await world.converse('gone', 'I want to talk to a human.');
  await quiet();

  expect(told.received.slice(before).map(({ event }) => (event as { type: string }).type)).toEqual([
    'handoff.requested',
  ]);
  expect((await atTalkjs('gone')).handoff).toBe('waiting');
});
