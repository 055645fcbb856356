/** Root of the Chat API's outgoing webhook: the consumer of its queue. */
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { deliverSignals } from '../chat-api/outgoing.ts';
import { BadSettings } from '../errors.ts';
import { errorName, logLine } from '../log.ts';
import { openSignalsQueue, openSqs } from '../queue.ts';
import { openApp } from './open.ts';

type Handler = (event: SQSEvent, context: Pick<Context, 'getRemainingTimeInMillis'>) => Promise<SQSBatchResponse>;

export function signalsDoor(): Handler {
  const open = openApp(['chatApi'] as const, ({ chatApi }) => {
    if (!chatApi?.webhook) return undefined;
    const { queueUrl, url, secret } = chatApi.webhook;
    return { url, secret, fetch, hold: openSignalsQueue(openSqs(), queueUrl).hold, log: logLine };
  });
  return async ({ Records }, context) => {
    try {
      const deliveries = Records.map(({ messageId, receiptHandle, body, attributes }) => ({
        id: messageId,
        receipt: receiptHandle,
        attempts: Number(attributes.ApproximateReceiveCount),
        conversation: attributes.MessageGroupId ?? '',
        body,
      }));
      const deps = await open();
      if (!deps) throw new BadSettings('signals wait for a webhook, but CHAT_API_WEBHOOK_URL is missing');
      const back = await deliverSignals(deps, deliveries, () => context.getRemainingTimeInMillis());
      return failed(back.map(({ id }) => id));
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
