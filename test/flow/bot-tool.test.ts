/** `npm run bot` against a running stack: in this process, and typed into a shell where that makes a difference. */
import { execFile } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import path from 'node:path';
import { promisify } from 'node:util';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { noHandoff } from '../../lib/config/handoff.ts';
import { Later, Permanent, Refused, Undeliverable } from '../../lib/errors.ts';
import { tellNobody } from '../../lib/events/outbox.ts';
import { pseudonym, referenceOf } from '../../lib/log.ts';
import { openEventsQueue, openRecordsQueue, openTurnsQueue } from '../../lib/queue.ts';
import { keepRecord } from '../../lib/records/envelope.ts';
import { openCounters } from '../../lib/store/counters.ts';
import { openShelf } from '../../lib/store/records.ts';
import { openStore, type Store } from '../../lib/store/store.ts';
import { openLimits } from '../../lib/turn/limits.ts';
import { reply } from '../../lib/turn/reply.ts';
import { takeTurn } from '../../lib/turn/turn.ts';
import type { PlatformName, Reply, Sent } from '../../lib/types.ts';
import { type Emulators, startEmulators } from '../../local/emulators.ts';
import { sendJson, serve } from '../../local/stand-ins/serve.ts';
import { createTable } from '../../local/table.ts';
import { bot as runBot } from '../../scripts/bot.ts';
import { receive } from '../harness/consumer.ts';
import { inEnglish } from '../harness/english.ts';
import { takenBy } from '../harness/hand-made.ts';

const TABLE = 'Table';
const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
let emulators: Emulators;
let stack: Awaited<ReturnType<typeof serve>>;
/** Of the stack, by their names. */
const standIns: Record<string, string> = {};
let sqs: SQSClient;
let dynamo: DynamoDBDocumentClient;
let store: Store;
const queues: Record<string, string> = {};
let conversations = 0;
const newConversation = () => `room-${++conversations}`;

beforeAll(async () => {
  emulators = await startEmulators(undefined);
  const { AWS_ENDPOINT_URL_DYNAMODB: dynamodb, AWS_ENDPOINT_URL_SQS: endpoint } = emulators.endpoints;
  sqs = new SQSClient({ endpoint, credentials, useQueueUrlAsEndpoint: false });
  const client = new DynamoDBClient({ endpoint: dynamodb, credentials });
  dynamo = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
  await createTable(client, TABLE);
  for (const QueueName of [
    'TurnsQueue.fifo',
    'TurnsDeadLetters.fifo',
    'EventsQueue.fifo',
    'EventsDeadLetters.fifo',
    'RecordsQueue',
    'RecordsDeadLetters',
  ]) {
    const Attributes = QueueName.endsWith('.fifo') ? { FifoQueue: 'true' } : {};
    queues[QueueName] = (await sqs.send(new CreateQueueCommand({ QueueName, Attributes }))).QueueUrl ?? '';
  }
  store = openStore(dynamo, TABLE, Date.now);
  const urls = { sqs: endpoint, dynamodb };
  stack = await serve({
    stack: (_request, response) => sendJson(response, 200, { processes: [], urls, standIns }),
  });
});
afterAll(async () => {
  await stack.close();
  await emulators.stop();
});

const surroundings = () => ({ ...process.env, PORT: String(Number(new URL(stack.url).port) - 3) });

async function bot(...args: string[]) {
  const { code, text } = await runBot(args, surroundings());
  return { code, text: text.trim() };
}

/** As a process of its own. */
async function typed(...args: string[]) {
  const script = path.resolve(import.meta.dirname, '../../scripts/bot.ts');
  return promisify(execFile)(process.execPath, [script, ...args], { env: surroundings() }).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    ({ code, stdout, stderr }) => ({ code, stdout, stderr }),
  );
}

async function botJson(...args: string[]) {
  const { code, text } = await bot(...args, '--json');
  if (code !== 0) throw new Error(text);
  return JSON.parse(text);
}

/** What lies in a queue, given back at once. */
async function look(name: string) {
  const QueueUrl = queues[name] ?? '';
  const letters = await receive(sqs, QueueUrl, 1);
  for (const { ReceiptHandle } of letters)
    await sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: 0 }));
  return letters;
}

type Outcome = 'answered' | 'missed' | 'failed' | 'undeliverable' | 'limited';

const answer: Reply = {
  kind: 'answer',
  text: 'Paris.',
  stop: 'end_turn',
  model: 'claude-haiku-5-5',
  usd: 0.0025,
  usage: { inputTokens: 100, outputTokens: 20, cacheReadTokens: 900, cacheWriteTokens: 0 },
};

