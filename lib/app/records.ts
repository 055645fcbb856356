/** Root of the records' second half: the intake of other services, and the delivery to whoever gets records. Stop 8. */
import { randomUUID } from 'node:crypto';
import type { Settings } from '../config.ts';
import { logLine } from '../log.ts';
import { openRecordsQueue, openSqs } from '../queue.ts';
import { type DeliverDeps, deliver, type Receiver } from '../records/deliver.ts';
import { keepRecord } from '../records/envelope.ts';
import { exportSpans } from '../records/export.ts';
import { type IntakeDeps, intake } from '../records/intake.ts';
import { exportOf } from '../records/otlp.ts';
import { postRecord } from '../records/post.ts';
import { type CallRecord, payloadOf } from '../records/record.ts';
import { spansOf } from '../records/spans.ts';
import { isRecordGone } from '../store/gone.ts';
import { openTable, type Table } from '../store/items.ts';
import { openShelf } from '../store/records.ts';
import { openDynamo } from '../store/store.ts';
import { type PostHandler, postDoor } from './doors/post-door.ts';
import { type QueueHandler, queueDoor } from './doors/queue-door.ts';
import { openApp } from './open.ts';
import { RECORDS } from './recorder.ts';

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

const DELIVERING = [...RECORDS, 'otlp', 'stage', 'recordsDeadLetters'] as const;
type DeliverySettings = Settings<(typeof DELIVERING)[number]>;

/** The handler of the records queue. Where nobody gets records by now, what still waits goes on waiting. */
export function deliveryDoor(): QueueHandler {
  return queueDoor(
    openApp(DELIVERING, deliveryDeps),
    (deps, messages) => {
      const deliveries = messages.map(({ id, ...message }) => ({ ...message, messageId: id }));
      return deliver(deps, deliveries);
    },
    'records wait, but neither RECONIFY_APP_KEY and RECONIFY_API_KEY nor OTEL_EXPORTER_OTLP_ENDPOINT are set',
  );
}

function deliveryDeps(settings: DeliverySettings): DeliverDeps | undefined {
  const places = settings.reconify ?? settings.otel;
  if (!places) return undefined;
  const sqs = openSqs();
  const { put, hold } = openRecordsQueue(sqs, places.recordsQueueUrl);
  const bury = openRecordsQueue(sqs, settings.recordsDeadLetters.url).put;
  const receivers = [...reconifyOf(settings), ...otlpOf(settings)];
  const isForgotten = forgottenIn(openTable(openDynamo(), places.tableName));
  return { shelf: shelfOf(places), isForgotten, receivers, rests: new Map(), put, hold, bury, now, log: logLine };
}

function reconifyOf({ reconify }: DeliverySettings): Receiver[] {
  if (!reconify) return [];
  const { endpoint } = reconify;
  return [{ name: 'reconify', post: (record, id) => postRecord(payloadOf(record, reconify), { endpoint, id, fetch }) }];
}

function otlpOf({ otel, otlp, stage }: DeliverySettings): Receiver[] {
  if (!otel || !otlp) return [];
  const resource = { 'service.name': 'claude-behind-chat', 'deployment.environment.name': stage.name };
  return [
    {
      name: 'otlp',
      post: async (record, id) => {
        // Of what others handed in too little is known.
        if (!record.call) return;
        const spans = spansOf({ ...record, call: record.call }, id, otel.content);
        await exportSpans(exportOf(spans, resource), { ...otlp, fetch });
      },
    },
  ];
}

/** Of what others hand in nobody knows whose it is. */
function forgottenIn(table: Table) {
  return async ({ session, user, saidAt }: CallRecord): Promise<boolean> =>
    saidAt !== undefined && isRecordGone(table, { session: session ?? '', user: String(user?.userId ?? ''), saidAt });
}

function shelfOf({ tableName }: { tableName: string }) {
  return openShelf(openDynamo(), tableName, now);
}
