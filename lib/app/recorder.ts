/** Root of the records' first half, for every door that asks Claude: a call of the model → a record that cannot get lost. */
import type { Settings } from '../config.ts';
import { type Log, labelsOf } from '../log.ts';
import { openRecordsQueue, openSqs } from '../queue.ts';
import { keepRecord } from '../records/envelope.ts';
import { type RecordedCall, recordOf } from '../records/record.ts';
import { openShelf } from '../store/records.ts';
import { openDynamo } from '../store/store.ts';

interface RecorderDeps {
  now(): number;
  newId(): string;
  log: Log;
}

/** The groups that say who gets records, and what is in them. */
export const RECORDS = ['reconify', 'otel'] as const;

/** To be awaited right after each call of the model, before its answer goes anywhere. Does nothing where nobody gets records. */
export function openRecorder(
  { reconify, otel }: Partial<Settings<(typeof RECORDS)[number]>>,
  { now, newId, log }: RecorderDeps,
): (call: RecordedCall) => Promise<void> {
  const places = reconify ?? otel;
  if (!places) return async () => {};
  const queue = openRecordsQueue(openSqs(), places.recordsQueueUrl);
  const shelf = openShelf(openDynamo(), places.tableName, now);
  const options = {
    sendUserDetails: reconify?.sendUserDetails ?? false,
    redactContacts: reconify ? reconify.redactContacts : otel?.content === 'redacted',
    hasFacts: otel !== undefined,
    hasContent: reconify !== undefined || otel?.content !== 'off',
  };
  return async (call) => {
    const id = newId();
    const park = async (log: string, bytes: Uint8Array) => {
      await shelf.noteParked(call.about, log);
      await shelf.park(log, bytes);
    };
    const isQueued = await keepRecord(
      { shelf: { park, strand: shelf.strand }, put: queue.put },
      id,
      recordOf(call, options),
      // Without its words it is a record for nobody else, should there be one by then.
      reconify ? undefined : 'otlp',
    );
    log(isQueued ? 'record-kept' : 'record-stranded', { ...labelsOf(call.about), log: id });
  };
}
