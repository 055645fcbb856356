/** A storm: the real handlers on real emulators, with every service around them failing by chance, until nothing waits any more. */
import { setTimeout as sleep } from 'node:timers/promises';
import { CreateQueueCommand } from '@aws-sdk/client-sqs';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { apologizeDoor } from '../../../lib/app/apologies.ts';
import { replyDoor } from '../../../lib/app/worker.ts';
import { openSqs } from '../../../lib/queue.ts';
import { readEnvelope, unpacked } from '../../../lib/records/envelope.ts';
import { openShelf } from '../../../lib/store/records.ts';
import { openDynamo, openStore } from '../../../lib/store/store.ts';
import type { Turn } from '../../../lib/types.ts';
import { createClaude } from '../../../local/stand-ins/claude.ts';
import { serve } from '../../../local/stand-ins/serve.ts';
import { depth, invoke, type QueueHandler, receive } from '../consumer.ts';
import { makeTable, makeTurnsQueues } from '../tables.ts';
import { type Chance, chanceOf } from './chance.ts';
import { headOf, turnAt } from './covers.ts';
import type { StormChat } from './storm-chats.ts';
import { unreliableAws } from './unreliable-aws.ts';
import { type Mishaps, unreliableClaude } from './unreliable-services.ts';

export interface StormOptions {
  seed: number;
  conversations: number;
  /** In each conversation. */
  messages: number;
  /** The share of calls that go wrong (0 to 1). */
  faultRate: number;
  chat(mishaps: Mishaps): StormChat;
  words?: (conversation: string, n: number) => string;
  /** Told the turns of each conversation in the end. */
  onTurns?: (turns: readonly Turn[]) => void;
}

export interface StormResult {
  seed: number;
  /** Messages that the queue accepted. */
  accepted: number;
  replies: number;
  apologies: number;
  lost: number;
  doubled: number;
  misordered: number;
  /** Answers of which no record tells. */
  lostLogs: number;
  /** Conversations in which Claude was asked twice at once. */
  crowded: number;
  /** Calls that went wrong. */
  faults: number;
  /** Kinds of them. */
  kinds: number;
  seconds: number;
}

/** A short function, so that what a crash leaves behind is soon over (ms). */
const FUNCTION_MS = 15_000;

/** Waits in the queue are kept this short (s), but for the one that protects a running worker. */
const LONGEST_WAIT_SECONDS = 2;
const PROTECTION_SECONDS = FUNCTION_MS / 1000 + 5;

const LANES = 24;