function deps(outcome: Outcome = 'answered', messageId = 'm') {
  return {
    store,
    compose: async () => {
      if (outcome === 'failed') throw new Permanent('bad key');
      if (outcome === 'limited') throw new Refused('Slow down.', 'limit messages');
      return { reply: outcome === 'missed' ? { ...answer, missed: true } : answer };
    },
    platform: () => ({
      deliver: async () => {
        if (outcome === 'undeliverable') throw new Undeliverable('gone');
        return [`sent-${messageId}`];
      },
    }),
    tell: tellNobody,
    handoff: noHandoff,
    speech: inEnglish,
    maxInputChars: 0,
    now: Date.now,
    newId: () => 'worker',
    log: () => {},
  };
}

/** A message and what the worker made of it. */
async function turn(conversation: string, messageId: string, outcome: Outcome, platform: PlatformName = 'talkjs') {
  const sent: Sent = {
    event: 'sent',
    platform,
    conversation,
    messageId,
    createdAt: Date.now(),
    speaker: { id: 'alice', name: 'Alice' },
    text: `My secret is ${messageId}.`,
    attachments: [],
  };
  await takeTurn(deps(outcome, messageId), { burst: [sent], generation: 0, attempts: 1, remainingMs: () => 60_000 });
  return sent;
}

describe('show', () => {
  it('tells state, time, tokens, cost and ids of each turn, and what was said only when asked', async () => {
    const conversation = newConversation();
    await turn(conversation, 'm1', 'answered');
    await turn(conversation, 'm2', 'failed');

    const [people, open] = [await bot('show', conversation), await bot('show', conversation, '--text')];
    const { owner, usd, turns } = await botJson('show', conversation);

    expect(people.text).toMatch(
      /^talkjs room-\d+ · answered by: bot · 2 turns · \$0\.0025 · in the log: [0-9a-f]{16}\n\nat +message +by +state/,
    );
    expect(people.text).toMatch(
      /m1 +alice +DELIVERED +1 .* 1000 +900 +20 +0\.00250 +claude-haiku-5-5 +end_turn +sent-m1/,
    );
    expect(people.text).not.toMatch(/secret|Paris/);
    expect(open.text).toMatch(/My secret is m1\. +Paris\./);
    expect({ owner, usd }).toEqual({ owner: 'bot', usd: 0.0025 });
    expect(turns).toMatchObject([
      { message: 'm1', state: 'DELIVERED', attempts: 1, generation: 0, replies: ['sent-m1'], outputTokens: 20 },
      { message: 'm2', state: 'FAILED', stop: 'failed', reason: 'bad key' },
    ]);
    expect(turns[0].ms).toBeGreaterThanOrEqual(0);
    expect(turns[0].waitedMs).toBeGreaterThanOrEqual(turns[0].ms);
  });

  it('finds a session of /chat by the name that the client gave it, with or without access keys', async () => {
    const [open, keyed] = [newConversation(), newConversation()];
    const caller = createHash('sha256').update('the key').digest('hex').slice(0, 16);
    await turn(`open:${open}`, 'm1', 'answered', 'http');
    await turn(`${caller}:${keyed}`, 'm1', 'answered', 'http');
    process.env.CHAT_ACCESS_KEYS = 'another,the key';

    const found = [await botJson('show', open), await botJson('show', keyed)];
    delete process.env.CHAT_ACCESS_KEYS;

    expect(found).toMatchObject([
      { platform: 'http', conversation: `open:${open}` },
      { platform: 'http', conversation: `${caller}:${keyed}` },
    ]);
  });

  it('asks for the platform where two have a conversation of that name, and says when there is none', async () => {
    const conversation = newConversation();
    await turn(conversation, 'm1', 'answered', 'talkjs');
    await turn(conversation, 'm2', 'answered', 'botpress');

    const either = await bot('show', conversation);
    const named = await botJson('show', conversation, '--platform', 'botpress');
    const nobody = await bot('show', 'nowhere');

    expect(either).toEqual({
      code: 1,
      text: `${conversation} is known on botpress and talkjs: name the platform, or its whole name.`,
    });
    expect(named.turns).toMatchObject([{ message: 'm2' }]);
    expect(nobody).toEqual({
      code: 1,
      text: 'No conversation nowhere is known. Where nobody was answered yet, say with --platform where it is.',
    });
  });
});

