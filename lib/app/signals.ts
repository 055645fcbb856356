/** Root of the Chat API's outgoing webhook: the consumer of its queue. */
import { deliverSignals } from '../chat-api/outgoing.ts';
import { logLine } from '../log.ts';
import { openSignalsQueue, openSqs } from '../queue.ts';
import { type QueueHandler, queueDoor } from './doors/queue-door.ts';
import { openApp } from './open.ts';

/** The handler of the queue of signals; fails the whole batch where the webhook’s settings are missing. */
export function signalsDoor(): QueueHandler {
  const open = openApp(['chatApi'] as const, ({ chatApi }) => {
    if (!chatApi?.webhook) return undefined;
    const { queueUrl, url, secret } = chatApi.webhook;
    return { url, secret, fetch, hold: openSignalsQueue(openSqs(), queueUrl).hold, log: logLine };
  });
  return queueDoor(
    open,
    async (deps, messages, remainingMs) => {
      const deliveries = messages.map(({ group, ...message }) => ({ ...message, conversation: group }));
      return (await deliverSignals(deps, deliveries, remainingMs)).map(({ id }) => id);
    },
    'signals wait for a webhook, but CHAT_API_WEBHOOK_URL is missing',
  );
}
