/** One conversation with everything around it in memory: the real verbs on a fake table and fake queues, with a clock that only the test moves. */
import { ChangeMessageVisibilityBatchCommand, SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { turnsDoor } from '../../../lib/app/doors/consumer.ts';
import type { Ask } from '../../../lib/claude/ask.ts';
import { noHandoff } from '../../../lib/config/handoff.ts';
import type { LimitSettings } from '../../../lib/config.ts';
import { Later, Permanent } from '../../../lib/errors.ts';
import { tellNobody } from '../../../lib/events/outbox.ts';
import type { Log } from '../../../lib/log.ts';
import { openRecordsQueue, openTurnsQueue } from '../../../lib/queue.ts';
import { keepRecord } from '../../../lib/records/envelope.ts';
import { openCounters } from '../../../lib/store/counters.ts';
import { openShelf } from '../../../lib/store/records.ts';
import { openStore } from '../../../lib/store/store.ts';
import { type Compose, type ComposeDeps, compose } from '../../../lib/turn/compose.ts';
import { openLimits } from '../../../lib/turn/limits.ts';
import type { ReplyDeps } from '../../../lib/turn/reply.ts';
import type { Platform } from '../../../lib/types.ts';
import { inEnglish } from '../english.ts';
import { type FakeFifo, fakeFifo, fakeTable, type ReceivedMessage } from '../fakes.ts';
import { type Acts, type Happened, openActingAsk } from './acting-claude.ts';
import type { Process, Steps } from './mortal.ts';

/** One answer of the model, as the provider would bill it. */
export interface ModelCall {
  n: number;
  /** What the user's last message held. */
  asked: string[];
}

export interface WorldOptions {
  /** How many messages one delivery may hold: SQS gives up to 10 of a conversation, the local queue gives one. */
  batchSize?: number;
  limits?: Partial<LimitSettings>;
  /** What Claude fails with when it is asked this, if it does. */
  failure?: (asked: readonly string[]) => Error | undefined;
  /** Each answer has a source, which only its own call of Claude gives. */
  cites?: boolean;
  /** Claude calls tools with an effect before it answers. */
  acts?: Acts;
}

/** As deployed. */
const WORKER_MS = 120_000;
const APOLOGIZER_MS = 60_000;

const TURNS = 'turns';
const DEAD_LETTERS = 'dead letters';
const RECORDS = 'records';

const CALL_USD = 0.001;
const ESTIMATE_USD = 0.01;

export type World = ReturnType<typeof openWorld>;

export function openWorld(steps: Steps, options: WorldOptions = {}) {
  let clock = Date.UTC(2026, 0, 1);
  let ids = 0;
  const now = () => clock;
  const newId = () => `id-${++ids}`;
  const table = fakeTable();
  const deadLetters = fakeFifo(now, { visibilitySeconds: 360, maxReceiveCount: Number.POSITIVE_INFINITY });
  const turns = fakeFifo(now, {
    bury: ({ id, group, body }) => deadLetters.put({ group, dedupe: id, body }),
  });
  const queues: Record<string, FakeFifo> = { [TURNS]: turns, [DEAD_LETTERS]: deadLetters };
  const calls: ModelCall[] = [];
  /** The ids of the records that the records queue took, with the number of the call in them. */
  const logs: { id: string; call: number }[] = [];
  const happened: Happened[] = [];
  const lines: string[] = [];
  const log: Log = (event, fields) => void lines.push(JSON.stringify({ event, ...fields }));
  const limits: LimitSettings = {
    maxInputChars: 0,
    messagesPerMinute: 0,
    userUsdPerDay: 0,
    totalUsdPerDay: 0,
    platformUsdPerDay: {},
    ...options.limits,
  };

  function dynamoOf(process: Process): DynamoDBDocumentClient {
    const send = (command: TableCommand) => process.call(nameOf(command), () => table.dynamo.send(command));
    return { send } as unknown as DynamoDBDocumentClient;
  }

  function sqsOf(process: Process): SQSClient {
    const send = (command: object) => process.call(command.constructor.name, () => answerOf(command));
    return { send } as unknown as SQSClient;
  }

  function answerOf(command: object): object {
    if (command instanceof SendMessageCommand) {
      const { QueueUrl = '', MessageGroupId: group = '', MessageDeduplicationId: dedupe = '' } = command.input;
      const { MessageBody: body = '' } = command.input;
      if (QueueUrl === RECORDS) logs.push(readLog(body));
      else queues[QueueUrl]?.put({ group, dedupe, body });
      return {};
    }
    if (command instanceof ChangeMessageVisibilityBatchCommand) {
      const { QueueUrl = '', Entries = [] } = command.input;
      queues[QueueUrl]?.hold(
        Entries.map(({ ReceiptHandle = '', VisibilityTimeout = 0 }) => ({
          receipt: ReceiptHandle,
          seconds: VisibilityTimeout,
        })),
      );
      return {};
    }
    throw new Error(`the fake queues know no ${command.constructor.name}`);
  }

  function actingAskOf(process: Process, acts: Acts): Ask {
    const shelf = openShelf(dynamoOf(process), 'table', now);
    const { put } = openRecordsQueue(sqsOf(process), RECORDS);
    return openActingAsk(
      {
        ...{ process, happened, now },
        answer: (asked) => calls.push({ n: calls.length + 1, asked }),
        record: async () => {
          const response = { call: calls.length };
          await keepRecord({ shelf, put }, newId(), {
            type: 'chat',
            timestamps: { request: clock },
            request: {},
            response,
          });
        },
      },
      acts,
    );
  }

  /** Claude: answers what it was asked, with the call's number, and hands the record over as the real asking does. */
  function askOf(process: Process): Ask {
    const shelf = openShelf(dynamoOf(process), 'table', now);
    const { put } = openRecordsQueue(sqsOf(process), RECORDS);
    return async ({ messages, about, onCost, onText }) => {
      const asked = lastWords(messages);
      const failure = options.failure?.(asked);
      if (failure) throw failure;
      let call: ModelCall | undefined;
      const isHeard = await process
        .call('Claude', () => {
          call = { n: calls.length + 1, asked };
          calls.push(call);
        })
        .then(
          () => true,
          () => false,
        );
      if (!call) throw new Later('Claude did not answer');
      onCost?.(CALL_USD);
      // A preview, where there is one: a sentence is shown once a blank follows it.
      if (onText && about.platform === 'talkjs') {
        onText(`${textOf(call)} `);
        await shown();
      }
      const response = { call: call.n };
      await keepRecord({ shelf, put }, newId(), {
        type: 'chat',
        timestamps: { request: clock },
        request: {},
        response,
      });
      if (!isHeard) throw new Later('Claude broke off in mid-answer');
      const text = textOf(call);
      const source = { n: 1, title: 'A page', url: `https://docs.example/${call.n}`, quote: 'words', at: text.length };
      const sources = options.cites ? { sources: [source] } : {};
      return { kind: 'answer', text, ...sources, stop: 'end_turn', usd: CALL_USD };
    };
  }

  function composeOf(process: Process): { compose: Compose; composing: ComposeDeps } {
    const counters = openCounters(dynamoOf(process), 'table');
    const composing: ComposeDeps = {
      ask: options.acts ? actingAskOf(process, options.acts) : askOf(process),
      window: { strategy: 'tokens', tokenBudget: 40_000, maxMessages: 20 },
      limits: openLimits({ counters, settings: limits, now }),
      fetchFiles: async () => ({ files: new Map(), shown: [], letGo: () => {} }),
      estimateUsd: () => ESTIMATE_USD,
    };
    return { compose: (input) => compose(composing, input), composing };
  }

  function turnDeps(process: Process) {
    return {
      store: openStore(dynamoOf(process), 'table', now),
      askForSummary: undefined,
      tell: tellNobody,
      handoff: noHandoff,
      speech: inEnglish,
      maxInputChars: 0,
      now,
      newId,
      log,
      ...composeOf(process),
    };
  }

  function workerDeps(process: Process, platform: Platform, queue: string): ReplyDeps {
    return {
      ...turnDeps(process),
      hold: openTurnsQueue(sqsOf(process), queue).hold,
      platform: () => platform,
      ...(queue === DEAD_LETTERS
        ? {
            compose: async () => {
              throw new Permanent('dead letter');
            },
          }
        : {}),
    };
  }

  /** Delivers what waits until nothing does, or nothing is due before `untilMs`; a process that died is followed by another one. */
  async function drain(platformOf: (process: Process) => Platform, untilMs = Number.POSITIVE_INFINITY): Promise<void> {
    const lanes = [
      { name: TURNS, queue: turns, ms: WORKER_MS },
      { name: DEAD_LETTERS, queue: deadLetters, ms: APOLOGIZER_MS },
    ].map((lane) => {
      const open = () => {
        const process = steps.start();
        const deps = workerDeps(process, platformOf(process), lane.name);
        return { process, handler: turnsDoor(async () => deps) };
      };
      return { ...lane, open, worker: open() };
    });
    for (let deliveries = 0; deliveries < MAX_DELIVERIES; deliveries++) {
      const next = lanes
        .map((lane) => ({ lane, at: lane.queue.nextAt() ?? Number.POSITIVE_INFINITY }))
        .reduce((a, b) => (b.at < a.at ? b : a));
      if (next.at === Number.POSITIVE_INFINITY || next.at > untilMs) return;
      clock = Math.max(clock, next.at);
      const batch = next.lane.queue.receive(options.batchSize ?? 1);
      if (batch.length > 0) await deliver(next.lane, batch);
      if (!next.lane.worker.process.isAlive()) next.lane.worker = next.lane.open();
    }
    throw new Error('the queue never drains');
  }

  async function deliver(
    {
      queue,
      ms,
      worker,
    }: { queue: FakeFifo; ms: number; worker: { process: Process; handler: ReturnType<typeof turnsDoor> } },
    batch: readonly ReceivedMessage[],
  ): Promise<void> {
    const { process, handler } = worker;
    const deadline = clock + ms;
    const context = { getRemainingTimeInMillis: () => deadline - clock };
    const result = await Promise.race([handler(toEvent(batch), context), process.died]);
    if (result === 'died') return;
    const failed = new Set(result.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
    const done = batch.filter(({ id }) => !failed.has(id));
    if (done.length === 0) return;
    const removed = process.call('DeleteMessageBatchCommand', () => {
      for (const { receipt } of done) queue.remove(receipt);
    });
    await Promise.race([removed.catch(() => {}), process.died]);
  }

  return {
    now,
    /** Moves the clock (ms). */
    pass: (ms: number) => {
      clock += ms;
    },
    newId,
    log,
    table,
    turns,
    deadLetters,
    calls,
    logs,
    happened,
    lines,
    spentUsd: () => calls.length * CALL_USD,
    dynamoOf,
    turnDeps,
    turnsQueueOf: (process: Process) => openTurnsQueue(sqsOf(process), TURNS),
    /** One delivery to one worker, as the event source makes it. */
    deliverTo: (process: Process, platform: Platform, batch: readonly ReceivedMessage[]) => {
      const deps = workerDeps(process, platform, TURNS);
      const worker = { process, handler: turnsDoor(async () => deps) };
      return deliver({ queue: turns, ms: WORKER_MS, worker }, batch);
    },
    drain,
  };
}

type TableCommand = Parameters<DynamoDBDocumentClient['send']>[0];

/** What may not be carried out twice says so to the client, which repeats everything else. */
function nameOf(command: TableCommand): string {
  const isSentOnce = command.middlewareStack.identify().some((step) => step.startsWith('sendOnce'));
  return isSentOnce ? 'a correction, sent once' : command.constructor.name;
}

/** Far more than ten deliveries of each message. */
const MAX_DELIVERIES = 500;

/** Time for what reads along to show it. */
const shown = () => new Promise((done) => setTimeout(done, 2));

/** What Claude says: the words it was asked, and which call it was. */
function textOf({ n, asked }: ModelCall): string {
  return `Answer ${n} to ${asked.join(' and ')}.`;
}

export function callIn(text: string): number | undefined {
  const found = /^Answer (\d+) to /.exec(text)?.[1];
  return found === undefined ? undefined : Number(found);
}

function lastWords(messages: Parameters<Ask>[0]['messages']): string[] {
  const content = messages.at(-1)?.content ?? [];
  return typeof content === 'string'
    ? [content]
    : content.flatMap((block) => (block.type === 'text' ? block.text : []));
}

function readLog(body: string): { id: string; call: number } {
  const { id, record }: { id: string; record: { response: { call: number } } } = JSON.parse(body);
  return { id, call: record.response.call };
}

function toEvent(batch: readonly ReceivedMessage[]) {
  const Records = batch.map(({ id, receipt, body, attempts }) => ({
    messageId: id,
    receiptHandle: receipt,
    body,
    attributes: { ApproximateReceiveCount: String(attempts) },
  }));
  return { Records } as unknown as Parameters<ReturnType<typeof turnsDoor>>[0];
}
