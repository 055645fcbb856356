/** Root of ratings, for every door that takes them: who is told of one, and where it is recorded. */
import { randomUUID } from 'node:crypto';
import type { Settings } from '../config.ts';
import { logLine } from '../log.ts';
import { openRecordsQueue, openSqs } from '../queue.ts';
import { keepRecord } from '../records/envelope.ts';
import { ratingRecordOf } from '../records/record.ts';
import { openShelf } from '../store/records.ts';
import { openDynamo, type Store } from '../store/store.ts';
import { openRate, type Rate, type RateDeps } from '../turn/rate.ts';
import { outboxOf } from './outbox.ts';

const now = Date.now;

/** The settings groups it needs. */
export const RATING = ['events', 'otel'] as const;

/** Keeps ratings in that store. */
export function rateIn(store: Store, { events, otel }: Settings<(typeof RATING)[number]>): Rate {
  return openRate({ store, tell: outboxOf(events), record: recorderOf(otel), now, log: logLine });
}

/** Reconify knows no ratings: they are spans, where spans are wanted. */
function recorderOf(otel: Settings<'otel'>['otel']): RateDeps['record'] {
  if (!otel) return async () => {};
  const { put } = openRecordsQueue(openSqs(), otel.recordsQueueUrl);
  const shelf = openShelf(openDynamo(), otel.tableName, now);
  return async (rated) => {
    await keepRecord({ shelf, put }, randomUUID(), ratingRecordOf(rated, otel.content), 'otlp');
  };
}
