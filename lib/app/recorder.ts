/** Root of the interaction log's first half, for every door that asks Claude: a call of the model → a record that cannot get lost. */
import type { ReconifySettings } from '../config.ts';
import { type Log, labelsOf } from '../log.ts';
import { openLogsQueue, openSqs } from '../queue.ts';
import { keep } from '../records/envelope.ts';
import { type RecordedCall, recordOf } from '../records/record.ts';
import { openShelf } from '../store/logs.ts';
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
  const queue = openLogsQueue(openSqs(), settings.logsQueueUrl);
  const shelf = openShelf(openDynamo(), settings.tableName, now);
  return async (call) => {
    const id = newId();
    const park = async (log: string, bytes: Uint8Array) => {
      await shelf.noteParked(call.about, log);
      await shelf.park(log, bytes);
    };
    const isQueued = await keep(
      { shelf: { park, strand: shelf.strand }, put: queue.put },
      id,
      recordOf(call, settings),
    );
    log(isQueued ? 'log-kept' : 'log-stranded', { ...labelsOf(call.about), log: id });
  };
}