export async function storm({
  seed,
  conversations,
  messages,
  faultRate,
  chat: open,
  words,
  onTurns,
}: StormOptions): Promise<StormResult> {
  const startedAt = performance.now();
  const chance = chanceOf(seed);
  let isStormy = true;
  const rate = () => (isStormy ? faultRate : 0);
  const chat = open({ rate, chance });
  const claude = unreliableClaude(createClaude(), { rate, chance });
  const services = await serve({ claude: claude.handle, [chat.name]: chat.handle });
  const { AWS_ENDPOINT_URL_DYNAMODB: tableUrl = '', AWS_ENDPOINT_URL_SQS: queueUrl = '' } = process.env;
  const name = await makeTable();
  const sqs = openSqs();
  const queues = await makeTurnsQueues(sqs);
  const { QueueUrl: logsUrl = '' } = await sqs.send(
    new CreateQueueCommand({ QueueName: `logs-${seed}-${Date.now()}` }),
  );
  const order = orderOf(queues.turns);
  const table = await unreliableAws(tableUrl, { rate, chance, throttled: 'ProvisionedThroughputExceededException' });
  const aws = await unreliableAws(queueUrl, {
    rate,
    chance,
    throttled: 'ThrottlingException',
    rewrite: shortenWaits,
    onEffect: order.note,
  });
  const store = openStore(openDynamo(), name, Date.now);
  const shelf = openShelf(openDynamo(), name, Date.now);
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_DYNAMODB: table.url,
    AWS_ENDPOINT_URL_SQS: aws.url,
    ANTHROPIC_API_KEY: 'offline',
    ANTHROPIC_BASE_URL: `${services.url}/claude`,
    TABLE_NAME: name,
    RECORDS_QUEUE_URL: logsUrl,
    RECONIFY_APP_KEY: 'app',
    RECONIFY_API_KEY: 'api',
    USER_MESSAGES_PER_MINUTE: '0',
    USER_USD_PER_DAY: '0',
    TOTAL_USD_PER_DAY: '0',
    ...chat.settings(`${services.url}/${chat.name}`),
  });
  const door = await opened(queues.turns, chat.door);
  const reply = await opened(queues.turns, replyDoor);
  const apologize = await opened(queues.deadLetters, apologizeDoor);
  chat.connect((event) => door(event));
  const stopping = new AbortController();
  const lanes = [
    ...Array.from({ length: LANES }, () => lane(queues.turns, reply)),
    lane(queues.deadLetters, apologize),
  ];

  async function lane(url: string, handler: QueueHandler): Promise<void> {
    while (!stopping.signal.aborted) {
      const received = await receive(sqs, url, 1, 1).catch(() => []);
      if (received.length === 0) continue;
      const deliver = () => invoke(sqs, url, withMishaps(handler, chance, rate), received, FUNCTION_MS).catch(() => {});
      // The queue may deliver a message while its first delivery still runs.
      await Promise.all(chance.happens(rate() / 2) ? [deliver(), deliver()] : [deliver()]);
    }
  }

  await chat.talk({ conversations, messages, prefix: `storm-${seed}`, words });
  while ((await depth(sqs, queues.turns)) + (await depth(sqs, queues.deadLetters)) > 0) await sleep(100);
  isStormy = false;
  stopping.abort();
  await Promise.all(lanes);
  Object.assign(process.env, { AWS_ENDPOINT_URL_DYNAMODB: tableUrl, AWS_ENDPOINT_URL_SQS: queueUrl });

  const logged = await readLogs();
  const verdict = { accepted: 0, replies: 0, apologies: 0, lost: 0, doubled: 0, misordered: 0, lostLogs: 0 };
  for (const [conversation, accepted] of order.perConversation()) {
    const { turns } = await store.recent({ platform: chat.name, conversation });
    onTurns?.(turns);
    const keys = await chat.replyKeys(conversation);
    add(verdict, judge(accepted, keys, turns, logged));
  }
  // What was acknowledged is in the queue, or it is lost.
  const queued = new Set([...order.perConversation().values()].flat());
  verdict.lost += [...chat.taken].filter((id) => !queued.has(id)).length;
  await Promise.all([services.close(), table.close(), aws.close()]);
  const faults = [claude.faults, chat.faults, table.faults, aws.faults].flatMap((all) => Object.values(all));
  return {
    seed,
    ...verdict,
    crowded: claude.crowded.size,
    faults: faults.reduce((a, b) => a + b, 0),
    kinds: faults.length,
    seconds: Math.round((performance.now() - startedAt) / 100) / 10,
  };

  /** The messages whose calls were recorded: in the records queue, or parked because it did not take them. */
  async function readLogs(): Promise<Set<string>> {
    const inbound = new Set<string>();
    for (let empty = 0; empty < 2; ) {
      const received = await receive(sqs, logsUrl, 0, 10);
      empty = received.length === 0 ? empty + 1 : 0;
      for (const { Body = '' } of received) {
        const envelope = readEnvelope(Body);
        if (envelope && 'record' in envelope) inbound.add(envelope.record.inbound ?? '');
      }
    }
    for (const id of await shelf.stranded(1_000)) {
      const bytes = await shelf.fetch(id);
      const record = bytes && (await unpacked(bytes));
      inbound.add(record?.inbound ?? '');
    }
    return inbound;
  }
}