describe('show --as-case', () => {
  it('writes what was said before and what was asked as a case, with nothing in it that says whose it was', async () => {
    const conversation = newConversation();
    const speaker = { id: 'customer-77', name: 'Zora Quill' };
    const say = async (messageId: string, text: string) => {
      const sent: Sent = {
        ...{ event: 'sent', platform: 'talkjs', conversation, messageId, createdAt: Date.now() },
        ...{ speaker, text, attachments: [] },
      };
      const input = { burst: [sent] as const, generation: 0, attempts: 1, remainingMs: () => 60_000 };
      await takeTurn(deps('answered', messageId), input);
    };
    await say('first', 'I am Zora, zora@example.com, order 123456.');
    await say('second', 'Call me on +49 170 1234567, says Quill. Within 14 days?');
    const unasked = async (messageId: string) =>
      store.say(
        { platform: 'talkjs', conversation, messageId, createdAt: Date.now() },
        { kind: 'answer', text: 'News for Zora.', stop: 'unasked', to: speaker.id },
        0,
      );
    await unasked('say:1');
    await say('third', 'Never mind.');
    await unasked('say:2');

    const last = await botJson('show', conversation, '--as-case');
    const { text } = await bot('show', conversation, 'second', '--as-case');

    const [written] = parse(text);
    expect(written.history).toEqual([{ user: 'I am [name], [e-mail removed], order 000000.' }, { bot: 'Paris.' }]);
    expect(written.turns).toEqual([{ user: 'Call me on [phone removed], says [name]. Within 14 days?' }]);
    expect(text).toContain('# It was answered: Paris.');
    expect(last[0]).toMatchObject({ turns: [{ user: 'Never mind.' }] });
    expect(last[0].history).toHaveLength(5);
    expect(last[0].history).toContainEqual({ bot: 'News for [name].' });
    expect(await bot('show', conversation, 'no-such', '--as-case')).toMatchObject({ code: 1 });
  });
});

describe('show --as-case, of files', () => {
  it('leaves out what was said without words, and what was answered to it', async () => {
    const conversation = newConversation();
    const file = { platform: 'talkjs' as const, conversation, messageId: 'file', createdAt: Date.now() };
    const { messageId, createdAt } = file;
    const said = [{ messageId, createdAt, speaker: { id: 'alice' }, text: '', attachments: [] }];
    await store.claim(file, { said, owner: 'w', leaseUntil: createdAt + 60_000, generation: 0 });
    await store.answer(file, { owner: 'w', epoch: 1 }, answer, said);
    await store.finish(file, 'DELIVERED');
    await turn(conversation, 'words', 'answered');

    const [written] = await botJson('show', conversation, 'words', '--as-case');
    const wordless = await bot('show', conversation, 'file', '--as-case');

    expect(written.history).toBeUndefined();
    expect(wordless).toEqual({
      code: 1,
      text: 'That message has files and no words, and a case can only say words.',
    });
  });
});

describe('rate', () => {
  it('keeps what an operator says, and tells it where somebody is told, be it a stand-in', async () => {
    const conversation = newConversation();
    await turn(conversation, 'm1', 'answered');
    await turn(conversation, 'm2', 'answered');
    const QueueUrl = queues['EventsQueue.fifo'];
    const told = async () => (await sqs.send(new ReceiveMessageCommand({ QueueUrl }))).Messages ?? [];

    const { text } = await bot('rate', conversation, 'm1', 'negative', 'Too short.');
    const toNobody = await told();
    standIns.events = 'http://localhost:1/events';
    await bot('rate', conversation, 'm2', 'negative');
    delete standIns.events;
    const toStandIn = await told();

    expect(text).toBe('The answer is disliked.');
    expect(toNobody).toEqual([]);
    expect(toStandIn.map(({ Body = '' }) => JSON.parse(Body))).toMatchObject([{ type: 'answer.rated', conversation }]);
    const disliked: { message: string }[] = await botJson('list', '--disliked', '--platform', 'talkjs');
    expect(disliked.toSorted((a, b) => a.message.localeCompare(b.message))).toMatchObject([
      { conversation, message: 'm1', comment: 'Too short.' },
      { conversation, message: 'm2', value: 'negative' },
    ]);
  });

  it('takes no other word for it', async () => {
    expect(await bot('rate', newConversation(), 'm1', 'great')).toMatchObject({ code: 1 });
  });
});

describe('show, of a group', () => {
  it('says why the bot is silent, also where it never answered', async () => {
    const conversation = newConversation();
    await store.keepRoles({ platform: 'talkjs', conversation }, { bob: 'agent', dave: '' });

    const { text } = await bot('show', conversation);

    expect(text).toContain(
      'what does not mention the bot is answered only while all others belong to the team (bob has the role agent, dave has no role)',
    );
  });
});

