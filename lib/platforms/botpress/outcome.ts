/** Stop 7. What an answer of the Chat API means for us. */
import * as z from 'zod/mini';
import { Later } from '../../errors.ts';

export type Settled<T = unknown> = Done<T> | Refused;
export type Attempt = Settled | Failed;

export interface Done<T> {
  kind: 'done';
  body: T;
}

/** Botpress decided, and will decide the same next time. */
export interface Refused {
  kind: 'refused';
  /** One of Botpress' error types, such as `Forbidden`. */
  type: string;
}

/** Worth another attempt. */
export interface Failed {
  kind: 'failed';
  what: string;
  /** Before a quick retry. */
  pauseMs: number;
  /** As the server asked for it. */
  afterMs?: number | undefined;
  /** Whether it may have been carried out all the same. */
  mayBeDone: boolean;
}

/** An error of the API itself has all four keys; anything less is a wrong URL or something in between. */
const errorShape = z.object({
  id: z.string(),
  code: z.number().check(z.gte(400), z.lt(600)),
  type: z.string().check(z.regex(/^\w{1,64}$/)),
  message: z.string(),
});

/** What is about the request itself. Everything else (keys, bills, quotas, locks) somebody can mend. */
const finalTypes = new Set([
  'InvalidPayload',
  'InvalidJsonSchema',
  'InvalidDataFormat',
  'InvalidIdentifier',
  'InvalidQuery',
  'ReferenceNotFound',
  'Forbidden',
  'ResourceNotFound',
  'ResourceGone',
  'PayloadTooLarge',
  'LimitExceeded',
]);

const pauseAfter429Ms = 1_000;
const pauseAfterFailureMs = 250;

/** Throws `Later` where a quick retry would change nothing. `now` in ms. */
export function judge(response: Response, text: string, now: number): Attempt {
  const body = parseJson(text);
  const error = errorShape.safeParse(body);
  // An error may come with status 200, says the documentation: what the body says, counts.
  if (response.ok && !error.success) return { kind: 'done', body };
  const status = error.success ? error.data.code : response.status;
  const type = error.success ? error.data.type : 'no API error';
  const what = `${status} ${type}`;
  const afterMs = retryAfterMs(response.headers.get('retry-after'), now);
  if (status === 429) return { kind: 'failed', what, pauseMs: afterMs ?? pauseAfter429Ms, afterMs, mayBeDone: false };
  if (status >= 500 || status === 408)
    return { kind: 'failed', what, pauseMs: afterMs ?? pauseAfterFailureMs, afterMs, mayBeDone: true };
  if (finalTypes.has(type)) return { kind: 'refused', type };
  throw new Later(`botpress: ${what}`);
}

function retryAfterMs(header: string | null, now: number): number | undefined {
  if (header === null) return undefined;
  const ms = /^\d{1,6}$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - now;
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