/** A root reads the queue's URL when it is opened. */
async function opened<T>(turnsUrl: string, open: () => T): Promise<T> {
  process.env.TURNS_QUEUE_URL = turnsUrl;
  const door = open();
  await sleep(20);
  return door;
}

/** Now and then the worker's answer never reaches the event source: what was done is delivered again. */
function withMishaps(handler: QueueHandler, chance: Chance, rate: () => number): QueueHandler {
  return async (event, context) => {
    const answer = await handler(event, context);
    if (chance.happens(rate() / 4)) throw new Error('the answer was lost');
    return answer;
  };
}

function shortenWaits(operation: string, body: string): string {
  if (operation !== 'ChangeMessageVisibilityBatch') return body;
  const { Entries, ...rest }: { Entries: { VisibilityTimeout: number }[] } = JSON.parse(body);
  const shorten = (seconds: number) =>
    seconds >= PROTECTION_SECONDS - 1 && seconds <= PROTECTION_SECONDS
      ? seconds
      : Math.min(seconds, LONGEST_WAIT_SECONDS);
  return JSON.stringify({
    ...rest,
    Entries: Entries.map((entry) => ({ ...entry, VisibilityTimeout: shorten(entry.VisibilityTimeout) })),
  });
}

/** The order in which the queue accepted the messages, as its own sequence numbers tell. */
function orderOf(turnsUrl: string) {
  const places = new Map<string, { conversation: string; messageId: string; place: bigint }>();
  return {
    note(operation: string, body: string, answer: string): void {
      if (operation !== 'SendMessage') return;
      const { QueueUrl, MessageBody }: { QueueUrl: string; MessageBody: string } = JSON.parse(body);
      if (QueueUrl !== turnsUrl) return;
      const { conversation, messageId, event } = JSON.parse(MessageBody).inbound;
      if (event !== 'sent') return;
      const place = BigInt(JSON.parse(answer).SequenceNumber);
      const known = places.get(messageId);
      if (!known || place < known.place) places.set(messageId, { conversation, messageId, place });
    },
    perConversation(): Map<string, string[]> {
      const sorted = [...places.values()].sort((a, b) => (a.place < b.place ? -1 : 1));
      const groups = Map.groupBy(sorted, ({ conversation }) => conversation);
      return new Map([...groups].map(([conversation, all]) => [conversation, all.map(({ messageId }) => messageId)]));
    },
  };
}

function judge(
  accepted: readonly string[],
  keys: readonly string[],
  turns: readonly Turn[],
  logged: ReadonlySet<string>,
) {
  const turnOf = (head: string) => turnAt(head, turns);
  const replies = [...new Set(keys.map(headOf))];
  const covers = accepted.map((message) =>
    replies.flatMap((head, i) => (turnOf(head)?.said.some(({ messageId }) => messageId === message) ? [i] : [])),
  );
  const firsts = covers.flatMap(([first]) => (first === undefined ? [] : [first]));
  const kinds = replies.map((head) => turnOf(head)?.reply?.kind);
  return {
    accepted: accepted.length,
    replies: replies.length,
    apologies: kinds.filter((kind) => kind === 'apology').length,
    lost: covers.filter(({ length }) => length === 0).length,
    doubled: covers.reduce((sum, { length }) => sum + Math.max(length - 1, 0), 0) + keys.length - new Set(keys).size,
    misordered: firsts.filter((at, i) => firsts.slice(0, i).some((earlier) => earlier > at)).length,
    lostLogs: replies.filter((head, i) => kinds[i] === 'answer' && !logged.has(head)).length,
  };
}

function add(sum: Record<string, number>, more: Readonly<Record<string, number>>): void {
  for (const [name, figure] of Object.entries(more)) sum[name] = (sum[name] ?? 0) + figure;
}

export type Door = (event: APIGatewayProxyEventV2) => Promise<APIGatewayProxyStructuredResultV2>;