describe('list --failed', () => {
  it('names every message that failed and was not answered since', async () => {
    const conversation = newConversation();
    await turn(conversation, 'fine', 'answered');
    const failed = await turn(conversation, 'failed', 'failed');
    await turn(conversation, 'undeliverable', 'undeliverable');

    const rows = await botJson('list', '--failed');
    const people = await bot('list', '--failed', '--days', '2', '--platform', 'talkjs');
    await store.claim(failed, { said: [], owner: 'w', leaseUntil: Date.now() + 1_000, generation: 1 });
    const later = await botJson('list', '--failed');

    const own = (all: { conversation: string; message: string }[]) =>
      all.filter((row) => row.conversation === conversation).map(({ message }) => message);
    expect(own(rows).sort()).toEqual(['failed', 'undeliverable']);
    expect(people.text).toMatch(new RegExp(`talkjs +${conversation} +failed +alice +[0-9a-f]{8} +1 +bad key`));
    expect(rows).toContainEqual(
      expect.objectContaining({ conversation, message: 'undeliverable', reason: 'nobody could be told' }),
    );
    expect(own(later)).toEqual(['undeliverable']);
  });
});

describe('gaps', () => {
  it('names each question that the documents did not answer, until it is answered, and not who asked', async () => {
    const conversation = newConversation();
    await turn(conversation, 'known', 'answered');
    const missed = await turn(conversation, 'sk_live_1234567890abcdef', 'missed');

    const own = (all: { conversation: string }[]) => all.filter((row) => row.conversation === conversation);
    const rows = own(await botJson('gaps'));
    const people = await bot('gaps', '--days', '2');
    await store.claim(missed, { said: [], owner: 'w', leaseUntil: Date.now() + 1_000, generation: 1 });
    await turn(conversation, 'another', 'answered');

    expect(rows).toMatchObject([
      { platform: 'talkjs', message: missed.messageId, question: 'My secret is [removed].' },
    ]);
    expect(JSON.stringify(rows)).not.toContain('alice');
    expect(people.text).toContain('My secret is [removed].');
  });
});

describe('list --waiting', () => {
  it('names what was given back, with its reason, until it is answered', async () => {
    const conversation = newConversation();
    const sent = {
      ...(await turn(conversation, 'before', 'answered')),
      messageId: 'w1',
      createdAt: Date.now() - 90_000,
    };
    const hold = async () => {};
    const unreachable = async () => {
      throw new Later('talkjs: 503 DOWN');
    };
    const delivery = { id: 'q1', receipt: 'r1', attempts: 3, generation: 0, inbound: sent };

    await reply({ ...deps(), compose: unreachable, hold, askForSummary: undefined }, [delivery], () => 60_000);
    const { waiting } = await botJson('list', '--waiting');
    const people = await bot('list', '--waiting', '--platform', 'talkjs');
    await takeTurn(deps(), { burst: [sent], generation: 0, attempts: 4, remainingMs: () => 60_000 });
    const later = await botJson('list', '--waiting');

    const own = (rows: { conversation: string }[]) => rows.filter((row) => row.conversation === conversation);
    expect(own(waiting)).toMatchObject([{ message: 'w1', attempts: 3, state: 'CLAIMED', reason: 'talkjs: 503 DOWN' }]);
    expect(people.text).toMatch(/In the queue: \d+, of which \d+ were not tried yet/);
    expect(people.text).toMatch(/The oldest of these has waited for \d+ s\./);
    expect(own(later.waiting)).toEqual([]);
  });
});

describe('list --human', () => {
  it('names where the bot is silent, and since when, until it is given back', async () => {
    const [taken, paused] = [newConversation(), newConversation()];
    await turn(taken, 'h1', 'answered');
    await turn(paused, 'h2', 'answered');
    await store.takeOver({ platform: 'talkjs', conversation: taken }, takenBy('bob', Date.now()));
    await bot('pause', paused);

    const before = await botJson('list', '--human');
    await bot('resume', taken);
    await bot('forget', paused);
    const after = await botJson('list', '--human');

    const own = (rows: { conversation: string; owner: string }[]) =>
      rows.filter(({ conversation }) => [taken, paused].includes(conversation)).map(({ owner }) => owner);
    expect(own(before).sort()).toEqual(['human', 'paused']);
    expect(own(after)).toEqual([]);
  });
});

describe('what an operator has of a message', () => {
  it('leads to it: the reference of the apology, the hash of a log line, its id', async () => {
    const conversation = newConversation();
    await turn(conversation, 'ok', 'answered');
    const failed = await turn(conversation, 'broken-one', 'failed');
    const shown = async (trace: string) =>
      (await botJson('show', trace)).turns.map(({ message }: { message: string }) => message);

    const { reply: apology } = (await store.find(failed)) ?? {};
    expect(apology?.text).toContain(referenceOf(failed));
    expect(await shown(referenceOf(failed))).toEqual(['broken-one']);
    expect(await shown('broken-one')).toEqual(['broken-one']);
    expect(await shown(pseudonym('talkjs', conversation))).toEqual(['ok', 'broken-one']);
    expect(await bot('redrive', referenceOf(failed))).toEqual({ code: 0, text: 'On the way again: broken-one.' });
    expect((await bot('show', '0123abcd')).text).toMatch(/^No conversation 0123abcd is known/);
    expect((await bot('show', '0123456789abcdef')).text).toMatch(/is known by its hash .* `inbound` of the line/);
    await receive(sqs, queues['TurnsQueue.fifo'] ?? '', 1);
  });
});

