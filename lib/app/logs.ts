/** Root of the interaction log's second half: the intake of other services, and the delivery to Reconify. Stop 8. */
import { randomUUID } from 'node:crypto';
import type { ReconifySettings } from '../config.ts';
import { logLine } from '../log.ts';
import { openLogsQueue, openSqs } from '../queue.ts';
import { type DeliverDeps, deliver } from '../records/deliver.ts';
import { keep } from '../records/envelope.ts';
import { type IntakeDeps, intake } from '../records/intake.ts';
import { post } from '../records/post.ts';
import { payloadOf } from '../records/record.ts';
import { openShelf } from '../store/logs.ts';
import { openDynamo } from '../store/store.ts';
import { type PostHandler, postDoor } from './doors/post-door.ts';
import { type QueueHandler, queueDoor } from './doors/queue-door.ts';
import { openApp } from './open.ts';

const now = Date.now;

/** The handler of POST /reconify; without keys for it, nobody can hand anything in: 503. */
export function intakeDoor(): PostHandler {
  const open = openApp(['reconify'] as const, ({ reconify }): IntakeDeps | undefined => {
    if (!reconify || reconify.intakeKeys.length === 0) return undefined;
    const shelf = shelfOf(reconify);
    const { put } = openLogsQueue(openSqs(), reconify.logsQueueUrl);
    return {
      keys: reconify.intakeKeys,
      keep: (id, record) => keep({ shelf, put }, id, record),
      reserve: shelf.reserve,
      now,
      newId: randomUUID,
      log: logLine,
    };
  });
  return postDoor(open, intake);
}

/** The handler of the logs queue. Where Reconify is off by now, what still waits goes on waiting. */
export function deliveryDoor(): QueueHandler {
  const open = openApp(['reconify', 'logsDeadLetters'] as const, ({ reconify, logsDeadLetters }) =>
    reconify ? deliveryDeps(reconify, logsDeadLetters.url) : undefined,
  );
  return queueDoor(
    open,
    (deps, messages) => {
      const deliveries = messages.map(({ id, ...message }) => ({ ...message, messageId: id }));
      return deliver(deps, deliveries);
    },
    'records wait for Reconify, but RECONIFY_APP_KEY and RECONIFY_API_KEY are missing',
  );
}

function deliveryDeps(reconify: ReconifySettings, deadLettersUrl: string): DeliverDeps {
  const sqs = openSqs();
  const { put, hold } = openLogsQueue(sqs, reconify.logsQueueUrl);
  const { endpoint } = reconify;
  return {
    shelf: shelfOf(reconify),
    post: (record, id) => post(payloadOf(record, reconify), { endpoint, id, fetch }),
    put,
    hold,
    bury: openLogsQueue(sqs, deadLettersUrl).put,
    now,
    log: logLine,
  };
}

function shelfOf({ tableName }: ReconifySettings) {
  return openShelf(openDynamo(), tableName, now);
}
