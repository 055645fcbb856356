/** Room of the queue, stop 4 of the webhook doors: one signed call and no SDK, which would take half of their start. */
import { openAws } from '../aws.ts';
import { waits } from '../bounds.ts';
import type { Env } from '../config.ts';
import type { Inbound } from '../types.ts';
import { turnMessage } from './message.ts';

const SQS = { name: 'sqs', target: 'AmazonSQS', version: '1.0', tryMs: waits.queue } as const;

/** Puts what came in into the queue of turns behind `url`; one AWS call. Throws under the name that SQS or the system gives the failure. */
export function openDoorQueue(env: Env, url: string): (inbound: Inbound) => Promise<void> {
  const call = openAws(SQS, env);
  return async (inbound) => void (await call('SendMessage', turnMessage(url, inbound)));
}
