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
  processes(): ProcessView[];
  stop(): Promise<void>;
}

/** SQS' longest poll, in seconds. */
const POLL_SECONDS = 20;
/** SQS hands out at most 10 messages at once, whatever the batch size of a standard queue. */
const MAX_BATCH = 10;
/** Pause (ms) before a queue that did not answer is asked again. */
const PAUSE_MS = 500;

/** A killed, failed or timed-out invocation deletes nothing and frees nothing early: its messages come back by themselves. */
export async function startConsumer(options: ConsumerOptions): Promise<Consumer> {
  const { fn, sqs, print } = options;
  const sandboxes: Sandbox[] = [];
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

  await open();
  void poll();
  return {
    processes: () =>
      sandboxes.flatMap((sandbox) => {
        const pid = sandbox.pid();
        return pid === undefined ? [] : [{ name: fn.name, pid, busy: sandbox.isBusy() }];
      }),
    stop: async () => {
      stopping.abort();
      wake();
      await Promise.all(sandboxes.map((sandbox) => sandbox.stop()));
    },
  };
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