describe('dead letters', () => {
  const poison = async (MessageBody: string) => {
    const QueueUrl = queues['TurnsDeadLetters.fifo'] ?? '';
    const fifo = { MessageGroupId: randomUUID(), MessageDeduplicationId: randomUUID() };
    const { MessageId = '' } = await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody, ...fifo }));
    return MessageId.slice(0, 8);
  };
  const letters = async () =>
    new Map<string, Record<string, unknown>>(
      (await botJson('dead')).map((row: Record<string, unknown>) => [String(row.id), row]),
    );

  it('are shown with what is wrong with them, and dropped', async () => {
    const [noJson, foreign] = [await poison('{"v":1'), await poison('{"v":2}')];

    const seen = await letters();
    const again = await bot('dead', 'redrive', noJson);
    const dropped = await bot('dead', 'drop', noJson);
    const left = await letters();
    await bot('dead', 'drop', foreign);

    expect(seen.get(noJson)).toMatchObject({ queue: 'turns', trouble: 'no JSON' });
    expect(String(seen.get(foreign)?.trouble)).toContain('not our envelope: v');
    expect(again).toMatchObject({ code: 1, text: expect.stringContaining('cannot be read (no JSON)') });
    expect(dropped).toEqual({ code: 0, text: `${noJson} of the turns is gone.` });
    expect([left.has(noJson), left.has(foreign)]).toEqual([false, true]);
  });

  it('say who did not take them and why, and go back as they were', async () => {
    const body = JSON.stringify({
      ...{ v: 1, id: 'log-refused' },
      record: { type: 'chat', timestamps: { request: 1 }, request: {}, response: {} },
    });
    const letter = {
      to: 'webhook',
      id: 'evt_1',
      type: 'answer.failed',
      platform: 'talkjs',
      conversation: 'told',
    } as const;
    await openRecordsQueue(sqs, queues.RecordsDeadLetters ?? '').put(body, {
      to: 'reconify',
      reason: `reconify answered 400 – ${'é'.repeat(300)}`,
    });
    await openEventsQueue(sqs, queues['EventsDeadLetters.fifo'] ?? '').put(
      { ...letter, body: '{}' },
      { to: 'webhook', reason: 'status 500' },
    );

    const listed = await botJson('dead');
    await bot('redrive', 'records');
    await bot('redrive', 'events');

    const records = await receive(sqs, queues.RecordsQueue ?? '', 1);
    await receive(sqs, queues['EventsQueue.fifo'] ?? '', 1);
    expect(listed).toContainEqual(
      expect.objectContaining({
        message: 'log-refused',
        to: 'reconify',
        trouble: expect.stringMatching(/^reconify answered 400 \? \?+$/),
      }),
    );
    expect(listed).toContainEqual(
      expect.objectContaining({ message: 'evt_1', to: 'webhook', trouble: 'answer.failed: status 500' }),
    );
    expect(records.map(({ Body }) => Body)).toContain(body);
  });

  it('go back into their queue, one by one', async () => {
    const conversation = newConversation();
    const sent = { ...(await turn(conversation, 'first', 'answered')), messageId: 'dead-one' };
    const id = await poison(JSON.stringify({ v: 1, generation: 0, inbound: sent }));

    const listed = await botJson('list', '--dead');
    const shown = await botJson('show', 'dead-one', '--platform', 'talkjs');
    const { text } = await bot('dead', 'redrive', id);

    expect(listed).toContainEqual(expect.objectContaining({ id, conversation, message: 'dead-one' }));
    expect(shown.conversation).toBe(conversation);
    expect(text).toBe(`${id} of the turns is on its way again.`);
    const [message] = await receive(sqs, queues['TurnsQueue.fifo'] ?? '', 1);
    expect(JSON.parse(message?.Body ?? '{}')).toMatchObject({ generation: 1, inbound: { messageId: 'dead-one' } });
  });
});

