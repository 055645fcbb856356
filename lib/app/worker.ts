/** Root of the queue consumers: stops 5-7. */
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import * as z from 'zod/mini';
import type { ReconifySettings, Settings } from '../config.ts';
import { BadSettings } from '../errors.ts';
import { errorName, logLine } from '../log.ts';
import { botpressPlatform } from '../platforms/botpress/deliver.ts';
import { talkjsPlatform } from '../platforms/talkjs/deliver.ts';
import { openSqs, openTurnsQueue } from '../queue.ts';
import { type Delivery, type ReplyDeps, reply } from '../reply.ts';
import type { Inbound, Platform, PlatformName } from '../types.ts';
import { ANSWERING, openAnswering } from './answering.ts';
import { openApp } from './open.ts';

const GROUPS = [...ANSWERING, 'talkjs', 'botpress'] as const;

type Handler = (event: SQSEvent, context: Pick<Context, 'getRemainingTimeInMillis'>) => Promise<SQSBatchResponse>;

/** The handler of a queue of turns; the dead letters' way (`isLastResort`) apologises instead of asking. */
export function turnsDoor({ isLastResort = false } = {}): Handler {
  const open = isLastResort
    ? openApp(GROUPS, (settings) => workerDeps(settings, undefined, isLastResort))
    : openApp([...GROUPS, 'reconify'] as const, (settings) => workerDeps(settings, settings.reconify, isLastResort));
  return async ({ Records }, context) => {
    const readable = Records.flatMap((record) => toDelivery(record) ?? []);
    const unreadable = Records.filter(({ messageId }) => readable.every(({ id }) => id !== messageId));
    try {
      const back = await reply(await open(), readable, () => context.getRemainingTimeInMillis());
      return failed([...unreadable.map(({ messageId }) => messageId), ...back.map(({ id }) => id)]);
    } catch (error) {
      logLine('door-failed', {
        error: errorName(error),
        reason: error instanceof BadSettings ? error.message : undefined,
      });
      return failed(Records.map(({ messageId }) => messageId));
    }
  };
}

function failed(ids: readonly string[]): SQSBatchResponse {
  return { batchItemFailures: ids.map((itemIdentifier) => ({ itemIdentifier })) };
}

function workerDeps(
  settings: Settings<(typeof GROUPS)[number]>,
  reconify: ReconifySettings | undefined,
  isLastResort: boolean,
): ReplyDeps {
  const { aws, talkjs, botpress } = settings;
  const now = Date.now;
  const platforms: Partial<Record<PlatformName, Platform>> = {
    ...(talkjs ? { talkjs: talkjsPlatform(talkjs, { fetch, now }) } : {}),
    ...(botpress ? { botpress: botpressPlatform(botpress, { fetch, now }) } : {}),
  };
  return {
    ...openAnswering(settings, reconify),
    hold: openTurnsQueue(openSqs(), aws.turnsQueueUrl).hold,
    platform: (name) => {
      const platform = platforms[name];
      if (!platform) throw new BadSettings(`The settings of ${name} are missing.`);
      return platform;
    },
    isLastResort,
  };
}

/** Our own envelope: only as much is checked as tells it from something else. */
const envelope = z.object({
  v: z.literal(1),
  generation: z.number(),
  inbound: z.looseObject({ event: z.enum(['sent', 'edited', 'deleted']), platform: z.string(), messageId: z.string() }),
});

/** `undefined` for what is not ours: it goes to the dead letters, where somebody can look at it. */
function toDelivery({ messageId, receiptHandle, body, attributes }: SQSRecord): Delivery | undefined {
  try {
    const { generation, inbound } = envelope.parse(JSON.parse(body));
    return {
      id: messageId,
      receipt: receiptHandle,
      attempts: Number(attributes.ApproximateReceiveCount),
      generation,
      inbound: inbound as unknown as Inbound,
    };
  } catch {
    logLine('message-unreadable', { id: messageId });
    return undefined;
  }
}
