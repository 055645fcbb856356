/** Root of the interaction log's second half: the intake of other services, and the delivery to Reconify. Stop 8. */
import { randomUUID } from 'node:crypto';
import type { ReconifySettings } from '../config.ts';
import { logLine } from '../log.ts';
import { openRecordsQueue, openSqs } from '../queue.ts';
import { type DeliverDeps, deliver } from '../records/deliver.ts';
import { keepRecord } from '../records/envelope.ts';
import { type IntakeDeps, intake } from '../records/intake.ts';
import { postRecord } from '../records/post.ts';
import { payloadOf } from '../records/record.ts';
import { openShelf } from '../store/records.ts';
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
    const { put } = openRecordsQueue(openSqs(), reconify.recordsQueueUrl);
    return {
      keys: reconify.intakeKeys,
      keep: (id, record) => keepRecord({ shelf, put }, id, record),
      reserve: shelf.reserve,
      now,
      newId: randomUUID,
      log: logLine,
    };
  });
  return postDoor(open, intake);
}

/** The handler of the records queue. Where Reconify is off by now, what still waits goes on waiting. */
export function deliveryDoor(): QueueHandler {
  const open = openApp(['reconify', 'recordsDeadLetters'] as const, ({ reconify, recordsDeadLetters }) =>
    reconify ? deliveryDeps(reconify, recordsDeadLetters.url) : undefined,
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
  const { put, hold } = openRecordsQueue(sqs, reconify.recordsQueueUrl);
  const { endpoint } = reconify;
  return {
    shelf: shelfOf(reconify),
    post: (record, id) => postRecord(payloadOf(record, reconify), { endpoint, id, fetch }),
    put,
    hold,
    bury: openRecordsQueue(sqs, deadLettersUrl).put,
    now,
    log: logLine,
  };
}

function shelfOf({ tableName }: ReconifySettings) {
  return openShelf(openDynamo(), tableName, now);
}
