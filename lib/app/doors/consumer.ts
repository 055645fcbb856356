/** What the consumers of turns share: an event of the queue in, the messages to deliver again out. */
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import * as z from 'zod/mini';
import { BadSettings } from '../../errors.ts';
import { errorName, logLine } from '../../log.ts';
import { type Delivery, type ReplyDeps, reply } from '../../turn/reply.ts';
import type { Inbound } from '../../types.ts';

type Handler = (event: SQSEvent, context: Pick<Context, 'getRemainingTimeInMillis'>) => Promise<SQSBatchResponse>;

/** The handler of a queue of turns; `open` gives what its turns need. */
export function turnsDoor(open: () => Promise<ReplyDeps>): Handler {
  return async ({ Records }, context) => {
    const readable = Records.flatMap((record) => toDelivery(record) ?? []);
    const unreadable = Records.filter(({ messageId }) => readable.every(({ id }) => id !== messageId));
    try {
      const back = await reply(await open(), readable, () => context.getRemainingTimeInMillis());
      return failed([...unreadable.map(({ messageId }) => messageId), ...back.map(({ id }) => id)]);
    } catch (error) {
      const reason = error instanceof BadSettings ? error.message : undefined;
      logLine('door-failed', { error: errorName(error), reason });
      return failed(Records.map(({ messageId }) => messageId));
    }
  };
}

function failed(ids: readonly string[]): SQSBatchResponse {
  return { batchItemFailures: ids.map((itemIdentifier) => ({ itemIdentifier })) };
}

/** Our own envelope: only as much is checked as tells it from something else. */
const envelope = z.object({
  v: z.literal(1),
  generation: z.number(),
  inbound: z.looseObject({
    event: z.enum(['sent', 'intervened', 'edited', 'deleted']),
    platform: z.string(),
    messageId: z.string(),
  }),
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
