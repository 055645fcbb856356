/** Root of the interaction log's first half, for every door that asks Claude: a call of the model → a record that cannot get lost. */
import type { ReconifySettings } from '../config.ts';
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

/** To be awaited right after each call of the model, before its answer goes anywhere. Does nothing where Reconify is off. */
export function openRecorder(
  settings: ReconifySettings | undefined,
  { now, newId, log }: RecorderDeps,
): (call: RecordedCall) => Promise<void> {
  if (!settings) return async () => {};
  const queue = openRecordsQueue(openSqs(), settings.recordsQueueUrl);
  const shelf = openShelf(openDynamo(), settings.tableName, now);
  return async (call) => {
    const id = newId();
    const park = async (log: string, bytes: Uint8Array) => {
      await shelf.noteParked(call.about, log);
      await shelf.park(log, bytes);
    };
    const isQueued = await keepRecord(
      { shelf: { park, strand: shelf.strand }, put: queue.put },
      id,
      recordOf(call, settings),
    );
    log(isQueued ? 'record-kept' : 'record-stranded', { ...labelsOf(call.about), log: id });
  };
}
