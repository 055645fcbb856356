/** The embedded stack: feeds a function from its queue, in processes of its own, as Lambda's SQS event source does. */
import { setTimeout as sleep } from 'node:timers/promises';
import { DeleteMessageBatchCommand, type Message, ReceiveMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { Print } from '../kept-process.ts';
import { doneOf, toSqsEvent } from './records.ts';
import { type FunctionToRun, openSandbox, type Sandbox } from './sandbox.ts';

export interface ConsumerOptions {
  fn: FunctionToRun;
  sqs: SQSClient;
  queueUrl: string;
  queueArn: string;
  batchSize: number;
  /** The function names the messages that failed; else every message of an answered batch is done. */
  reportsFailures: boolean;
  /** The first is always up, the others start when all are busy and more messages wait. */
  maxProcesses: number;
  print: Print;
}

export interface ProcessView {
  name: string;
  pid: number;
  busy: boolean;
}

export interface Consumer {
  /** Of its function. */
  name: string;
  processes(): ProcessView[];
  /** From now on others do the work, who load what was built meanwhile; those at work end what they have begun. */
  renew(): Promise<void>;
  stop(): Promise<void>;
}

/** SQS' longest poll, in seconds. */
const POLL_SECONDS = 20;
/** SQS hands out at most 10 messages at once, whatever the batch size of a standard queue. */
const MAX_BATCH = 10;
/** So often (ms) it is looked whether a process that leaves has ended its work. */
const LOOK_MS = 50;
/** Pause (ms) before a queue that did not answer is asked again. */
const PAUSE_MS = 500;

/** A killed, failed or timed-out invocation deletes nothing and frees nothing early: its messages come back by themselves. */
export async function startConsumer(options: ConsumerOptions): Promise<Consumer> {
  const { fn, sqs, print } = options;
  let sandboxes: Sandbox[] = [];
  const leaving = new Set<Sandbox>();
  let processCount = 0;
  const stopping = new AbortController();
  let hasBeenReady = false;
  let wake = () => {};

  const open = async () => {
    processCount += 1;
    const sandbox = await openSandbox(fn, print, () => {
      hasBeenReady = true;
      wake();
    });
    sandboxes.push(sandbox);
    if (stopping.signal.aborted) await sandbox.stop();
    return sandbox;
  };

  /** Messages are only taken when somebody can have them: a received message is hidden from then on. */
  async function untilSomebodyCanWork() {
    const canWork = () =>
      sandboxes.some((sandbox) => sandbox.isFree()) || (hasBeenReady && processCount < options.maxProcesses);
    while (!canWork() && !stopping.signal.aborted)
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
  }

  async function deliver(messages: Message[]) {
    const idle = sandboxes.find((sandbox) => sandbox.isFree()) ?? sandboxes.find((sandbox) => !sandbox.isBusy());
    const sandbox = idle ?? (await open());
    try {
      const result = await sandbox.invoke(toSqsEvent(messages, options.queueArn));
      await remove(doneOf(messages, result, options.reportsFailures));
    } catch (error) {
      if (!stopping.signal.aborted) print(`${fn.name} │ invocation failed: ${describe(error)}`);
    }
  }

  async function remove(messages: readonly Message[]) {
    if (messages.length === 0) return;
    const Entries = messages.map(({ ReceiptHandle }, i) => ({ Id: String(i), ReceiptHandle }));
    await sqs.send(new DeleteMessageBatchCommand({ QueueUrl: options.queueUrl, Entries }));
  }

  async function receive(): Promise<Message[]> {
    const ask = new ReceiveMessageCommand({
      QueueUrl: options.queueUrl,
      MaxNumberOfMessages: Math.min(options.batchSize, MAX_BATCH),
      WaitTimeSeconds: POLL_SECONDS,
      MessageSystemAttributeNames: ['All'],
      MessageAttributeNames: ['All'],
    });
    try {
      const { Messages } = await sqs.send(ask, { abortSignal: stopping.signal });
      return Messages ?? [];
    } catch (error) {
      if (stopping.signal.aborted) return [];
      print(`${fn.name} │ the queue did not answer: ${describe(error)}`);
      await sleep(PAUSE_MS);
      return [];
    }
  }

  async function poll() {
    while (!stopping.signal.aborted) {
      await untilSomebodyCanWork();
      const messages = await receive();
      if (messages.length > 0) void deliver(messages);
    }
  }

  async function retire(sandbox: Sandbox) {
    leaving.add(sandbox);
    while (sandbox.isBusy() && !stopping.signal.aborted) await sleep(LOOK_MS);
    await sandbox.stop();
    leaving.delete(sandbox);
  }

  await open();
  void poll();
  return {
    name: fn.name,
    processes: () =>
      [...sandboxes, ...leaving].flatMap((sandbox) => {
        const pid = sandbox.pid();
        return pid === undefined ? [] : [{ name: fn.name, pid, busy: sandbox.isBusy() }];
      }),
    renew: async () => {
      const old = sandboxes;
      sandboxes = [];
      processCount = 0;
      for (const sandbox of old) void retire(sandbox);
      await open();
    },
    stop: async () => {
      stopping.abort();
      wake();
      await Promise.all([...sandboxes, ...leaving].map((sandbox) => sandbox.stop()));
    },
  };
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
