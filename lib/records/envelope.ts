/** Stop 8. A record on its way through the records queue: written out, or a note that it is parked in the table. */
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import * as z from 'zod/mini';
import type { CallRecord } from './record.ts';
import { withoutFiles } from './redact.ts';
import type { Shelf } from './shelf.ts';

export interface KeepDeps {
  shelf: Pick<Shelf, 'park' | 'strand'>;
  put(body: string): Promise<void>;
}

/** SQS takes 1,048,576 bytes, and counts a few more than the body. */
const MAX_BODY_BYTES = 1_000_000;

/**
 * Resolves when the record is safe: on the queue, or (told by `false`) in the table alone, because the queue did not take it. `id` is
 * the log id, by which a repeat is recognised. Throws when neither took it.
 */
export async function keepRecord({ shelf, put }: KeepDeps, id: string, record: CallRecord): Promise<boolean> {
  const fitting = sizeOf(written(id, record)) > MAX_BODY_BYTES ? withoutFiles(record) : record;
  const body = written(id, fitting);
  const isParked = sizeOf(body) > MAX_BODY_BYTES;
  if (isParked) await shelf.park(id, await packed(fitting));
  try {
    await put(isParked ? parkedNote(id) : body);
    return true;
  } catch {
    if (!isParked) await shelf.park(id, await packed(fitting));
    await shelf.strand(id);
    return false;
  }
}

/** What travels in place of a record that is too large for the queue: where the table has it. */
export function parkedNote(id: string): string {
  return JSON.stringify({ v: 1, id, parked: true });
}

function written(id: string, record: CallRecord): string {
  return JSON.stringify({ v: 1, id, record });
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
const envelopeShape = z.union([
  z.object({ v: z.literal(1), id: z.string(), record: recordShape }),
  z.object({ v: z.literal(1), id: z.string(), parked: z.literal(true) }),
]);

export type RecordEnvelope = { id: string; record: CallRecord } | { id: string; parked: true };

/** `undefined` for what is not ours. */
export function readEnvelope(body: string): RecordEnvelope | undefined {
  const { data } = envelopeShape.safeParse(jsonOf(body));
  return data && ('parked' in data ? data : { id: data.id, record: data.record as unknown as CallRecord });
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
