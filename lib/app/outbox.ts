/** Root of the outbox, for every door in which something happens that others are told of. */
import type { Settings } from '../config.ts';
import { type OutboxDeps, openOutbox, type Tell, tellNobody } from '../events/outbox.ts';
import { isShown } from '../events/shown.ts';
import { logLine } from '../log.ts';
import { openEventsQueue, openSqs } from '../queue.ts';

/** Tells those who are set to be told; nobody without them. */
export function outboxOf(settings: Settings<'events'>['events']): Tell {
  if (!settings) return tellNobody;
  const { put } = openEventsQueue(openSqs(), settings.queueUrl);
  const receivers: OutboxDeps['receivers'] = [
    ...(settings.webhook ? [{ to: 'webhook' as const, takes: () => true }] : []),
    ...(settings.isMailed ? [{ to: 'email' as const, takes: isHandoff }] : []),
    ...(settings.isShownAtTalkjs ? [{ to: 'talkjs' as const, takes: isAtTalkjs }] : []),
  ];
  return openOutbox({ receivers, put, log: logLine });
}

function isAtTalkjs({ type, platform }: Parameters<OutboxDeps['receivers'][number]['takes']>[0]): boolean {
  return platform === 'talkjs' && isShown(type);
}

function isHandoff({ type }: Parameters<OutboxDeps['receivers'][number]['takes']>[0]): boolean {
  return type.startsWith('handoff.');
}
