/** Root of the outbox, for every door in which something happens that others are told of. */
import type { Settings } from '../config.ts';
import { openOutbox, type Tell, tellNobody } from '../events/outbox.ts';
import { logLine } from '../log.ts';
import { openEventsQueue, openSqs } from '../queue.ts';

/** Tells those who are set to be told; nobody without them. */
export function outboxOf(settings: Settings<'events'>['events']): Tell {
  if (!settings) return tellNobody;
  const { put } = openEventsQueue(openSqs(), settings.queueUrl);
  const receivers = settings.webhook ? [{ to: 'webhook' as const, takes: () => true }] : [];
  return openOutbox({ receivers, put, log: logLine });
}
