/** Stop 8. A record on its way through the records queue: written out, or a note that it is parked in the table; to all, or to one. */
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import * as z from 'zod/mini';
import type { CallRecord } from './record.ts';
import { withoutFiles } from './redact.ts';
import type { Shelf } from './shelf.ts';

/** Who gets records. */
export type ReceiverName = 'reconify' | 'otlp';

export interface KeepDeps {
  shelf: Pick<Shelf, 'park' | 'strand'>;
  put(body: string): Promise<void>;
}

/** SQS takes 1,048,576 bytes, and counts a few more than the body. */
const MAX_BODY_BYTES = 1_000_000;

/**
 * Resolves when the record is safe: on the queue, or (told by `false`) in the table alone, because the queue did not take it. `id` is
 * the log id, by which a repeat is recognised; with `to` it is for that receiver alone. Throws when neither took it.
 */
export async function keepRecord(
  { shelf, put }: KeepDeps,
  id: string,
  record: CallRecord,
  to?: ReceiverName,
): Promise<boolean> {
  const whole = written({ id, record }, to);
  const isWhole = sizeOf(whole) <= MAX_BODY_BYTES;
  const fitting = isWhole ? record : withoutFiles(record);
  const body = isWhole ? whole : written({ id, record: fitting }, to);
  const isParked = sizeOf(body) > MAX_BODY_BYTES;
  if (isParked) await shelf.park(id, await packed(fitting));
  try {
    await put(isParked ? written({ id, parked: true }, to) : body);
    return true;
  } catch {
    if (!isParked) await shelf.park(id, await packed(fitting));
    await shelf.strand(id);
    return false;
  }
}

/** What travels in place of a record that is too large for the queue: where the table has it. */
export function parkedNote(id: string): string {
  return written({ id, parked: true });
}

/** As it travels; with `to` for that receiver alone. */
export function written(envelope: RecordEnvelope, to?: ReceiverName): string {
  return JSON.stringify({ v: 1, ...envelope, ...(to === undefined ? {} : { to }) });
}

function sizeOf(body: string): number {
  return Buffer.byteLength(body);
}

async function packed(record: CallRecord): Promise<Uint8Array> {
  return promisify(gzip)(JSON.stringify(record));
}

/** Our own writing: only as much is checked as tells it from something else. */
const recordShape = z.looseObject({
  type: z.enum(['chat', 'completion']),
  timestamps: z.looseObject({ request: z.number() }),
  request: z.looseObject({}),
  response: z.looseObject({}),
});
const head = { v: z.literal(1), id: z.string(), to: z.optional(z.enum(['reconify', 'otlp'])) };
const envelopeShape = z.union([
  z.object({ ...head, record: recordShape }),
  z.object({ ...head, parked: z.literal(true) }),
]);

/** Without `to` it is for everybody who gets records. */
export type RecordEnvelope = { id: string; to?: ReceiverName } & ({ record: CallRecord } | { parked: true });

/** `undefined` for what is not ours. */
export function readEnvelope(body: string): RecordEnvelope | undefined {
  const { data } = envelopeShape.safeParse(jsonOf(body));
  if (!data) return undefined;
  const { id, to } = data;
  const what = 'parked' in data ? { parked: data.parked } : { record: data.record as unknown as CallRecord };
  return { id, ...(to === undefined ? {} : { to }), ...what };
}

/** `undefined` for what is not ours. */
export async function unpacked(bytes: Uint8Array): Promise<CallRecord | undefined> {
  const text = await promisify(gunzip)(bytes).catch(() => Buffer.alloc(0));
  return recordShape.safeParse(jsonOf(text.toString())).data as unknown as CallRecord | undefined;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
