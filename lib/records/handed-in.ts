/** The intake: what another service may hand in, from `unknown`, with complaints that name the field and never quote its value. */
import * as z from 'zod/mini';
import type { CallRecord } from './record.ts';

/** Milliseconds of September 2001 and later: a sender of seconds learns it here. */
const FIRST_MS = 1_000_000_000_000;

/** The complaint of a field that is of another kind than `wanted`, or not there. */
function say(wanted: string) {
  return { error: ({ input }: { input?: unknown }) => (input === undefined ? 'is missing' : `must be ${wanted}`) };
}

const text = z.string(say('text')).check(z.minLength(1, 'must not be empty'));
const ms = z
  .int(say('a whole number of milliseconds since 1970'))
  .check(z.gte(FIRST_MS, 'must be milliseconds since 1970, not seconds'));
const object = z.looseObject({}, say('an object'));
const type = z.enum(['chat', 'completion'], say('chat or completion'));
const alphanumeric = z.string(say('text')).check(z.regex(/^[A-Za-z0-9]{1,256}$/, 'must be letters and digits only'));

const user = z
  .looseObject(
    {
      userId: z.optional(text),
      isAuthenticated: z.optional(z.literal([0, 1], say('1 or 0'))),
      firstName: z.optional(z.string(say('text'))),
      lastName: z.optional(z.string(say('text'))),
      email: z.optional(text),
      phone: z.optional(z.string(say('text'))),
      gender: z.optional(z.string(say('text'))),
    },
    say('an object'),
  )
  .check(
    z.refine(({ userId, email }) => userId !== undefined || email !== undefined, {
      error: 'is missing; a user needs userId or email',
      path: ['userId'],
    }),
  );

const record = z
  .strictObject(
    {
      type: z.optional(type),
      format: z.optional(alphanumeric),
      version: z.optional(z.string(say('text')).check(z.regex(/^\d+\.\d+\.\d+$/, 'must look like 3.0.0'))),
      timestamps: z.optional(
        z.strictObject({ request: z.optional(ms), response: z.optional(ms) }, say('an object of request and response')),
      ),
      session: z.optional(alphanumeric),
      sessionTimeout: z.optional(
        z.number(say('a number of minutes')).check(z.positive('must be a number of minutes above 0')),
      ),
      user: z.optional(user),
      request: object,
      response: object,
    },
    say('an object'),
  )
  .check(
    z.refine(({ type = 'chat', request }) => type !== 'chat' || Array.isArray(request.messages), {
      error: 'must be an array of messages (for a prompt, set type to completion)',
      path: ['request', 'messages'],
    }),
    z.refine(({ type, request }) => type !== 'completion' || typeof request.prompt === 'string', {
      error: 'must be text when type is completion',
      path: ['request', 'prompt'],
    }),
  );

export interface Complaint {
  /** As in `[1].timestamps.request`; empty for the whole body. */
  field: string;
  problem: string;
}

/** A record as it came: Reconify takes the time of arrival for times that were not told, and that would be the queue's. */
export type HandedIn = Omit<CallRecord, 'timestamps'> & { timestamps?: { request?: number; response?: number } };

/** The records of a body, one or an array, or everything that is wrong with it. */
export function readHandedIn(body: unknown): { records: HandedIn[] } | { complaints: Complaint[] } {
  const isBatch = Array.isArray(body);
  const results = (isBatch ? body : [body]).map((item) => record.safeParse(item));
  const complaints = results.flatMap(({ error }, i) =>
    (error?.issues ?? []).flatMap((issue) => complaintsOf(issue, isBatch ? [i] : [])),
  );
  if (complaints.length > 0) return { complaints };
  return { records: results.flatMap(({ data }) => (data ? [toHandedIn(data)] : [])) };
}

/** With `receivedAt` (ms) for the times that were not told. */
export function timed({ timestamps = {}, ...record }: HandedIn, receivedAt: number): CallRecord {
  const { response, request = response ?? receivedAt } = timestamps;
  return { ...record, timestamps: { request, ...(response === undefined ? {} : { response }) } };
}

function complaintsOf(issue: z.core.$ZodIssue, before: PropertyKey[]): Complaint[] {
  if (issue.code !== 'unrecognized_keys') {
    return [{ field: nameOf([...before, ...issue.path]), problem: issue.message }];
  }
  return issue.keys.map((key) => ({ field: nameOf([...before, ...issue.path, key]), problem: 'is not a field' }));
}

function nameOf(path: PropertyKey[]): string {
  return path
    .map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`))
    .join('')
    .replace(/^\./, '');
}

/** Fields that were not there stay away. */
function toHandedIn({ type = 'chat', request, response, ...rest }: z.infer<typeof record>): HandedIn {
  const told = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
  return { type, ...told, request, response };
}
