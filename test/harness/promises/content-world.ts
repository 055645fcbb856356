/** The exported handlers with everything around them: each message is delivered until the last attempt, and then among the dead letters. */
import { DeleteMessageBatchCommand, type Message } from '@aws-sdk/client-sqs';
import type { SQSEvent } from 'aws-lambda';
import { vi } from 'vitest';
import { openSqs } from '../../../lib/queue.ts';
import { openDynamo, openStore } from '../../../lib/store/store.ts';
import type { Inbound, Turn } from '../../../lib/types.ts';
import { createClaude } from '../../../local/stand-ins/claude.ts';
import { type Handler, serve } from '../../../local/stand-ins/serve.ts';
import { type QueueHandler, receive } from '../consumer.ts';
import { provideRuntime } from '../rest-gateway.ts';
import { makeTable, makeTurnsQueues } from '../tables.ts';
import { answerWith, type WorstAnswer } from './content-claude.ts';

/** What became of all that the queue held. */
export interface Driven {
  turns: Turn[];
  /** Messages that are still tried after every delivery that a queue makes. */
  forEver: number;
  /** Messages that are at an end, and that no turn covers. */
  lost: number;
}

export type ContentWorld = Awaited<ReturnType<typeof openContentWorld>>;

const DELIVERIES = 10;
const MINUTE_MS = 60_000;

/** Longer than any lease and any wait between two deliveries (ms), but for what a provider names. */
const BETWEEN_MS = 900_000;

/** `mounts` are the platforms and whatever else shall be asked. Handlers are to be imported when this is open. */
export async function openContentWorld(mounts: Record<string, Handler>, settingsOf: (url: string) => object) {
  const realNow = Date.now;
  let passedMs = 0;
  const clock = vi.spyOn(Date, 'now').mockImplementation(() => realNow.call(Date) + passedMs);
  const claude = createClaude();
  let worst: Handler | undefined;
  let asked = 0;
  const claudeOrWorst: Handler = (request, response) => {
    asked += 1;
    return (worst ?? claude.handle)(request, response);
  };
  const standIns = await serve({ claude: claudeOrWorst, ...mounts });
  const table = await makeTable();
  const sqs = openSqs();
  const queues = await makeTurnsQueues(sqs, { visibilitySeconds: 3_600 });
  Object.assign(process.env, {
    ANTHROPIC_API_KEY: 'offline',
    ANTHROPIC_BASE_URL: `${standIns.url}/claude`,
    ATTACHMENT_HOSTS: standIns.url,
    TABLE_NAME: table,
    TURNS_QUEUE_URL: queues.turns,
    // Nothing but the bounds in bytes.
    MAX_INPUT_CHARS: '0',
    USER_USD_PER_DAY: '0',
    TOTAL_USD_PER_DAY: '0',
    CHAT_API_USD_PER_DAY: '0',
    CHAT_API_USERS_PER_MINUTE: '0',
    ...settingsOf(standIns.url),
  });
  provideRuntime();
  const store = openStore(openDynamo(), table, Date.now);
  const [reply, apologize] = await Promise.all([
    import('../../../functions/reply.ts').then(({ handler }) => handler as QueueHandler),
    import('../../../functions/apologize.ts').then(({ handler }) => handler as QueueHandler),
  ]);
  let slowestMs = 0;

  /** CPU time of the whole process: the handler's, and that of what stands in for the others. */
  async function timed<T>(work: () => Promise<T>): Promise<T> {
    const before = process.cpuUsage();
    const result = await work();
    const { user, system } = process.cpuUsage(before);
    slowestMs = Math.max(slowestMs, (user + system) / 1000);
    return result;
  }

  /** As often as a queue delivers what comes back; gives what is left then. */
  async function deliver(handler: QueueHandler, messages: readonly Message[]): Promise<readonly Message[]> {
    let left = messages;
    for (let attempt = 1; attempt <= DELIVERIES && left.length > 0; attempt++) {
      const deadline = Date.now() + 110_000;
      const { batchItemFailures } = await timed(() =>
        handler(toEvent(left, attempt), { getRemainingTimeInMillis: () => deadline - Date.now() }),
      );
      const failed = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
      left = left.filter(({ MessageId = '' }) => failed.has(MessageId));
      if (left.length > 0) passedMs += BETWEEN_MS;
    }
    return left;
  }

  return {
    url: standIns.url,
    timed,
    /** What Claude says from now on; without it, it answers as the offline Claude does. */
    let(answer: WorstAnswer | undefined) {
      claude.reset();
      worst = answer && answerWith(answer);
      asked = 0;
      slowestMs = 0;
      // A user's minute is over, and the next one has just begun.
      passedMs += 2 * MINUTE_MS - (Date.now() % MINUTE_MS);
    },
    asked: () => asked,
    slowestMs: () => slowestMs,
    /** All that waits comes to its end. */
    async drive(): Promise<Driven> {
      const waited: Message[] = [];
      let forEver = 0;
      for (let batch = await next(); batch.length > 0; batch = await next()) {
        waited.push(...batch);
        forEver += (await deliver(apologize, await deliver(reply, batch))).length;
        const Entries = batch.map(({ ReceiptHandle }, i) => ({ Id: String(i), ReceiptHandle }));
        await sqs.send(new DeleteMessageBatchCommand({ QueueUrl: queues.turns, Entries }));
      }
      // What members of a group say to each other is for nobody of us; a turn looks who is there.
      const sent = waited.map(inboundOf).filter((inbound) => inbound.event === 'sent' && !inbound.among);
      const found = await Promise.all(
        sent.map((inbound) => store.find(inbound as Extract<Inbound, { event: 'sent' }>)),
      );
      const turns = found.flatMap((turn) => turn ?? []);
      const covered = new Set(turns.flatMap(({ said }) => said.map(({ messageId }) => messageId)));
      return { turns, forEver, lost: sent.filter(({ messageId }) => !covered.has(messageId)).length };
    },
    async close(): Promise<void> {
      clock.mockRestore();
      await standIns.close();
    },
  };

  function next(): Promise<Message[]> {
    return receive(sqs, queues.turns);
  }
}

function inboundOf({ Body = '' }: Message): Inbound {
  return JSON.parse(Body).inbound;
}

function toEvent(messages: readonly Message[], attempt: number): SQSEvent {
  const Records = messages.map(({ MessageId, ReceiptHandle, Body, Attributes }) => ({
    messageId: MessageId,
    receiptHandle: ReceiptHandle,
    body: Body,
    attributes: { ...Attributes, ApproximateReceiveCount: String(attempt) },
  }));
  return { Records } as unknown as SQSEvent;
}