describe('export', () => {
  it('hands out all of it, however long, with one last line', async () => {
    const of = { platform: 'talkjs', conversation: newConversation() } as const;
    for (let n = 1; n <= 40; n++) {
      const ref = { ...of, messageId: `long-${n}`, createdAt: n };
      await store.note(ref, { ...ref, speaker: { id: 'alice' }, text: 'x'.repeat(90_000), attachments: [] });
    }

    const { code, text } = await bot('export', of.conversation);
    // A scan of another test reads no more than 1 MB.
    await bot('forget', of.conversation);

    const lines = text.split('\n').map((line) => JSON.parse(line));
    expect(code).toBe(0);
    expect(lines.filter(({ kind }) => kind === 'turn').map(({ message }) => message)).toEqual(
      Array.from({ length: 40 }, (_, i) => `long-${i + 1}`),
    );
    expect(lines.filter((line) => 'done' in line)).toEqual([{ ...of, done: true }]);
    expect(lines.at(-1)).toEqual({ ...of, done: true });
  });
});

describe('redrive', () => {
  /** Those of other tests are seen again when their visibility timeout is over. */
  const waiting = async (conversation: string) => {
    const messages = await receive(sqs, queues['TurnsQueue.fifo'] ?? '', 1);
    const all = messages.map(({ Body = '' }) => JSON.parse(Body));
    return all.filter(({ inbound }) => inbound.conversation === conversation);
  };

  it('puts what failed on the queue as a new generation, as it was said', async () => {
    const conversation = newConversation();
    await turn(conversation, 'fine', 'answered');
    await turn(conversation, 'f1', 'failed');

    const result = await bot('redrive', conversation);

    expect(result).toEqual({ code: 0, text: 'On the way again: f1.' });
    expect(await waiting(conversation)).toMatchObject([
      {
        v: 1,
        generation: 1,
        inbound: { event: 'sent', platform: 'talkjs', conversation, messageId: 'f1', text: 'My secret is f1.' },
      },
    ]);
  });

  it('brings back what lies among the dead letters, and only what is of the conversation', async () => {
    const [conversation, other] = [newConversation(), newConversation()];
    const dead = openTurnsQueue(sqs, queues['TurnsDeadLetters.fifo'] ?? '');
    const sent = await turn(conversation, 'first', 'answered');
    await dead.put({ ...sent, messageId: 'd1' });
    await dead.put({ ...sent, conversation: other, messageId: 'd2' });
    await dead.put({ ...sent, messageId: 'd3' });

    const result = await botJson('redrive', conversation);

    const left = await look('TurnsDeadLetters.fifo');
    expect(result).toMatchObject({ messages: [], deadLetters: 2 });
    expect([...(await waiting(conversation)), ...(await waiting(conversation))]).toMatchObject([
      { generation: 1, inbound: { messageId: 'd1' } },
      { generation: 1, inbound: { messageId: 'd3' } },
    ]);
    expect(left.map(({ Body = '' }) => JSON.parse(Body).inbound.messageId)).toEqual(['d2']);
  });

  it('says why it does not', async () => {
    const conversation = newConversation();
    await turn(conversation, 'fine', 'answered');

    const answered = await bot('redrive', conversation, 'fine');
    const unknown = await bot('redrive', conversation, 'nothing');
    const none = await bot('redrive', conversation);
    await bot('pause', conversation);
    const paused = await bot('redrive', conversation);

    expect(answered).toEqual({ code: 1, text: 'fine was answered.' });
    expect(unknown).toEqual({ code: 1, text: `No message nothing is known in ${conversation}.` });
    expect(none).toEqual({ code: 0, text: `Nothing in ${conversation} has failed.` });
    expect(paused).toEqual({ code: 1, text: `${conversation} is not the bot's (paused): \`resume\` it first.` });
  });
});

describe('pause and resume', () => {
  it('silence the bot and give the conversation back', async () => {
    const conversation = newConversation();
    const of = { platform: 'talkjs', conversation } as const;
    await turn(conversation, 'm1', 'answered');

    const paused = await bot('pause', conversation);
    await turn(conversation, 'm2', 'answered');
    const { turns } = await botJson('show', conversation);
    const resumed = await bot('resume', conversation);

    expect(paused).toEqual({ code: 0, text: `The bot is silent in ${conversation}.` });
    expect(turns.map(({ state }: { state: string }) => state)).toEqual(['DELIVERED', 'SKIPPED']);
    expect(resumed).toEqual({ code: 0, text: `The bot answers in ${conversation} again.` });
    expect(await store.ownerOf(of)).toBe('bot');
  });

  it('need the platform of a conversation that nobody has written in yet', async () => {
    const conversation = newConversation();

    const unknown = await bot('pause', conversation);
    const named = await bot('pause', conversation, '--platform', 'talkjs');

    expect(unknown).toMatchObject({
      code: 1,
      text: expect.stringContaining(`No conversation ${conversation} is known.`),
    });
    expect(named.code).toBe(0);
    expect(await store.ownerOf({ platform: 'talkjs', conversation })).toBe('paused');
  });
});

