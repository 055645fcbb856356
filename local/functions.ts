/** The embedded stack: gives the functions of serverless.yml their surroundings, and runs those that wait at a queue. */
import type { SQSClient } from '@aws-sdk/client-sqs';
import { type Consumer, startConsumer } from './consumers/poll.ts';
import type { FunctionToRun } from './consumers/sandbox.ts';
import type { Print } from './kept-process.ts';
import { logicalIdOf, type Resources } from './resources.ts';
import { type NamedFunction, queueEventsOf, type Service, timeoutSecondsOf } from './service.ts';
import type { Settings } from './settings.ts';

/** Processes of one function at most: enough to see conversations side by side, few enough for a laptop. */
const MAX_PROCESSES = 4;
/** An offline answer takes a second or two; a killed worker's messages need not wait for the limit that real ones need. */
const OFFLINE_TIMEOUT_SECONDS = 20;
/** A message stays hidden this much longer than its function may run. */
const VISIBILITY_MARGIN_SECONDS = 5;

export interface Surroundings {
  service: Service;
  root: string;
  isClaudeOffline: boolean;
}

/** Every function in the form in which a process of ours runs it. */
export function toRun({ service, root, isClaudeOffline }: Surroundings, fn: NamedFunction): FunctionToRun {
  const own = timeoutSecondsOf(service, fn.definition);
  return {
    name: fn.key,
    handler: fn.definition.handler,
    root,
    env: environmentOf(service, fn),
    timeoutSeconds: isClaudeOffline ? Math.min(own, OFFLINE_TIMEOUT_SECONDS) : own,
  };
}

/** How long (s) a message that a consumer of ours received stays hidden, by the queue's logical id. */
export function visibilityOf(surroundings: Surroundings, functions: readonly NamedFunction[]): Record<string, number> {
  const hidden: Record<string, number> = {};
  for (const fn of functions) {
    for (const { arn } of queueEventsOf(fn.definition)) {
      const id = logicalIdOf(arn);
      if (id) hidden[id] = toRun(surroundings, fn).timeoutSeconds + VISIBILITY_MARGIN_SECONDS;
    }
  }
  return hidden;
}

/**
 * Sets each function's environment: what serverless.yml says with its references resolved, then the settings. Where a
 * deployed stage keeps its secrets is left out, since here they are settings like the others, and so is whom it mails, and how many streams the account
 * has Lambdas for, since here there are none to save.
 */
export function equip(service: Service, functions: readonly NamedFunction[], resources: Resources, settings: Settings) {
  const shared = service.provider.environment ?? {};
  for (const { definition } of functions) {
    const {
      SECRETS_PATH: _,
      CHAT_API_STREAMS: __,
      EVENTS_TOPIC_ARN: ___,
      ...declared
    } = { ...shared, ...definition.environment };
    const set = Object.entries(declared).filter(([, value]) => value !== null && value !== undefined);
    const resolved = set.map(([name, value]) => [name, resources.resolve(value)]);
    definition.environment = { ...Object.fromEntries(resolved), ...settings };
  }
  service.provider.environment = {};
}

function environmentOf(service: Service, { definition }: NamedFunction): Settings {
  const own = Object.entries(definition.environment ?? {}).map(([name, value]) => [name, String(value)]);
  const aws = Object.entries(process.env).filter(([name]) => name.startsWith('AWS_'));
  return {
    ...Object.fromEntries(aws),
    ...Object.fromEntries(own),
    AWS_REGION: service.provider.region,
    AWS_LAMBDA_FUNCTION_NAME: definition.name,
    IS_OFFLINE: 'true', // as serverless-offline tells its functions
  };
}

export interface Queues {
  sqs: SQSClient;
  resources: Resources;
  print: Print;
}

/** Starts a consumer for each queue event. */
export function startConsumers(
  surroundings: Surroundings,
  functions: readonly NamedFunction[],
  { sqs, resources, print }: Queues,
): Promise<Consumer[]> {
  const consumers = functions.flatMap((fn) =>
    queueEventsOf(fn.definition).map((event) => {
      const queueArn = resources.resolve(event.arn);
      return startConsumer({
        fn: toRun(surroundings, fn),
        sqs,
        queueUrl: resources.queueUrlOf(queueArn),
        queueArn,
        batchSize: event.batchSize ?? 10,
        reportsFailures: event.functionResponseType === 'ReportBatchItemFailures',
        maxProcesses: Math.min(event.maximumConcurrency ?? MAX_PROCESSES, MAX_PROCESSES),
        print,
      });
    }),
  );
  return Promise.all(consumers);
}
