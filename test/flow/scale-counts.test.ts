/** Keeps the counts that docs/scale.md reckons with true: a full turn with limits and the interaction log on, in a long conversation. */
import { randomUUID } from 'node:crypto';
import { CreateQueueCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { openSqs } from '../../lib/queue.ts';
import { createReconify } from '../../local/stand-ins/reconify.ts';
import { serve } from '../../local/stand-ins/serve.ts';
import { MEASURED } from '../../scripts/scale/counts.ts';
import { invoke, receive } from '../harness/consumer.ts';
import { batch, sent } from '../harness/hand-made.ts';
import { hearLines } from '../harness/hear-lines.ts';
import { talkjsChat } from '../harness/talkjs-chat.ts';
import { openWorld, type World } from '../harness/world.ts';

const keys = { appKey: 'app', apiKey: 'api' };
const sqs = openSqs();
const chat = talkjsChat();
/** By then the window is full and its cut has moved. */
const WARM_UP = 150;
const TURNS = 100;
let world: World;
let logs: string;
let standIn: Awaited<ReturnType<typeof serve>>;
let lines: string[];

beforeAll(async () => {
  standIn = await serve({ reconify: createReconify(keys).handle });
  logs = (await sqs.send(new CreateQueueCommand({ QueueName: `logs-${randomUUID()}` }))).QueueUrl ?? '';
  world = await openWorld(chat, {
    RECORDS_QUEUE_URL: logs,
    RECORDS_DEAD_LETTERS_URL: logs,
    RECONIFY_APP_KEY: keys.appKey,
    RECONIFY_API_KEY: keys.apiKey,
    RECONIFY_ENDPOINT: `${standIn.url}/reconify/track`,
    USER_MESSAGES_PER_MINUTE: '100000',
    USER_USD_PER_DAY: '1000',
    TOTAL_USD_PER_DAY: '1000',
  });
  lines = [];
  hearLines((line) => lines.push(line));
});

afterAll(async () => {
  vi.restoreAllMocks();
  await Promise.all([world.close(), standIn.close()]);
});

it('counts what a turn costs', async () => {
  const { deliver } = await import('../../functions/reconify.ts');
  world.claude.script({ text: 'I think that it is well made. '.padEnd(900, 'y'), times: 'forever' });
  const context = { getRemainingTimeInMillis: () => 60_000 };
  // Never the same, or the prompt cache would know it already.
  const textOf = (turn: number) => `What do you think of number ${turn}? `.padEnd(120, 'x');
  let said = 0;
  const answerNext = async () => {
    const message = sent('talkjs', 'long', textOf(++said), said);
    await world.reply(batch([{ ...message, createdAt: begun + said }]), context);
  };
  const drain = async () => {
    let bytes = 0;
    for (let messages = await receive(sqs, logs); messages.length > 0; messages = await receive(sqs, logs)) {
      bytes += messages.reduce((sum, { Body = '' }) => sum + Buffer.byteLength(Body), 0);
      await invoke(sqs, logs, deliver, messages);
    }
    return bytes;
  };
  await chat.say('long', 'Hello');
  await world.quiet();
  const begun = Date.now();
  // The user's first of the day, which costs more.
  await answerNext();
  world.dynamo.calls.length = 0;
  await answerNext();
  const ordinary = [...world.dynamo.calls];
  for (let turn = 2; turn < WARM_UP; turn++) await answerNext();
  await drain();
  await chat.settle();
  world.dynamo.calls.length = 0;
  world.sqsCalls.calls.length = 0;
  lines.length = 0;

  for (let turn = 0; turn < TURNS; turn++) await answerNext();
  const turnCalls = [...world.dynamo.calls];
  const queueCalls = [...world.sqsCalls.calls];
  world.dynamo.calls.length = 0;
  const recordBytes = await drain();

  const sum = (calls: typeof turnCalls, isRead: boolean) =>
    calls
      .filter(({ operation }) => /^(Query|GetItem|BatchGetItem)$/.test(operation) === isRead)
      .reduce((total, call) => total + call.units, 0);
  const units = (calls: typeof turnCalls, isRead: boolean) => sum(calls, isRead) / TURNS;
  const answered = lines.map((line) => JSON.parse(line)).filter(({ event }) => event === 'claude-answered');
  const mean = (name: string) => answered.reduce((sum, line) => sum + line[name], 0) / TURNS;
  const ofQueue = (operation: string) => queueCalls.filter((call) => call.operation === operation).length / TURNS;
  const found = {
    writeUnits: units(turnCalls, false),
    readUnits: units(turnCalls, true),
    logWriteUnits: units(world.dynamo.calls, false),
    logRecordBytes: recordBytes / TURNS,
    visibilityCalls: ofQueue('ChangeMessageVisibilityBatch'),
    logSends: ofQueue('SendMessage'),
    claudeCalls: answered.length / TURNS,
    lineBytes: lines.reduce((sum, line) => sum + Buffer.byteLength(line), 0) / TURNS,
    inputTokens: mean('InputTokens'),
    cacheReadTokens: mean('CacheReadTokens'),
    cacheWriteTokens: mean('CacheWriteTokens'),
    outputTokens: mean('OutputTokens'),
  };
  console.info(found);
  // One of them looks whether the user was forgotten or is blocked.
  expect(ordinary).toHaveLength(9);
  expect(sum(ordinary, false)).toBe(9);
  expect(found.writeUnits).toBe(9);
  for (const [name, value] of Object.entries(found)) {
    const stated = MEASURED[name as keyof typeof found];
    expect.soft(Math.abs(value - stated), `${name}: ${value}, stated ${stated}`).toBeLessThanOrEqual(stated * 0.1);
  }
});