/** What the limits note in the table of a conversation in which one was reached. */
async function reachLimit(conversation: string) {
  const settings = {
    maxInputChars: 0,
    messagesPerMinute: 1,
    userUsdPerDay: 0,
    totalUsdPerDay: 0,
    platformUsdPerDay: {},
  };
  const limits = openLimits({ counters: openCounters(dynamo, TABLE), settings, now: Date.now });
  const asker = { platform: 'talkjs', conversation, user: 'alice' } as const;
  const answers = [
    await limits.enter({ ...asker, sk: 'T#1' }, { messages: 1, usd: 0 }),
    await limits.enter({ ...asker, sk: 'T#2' }, { messages: 1, usd: 0 }),
  ];
  expect(answers).toMatchObject([{ parts: [] }, { limit: 'messages' }]);
}

describe('spend', () => {
  it('tells who has cost what today, the most first, by user, platform and bot', async () => {
    const settings = {
      maxInputChars: 0,
      messagesPerMinute: 0,
      userUsdPerDay: 1,
      totalUsdPerDay: 0,
      platformUsdPerDay: {},
    };
    const limits = openLimits({ counters: openCounters(dynamo, TABLE), settings, now: Date.now });
    const of = { conversation: 'c', sk: 'T#1' };
    await limits.enter({ ...of, platform: 'botpress', user: 'spender-a' }, { messages: 1, usd: 0.3 });
    await limits.enter({ ...of, platform: 'botpress', user: 'spender-b', bot: 'sales' }, { messages: 1, usd: 0.5 });

    const by = async (what: string) => botJson('spend', '--by', what, '--platform', 'botpress');

    expect(await by('user')).toEqual([
      { user: 'botpress spender-b', usd: 0.5 },
      { user: 'botpress spender-a', usd: 0.3 },
    ]);
    expect(await by('platform')).toEqual([{ platform: 'botpress', usd: 0.8 }]);
    expect(await by('bot')).toEqual([
      { bot: 'sales', usd: 0.5 },
      { bot: 'default', usd: 0.3 },
    ]);
    expect(await bot('spend', '--by', 'day')).toEqual({ code: 1, text: '--by must be user, platform or bot.' });
  });
});

describe('forget', () => {
  it('leaves nothing in the table or among the dead letters that names the conversation, and others untouched', async () => {
    const [conversation, other] = ['forgotten-room', 'kept-room'];
    const of = { platform: 'talkjs', conversation } as const;
    const shelf = openShelf(dynamo, TABLE, Date.now);
    for (const name of [conversation, other]) {
      const said = await turn(name, `${name}-m0`, 'failed');
      for (let i = 1; i < 30; i++)
        await turn(name, `${name}-m${i}`, i % 10 === 0 ? 'failed' : i % 11 === 0 ? 'missed' : 'answered');
      await store.handOver({ ...of, conversation: name }, 'human');
      await store.summarize(said, { text: `secret of ${name}`, upTo: 'T#1' });
    }
    const last = await turn(conversation, `${conversation}-last`, 'limited');
    await reachLimit(conversation);
    await store.notePlace(last);
    const record = (session: string) => ({
      type: 'chat' as const,
      timestamps: { request: 1 },
      session: pseudonym('talkjs', session),
      request: { text: `secret of ${session}` },
      response: {},
    });
    const park = async (log: string, bytes: Uint8Array) => {
      await shelf.noteParked(last, log);
      await shelf.park(log, bytes);
    };
    const refuse = async () => {
      throw new Error('the queue is away');
    };
    await keepRecord(
      { shelf: { park, strand: shelf.strand }, put: refuse },
      'record-of-forgotten',
      record(conversation),
    );
    for (const name of [conversation, other]) {
      const MessageBody = JSON.stringify({ v: 1, id: `log-${name}`, record: record(name) });
      await sqs.send(new SendMessageCommand({ QueueUrl: queues.RecordsDeadLetters, MessageBody }));
      const dead = openTurnsQueue(sqs, queues['TurnsDeadLetters.fifo'] ?? '');
      await dead.put({ ...last, conversation: name, messageId: `dead-${name}`, text: 'Hello' });
    }

    const result = await botJson('forget', conversation);
    const again = await bot('show', conversation);

    const { Items = [] } = await dynamo.send(new ScanCommand({ TableName: TABLE, ConsistentRead: true }));
    const holds = (name: string) => Items.filter((item) => JSON.stringify(item).includes(name));
    const logs = await look('RecordsDeadLetters');
    const turns = await look('TurnsDeadLetters.fifo');
    expect(result).toMatchObject({ turns: 31, parkedRecords: 1, deadLetters: 2 });
    expect(again).toMatchObject({
      code: 1,
      text: expect.stringContaining(`No conversation ${conversation} is known.`),
    });
    expect(holds(conversation)).toEqual([]);
    expect(Items.filter(({ pk }) => String(pk).includes('record-of-forgotten'))).toEqual([]);
    expect(holds(other).length).toBeGreaterThanOrEqual(31);
    expect(logs.map(({ Body = '' }) => JSON.parse(Body).id)).toEqual([`log-${other}`]);
    expect(JSON.stringify(turns)).toContain(`dead-${other}`);
    expect(JSON.stringify(turns)).not.toContain(conversation);
    expect(await store.forgottenAt(of)).toBeGreaterThan(last.createdAt);
  });
});

