/** The intake, POST /reconify: records of other services, authorised, checked, and on the records queue before the answer goes out. */
import { createHash } from 'node:crypto';
import { causeOf, Rejected } from '../errors.ts';
import { errorName, type Log } from '../log.ts';
import { readJsonBody } from '../platforms/kit/json-body.ts';
import { digestOf, isSecret } from '../platforms/kit/signature.ts';
import type { WebhookRequest } from '../types.ts';
import { readHandedIn, timed } from './handed-in.ts';
import type { CallRecord } from './record.ts';

export interface IntakeDeps {
  keys: readonly string[];
  /** Resolves when the record is safe. */
  keep(id: string, record: CallRecord): Promise<unknown>;
  /** Ties an idempotency key to a request; the time (ms) of its first use, or `undefined` when it was another request's. */
  reserve(key: string, fingerprint: string): Promise<number | undefined>;
  now(): number;
  newId(): string;
  log: Log;
}

export interface IntakeAnswer {
  status: number;
  body: object;
}

const MAX_BODY_BYTES = 1024 * 1024;
const MAX_RECORDS = 25;

/** 202 only when every record is safe; 503 asks for the same request again. */
export async function intake(deps: IntakeDeps, { headers, body }: WebhookRequest): Promise<IntakeAnswer> {
  const { log } = deps;
  try {
    const owner = ownerOf(headers.authorization, deps.keys);
    if (body.byteLength > MAX_BODY_BYTES) throw new Rejected(413, 'body over 1 MB');
    const parsed = parse(body);
    const read = readHandedIn(parsed);
    if ('complaints' in read) {
      log('intake-rejected', { status: 400 });
      const error = read.complaints.map(({ field, problem }) => `${field || 'the body'} ${problem}`).join('; ');
      return { status: 400, body: { error, fields: read.complaints.map(({ field }) => field) } };
    }
    const { id, at } = await identify(deps, owner, headers['idempotency-key'], parsed);
    const logIds = Array.isArray(parsed) ? read.records.map((_, i) => `${id}-${i}`) : [id];
    await Promise.all(read.records.map((record, i) => deps.keep(logIds[i] ?? id, timed(record, at))));
    log('records-taken', { log: id, count: logIds.length });
    return { status: 202, body: Array.isArray(parsed) ? { logIds } : { logId: id } };
  } catch (error) {
    if (error instanceof Rejected) {
      log('intake-rejected', { status: error.status });
      return { status: error.status, body: { error: error.message } };
    }
    log('records-not-taken', { error: errorName(error), cause: causeOf(error) });
    return { status: 503, body: { error: 'not accepted, send it again' } };
  }
}

/** Who hands in: the hash of the key that fits. Every key is compared, in constant time; throws `Rejected` 401. */
function ownerOf(authorization: string | undefined, keys: readonly string[]): string {
  const [, given = ''] = /^Bearer +(\S+) *$/i.exec(authorization ?? '') ?? [];
  if (given === '' || !isSecret(given, keys.map(digestOf))) throw new Rejected(401, 'no valid key');
  return sha256(given);
}

function parse(body: Uint8Array): unknown {
  const parsed = readJsonBody(body);
  const count = Array.isArray(parsed) ? parsed.length : 1;
  if (count === 0 || count > MAX_RECORDS) throw new Rejected(400, `a batch must hold 1 to ${MAX_RECORDS} records`);
  return parsed;
}

/** The log id and the time of arrival: those of the first time for a request that comes again under its idempotency key. */
async function identify(deps: IntakeDeps, owner: string, key: string | undefined, parsed: unknown) {
  if (key === undefined) return { id: deps.newId(), at: deps.now() };
  if (!LEGAL_KEY.test(key)) throw new Rejected(400, 'idempotency-key must be 1 to 255 visible characters');
  const id = sha256(`${owner}\u0000${key}`).slice(0, 32);
  const at = await deps.reserve(id, sha256(JSON.stringify(parsed)));
  if (at === undefined) throw new Rejected(422, 'this idempotency-key was used for another request');
  return { id, at };
}

const LEGAL_KEY = /^[\x21-\x7e]{1,255}$/;

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
