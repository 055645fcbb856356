/** Promise: every line about a message, from its webhook to Reconify, is found by its id. */
import { randomUUID } from 'node:crypto';
import { CreateQueueCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { openSqs } from '../../lib/queue.ts';
import { createReconify } from '../../local/stand-ins/reconify.ts';
import { serve } from '../../local/stand-ins/serve.ts';
import { invoke, receive } from '../harness/consumer.ts';
import { batch, sent } from '../harness/hand-made.ts';
import { hearLines } from '../harness/hear-lines.ts';
import { talkjsChat } from '../harness/talkjs-chat.ts';
import { openWorld, type World } from '../harness/world.ts';

interface Line {
  event: string;
  conversation?: string;
  inbound?: string;
  [name: string]: unknown;
}

const keys = { appKey: 'app', apiKey: 'api' };
const sqs = openSqs();
let world: World;
let logs: string;
let standIn: Awaited<ReturnType<typeof serve>>;
let deliverLogs: () => Promise<void>;
let lines: Line[];

beforeAll(async () => {
  standIn = await serve({ reconify: createReconify(keys).handle });
  const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: `logs-${randomUUID()}` }));
  logs = QueueUrl;
  world = await openWorld(talkjsChat(), {
    RECORDS_QUEUE_URL: logs,
    RECORDS_DEAD_LETTERS_URL: logs,
    RECONIFY_APP_KEY: keys.appKey,
    RECONIFY_API_KEY: keys.apiKey,
    RECONIFY_ENDPOINT: `${standIn.url}/reconify/track`,
    CLAUDE_FALLBACK_MODEL: 'claude-sonnet-5-5',
  });
  const { deliver } = await import('../../functions/reconify.ts');
  deliverLogs = async () => {
    for (let messages = await receive(sqs, logs); messages.length > 0; messages = await receive(sqs, logs))
      await invoke(sqs, logs, deliver, messages);
  };
});

beforeEach(() => {
  lines = [];
  hearLines((line) => lines.push(JSON.parse(line)));
});

afterAll(async () => {
  vi.restoreAllMocks();
  await Promise.all([world.close(), standIn.close()]);
});

it('holds for a message whose answer took a tool and two tries', async () => {
  world.claude.reset();
  world.claude.script({ status: 529, times: 1 });

  await world.converse('joined', 'What time is it in UTC?');
  await deliverLogs();

  const kept = lines.find(({ event }) => event === 'message-kept');
  const found = lines.filter(({ inbound }) => inbound === kept?.inbound).map(({ event }) => event);
  expect(found).toEqual(
    expect.arrayContaining([
      'message-kept',
      'claude-retried',
      'claude-answered',
      'tool-ran',
      'record-kept',
      'reply-written',
      'reply-delivered',
      'record-sent',
    ]),
  );
  // Besides, the bot's own message came back as a webhook.
  const others = lines.filter(({ inbound }) => inbound !== kept?.inbound).map(({ event }) => event);
  expect([...new Set(others)]).toEqual(['webhook-ignored']);
  expect(lines.find(({ event }) => event === 'webhook-ignored')).toMatchObject({
    conversation: kept?.conversation,
    inbound: expect.any(String),
    reason: 'own message',
  });
  const ours = lines.filter(({ event }) => event !== 'webhook-ignored');
  expect(new Set(ours.map(({ conversation }) => conversation)).size).toBe(1);
  expect(found.filter((event) => event === 'record-sent')).toHaveLength(
    found.filter((event) => event === 'record-kept').length,
  );
});

it('holds for a message that is answered together with the one before it', async () => {
  world.claude.reset();
  const [first, second] = [sent('talkjs', 'merged', 'One.', 1), sent('talkjs', 'merged', 'Two.', 2)];

  await world.reply(batch([first, second]), { getRemainingTimeInMillis: () => 60_000 });

  const about = lines.filter(({ inbound }) => inbound === second.messageId);
  expect(about).toMatchObject([{ event: 'message-merged', into: first.messageId }]);
});