describe('a dead letter that somebody holds', () => {
  it('is told by what cannot look at it, and waited for by what forgets', async () => {
    const conversation = newConversation();
    await turn(conversation, 'held-one', 'answered');
    const QueueUrl = queues.RecordsDeadLetters ?? '';
    const record = {
      type: 'chat' as const,
      timestamps: { request: 1 },
      session: pseudonym('talkjs', conversation),
      request: { text: 'secret' },
      response: {},
    };
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify({ v: 1, id: 'log-held', record }) }));
    const held = await receive(sqs, QueueUrl, 1);

    const listed = await botJson('dead');
    const redriven = await botJson('redrive', 'records');
    const forgetting = botJson('forget', conversation);
    for (const { ReceiptHandle } of held)
      await sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: 0 }));
    const forgotten = await forgetting;

    expect(listed).toContainEqual({
      queue: 'records',
      trouble: expect.stringMatching(/^\d+ dead letters? (is|are) held by somebody just now/),
    });
    expect(redriven).toEqual({ records: 0, held: held.length });
    expect(forgotten).toMatchObject({ turns: 1, deadLetters: 1, done: true });
  });
});

describe('forget --user', () => {
  it('removes what a user said, and asks for what is missing', async () => {
    const conversation = newConversation();
    await turn(conversation, 'by-alice', 'answered', 'botpress');

    const done = await bot('forget', '--user', 'alice', '--platform', 'botpress');
    const wrong = await Promise.all([
      bot('forget'),
      bot('forget', '--user', 'alice'),
      bot('forget', 'a', '--user', 'b'),
    ]);

    expect(done.text).toMatch(
      /^Forgotten: \d+ turns in \d+ conversations, .* of alice on botpress\..*Not in our reach: /,
    );
    expect((await bot('show', conversation)).text).toContain('is known');
    expect(wrong.map(({ text }) => text)).toEqual([
      'Say what to forget: a conversation, or a user with --user and --platform.',
      'Say with --platform where alice is a user.',
      'Say what to forget: a conversation, or a user with --user and --platform.',
    ]);
  });
});

describe('what is wrong', () => {
  it('is said in a sentence, with exit code 1', async () => {
    const wrong = await Promise.all([
      bot('dance'),
      bot('show'),
      bot('show', 'a', 'b', 'c'),
      bot('show', 'a', '--platform', 'icq'),
      bot('list'),
      bot('list', '--failed', '--days', '0'),
      bot('show', 'a', '--nonsense'),
    ]);

    expect(wrong.map(({ code }) => code)).toEqual(wrong.map(() => 1));
    for (const i of [0, 1, 2, 6])
      expect(wrong[i]?.text).toMatch(/npm run bot -- <command>[\s\S]*forget \[conversation\]/);
    expect([0, 1, 2, 6].map((i) => wrong[i]?.text.split('\n')[0])).toEqual([
      'There is no command dance.',
      'It is: show <conversation> [message].',
      'It is: show <conversation> [message].',
      "Unknown option '--nonsense'.",
    ]);
    expect(wrong[3]?.text).toBe('--platform must be one of botpress, talkjs, chat-api, http.');
    expect(wrong[4]?.text).toBe(
      'Say what to list: `npm run bot -- list` with --failed, --waiting, --human, --disliked or --dead.',
    );
    expect(wrong[5]?.text).toBe('--days must be a whole number from 1 to 400.');
  });

  it('goes to the standard error of a shell, and what is right to its output', async () => {
    const [wrong, right] = await Promise.all([
      typed('list', '--failed', '--days', '0'),
      typed('list', '--waiting', '--json'),
    ]);

    expect(wrong).toEqual({ code: 1, stdout: '', stderr: '--days must be a whole number from 1 to 400.\n' });
    expect(right).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(right.stdout)).toHaveProperty('waiting');
  });
});
