/** Stop 7. One request to the TalkJS REST API: a token of its own, a time limit, one quick retry, and an answer never trusted. */
import { setTimeout as wait } from 'node:timers/promises';
import { SignJWT } from 'jose';
import * as z from 'zod/mini';
import { Later, Undeliverable } from '../../errors.ts';

export interface TalkjsApiSettings {
  appId: string;
  secretKey: string;
  /** Without the `/v1`: `https://api.talkjs.com`. */
  apiUrl: string;
}

export interface TalkjsApiDeps {
  fetch: typeof fetch;
  /** Milliseconds. */
  now: () => number;
  /** Waits `ms` and throws when `signal` ends first. */
  sleep?: (ms: number, signal: AbortSignal) => Promise<unknown>;
  /** For one request, in ms. */
  timeoutMs?: number;
}

/** A 4xx that asking again will not change. */
export interface Refusal {
  ok: false;
  status: number;
  errorCode: string;
  reasons: string[];
  /** Everything TalkJS itself says is JSON; what a proxy in between or a wrong URL says often is not. */
  isJson: boolean;
}

export type Answer = { ok: true; body: unknown } | Refusal;

export interface TalkjsRequest {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Unencoded segments below `/v1/{appId}`. */
  path: readonly string[];
  query?: Readonly<Record<string, string>>;
  body?: unknown;
  signal: AbortSignal;
}

/** Sends one request. Gives what TalkJS decided (2xx or 4xx); throws `Later` for 401-403, 429, 5xx, no network, or no answer. */
export type TalkjsApi = (request: TalkjsRequest) => Promise<Answer>;

/** A token is made for one request; 30 s is what the TalkJS documentation uses. */
const tokenSeconds = 30;
/** TalkJS users report seconds, not milliseconds; after 10 s nothing comes any more. */
const requestTimeoutMs = 10_000;
/** A page of 100 long messages stays under it. */
const maxResponseBytes = 2 * 1024 * 1024;
/** A pause this short is waited for here; a longer one belongs in the queue. */
const longestPauseMs = 5_000;
const pauseAfter429Ms = 1_000;
const pauseAfterFailureMs = 250;

const errorShape = z.object({ errorCode: z.optional(z.unknown()), reasons: z.optional(z.unknown()) });

/** A token that speaks for the whole app, as the REST introduction describes it; `nowMs` in milliseconds. */
export function signAppToken(settings: { appId: string; secretKey: string }, nowMs: number): Promise<string> {
  return new SignJWT({ tokenType: 'app', iss: settings.appId, exp: Math.floor(nowMs / 1000) + tokenSeconds })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .sign(new TextEncoder().encode(settings.secretKey));
}

export function talkjsApi(settings: TalkjsApiSettings, deps: TalkjsApiDeps): TalkjsApi {
  const sleep = deps.sleep ?? ((ms: number, signal: AbortSignal) => wait(ms, undefined, { signal }));
  return async (request) => {
    const first = await attempt(settings, deps, request);
    if (!('retry' in first)) return first;
    const { pauseMs } = first.retry;
    if (request.signal.aborted || pauseMs > longestPauseMs) throw toLater(first);
    try {
      await sleep(pauseMs, request.signal);
    } catch (cause) {
      throw toLater(first, cause);
    }
    const second = await attempt(settings, deps, request);
    if ('retry' in second) throw toLater(second);
    return second;
  };
}

interface Unsettled {
  retry: { pauseMs: number; what: string; afterMs?: number | undefined };
}

function toLater({ retry }: Unsettled, cause?: unknown): Later {
  return new Later(`talkjs: ${retry.what}`, { afterMs: retry.afterMs, ...(cause ? { cause } : {}) });
}

async function attempt(
  settings: TalkjsApiSettings,
  deps: TalkjsApiDeps,
  request: TalkjsRequest,
): Promise<Answer | Unsettled> {
  const url = toUrl(settings, request);
  const token = await signAppToken(settings, deps.now());
  let response: Response;
  let text: string;
  try {
    response = await deps.fetch(url, {
      method: request.method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
      // A redirect would carry the token to somebody else.
      redirect: 'error',
      signal: AbortSignal.any([request.signal, AbortSignal.timeout(deps.timeoutMs ?? requestTimeoutMs)]),
    });
    text = await readBounded(response);
  } catch {
    return { retry: { pauseMs: pauseAfterFailureMs, what: request.signal.aborted ? 'aborted' : 'no answer' } };
  }
  return judge(response, text, deps.now());
}

function judge(response: Response, text: string, now: number): Answer | Unsettled {
  const body = parseJson(text);
  if (response.ok) return { ok: true, body };
  const { status } = response;
  const error = errorShape.safeParse(body);
  const errorCode = error.success ? toCode(error.data.errorCode) : '';
  const what = errorCode ? `${status} ${errorCode}` : `${status}`;
  if (status === 429) {
    const afterMs = retryAfterMs(response.headers.get('retry-after'), now);
    return { retry: { pauseMs: afterMs ?? pauseAfter429Ms, what, afterMs } };
  }
  if (status >= 500 || status === 408) {
    const afterMs = retryAfterMs(response.headers.get('retry-after'), now);
    return { retry: { pauseMs: afterMs ?? pauseAfterFailureMs, what, afterMs } };
  }
  // A wrong key or an unpaid bill is mended by an operator; until then no message may be lost.
  const isOurFault = status === 401 || status === 402 || (status === 403 && !errorCode.includes('PARTICIPANT'));
  if (isOurFault) throw new Later(`talkjs: ${what}`);
  const reasons = error.success && Array.isArray(error.data.reasons) ? error.data.reasons : [];
  return {
    ok: false,
    status,
    errorCode,
    reasons: reasons.filter((reason) => typeof reason === 'string'),
    isJson: error.success,
  };
}

function toUrl({ apiUrl, appId }: TalkjsApiSettings, { path, query }: TalkjsRequest): string {
  const segments = ['v1', appId, ...path].map(toSegment).join('/');
  const search = query ? `?${new URLSearchParams(query)}` : '';
  return `${apiUrl.replace(/\/+$/, '')}/${segments}${search}`;
}

/** `.` and `..` would name another resource even when encoded, and a lone surrogate has no encoding. */
function toSegment(id: string): string {
  const isSound = id !== '' && id !== '.' && id !== '..' && Buffer.from(id, 'utf8').toString('utf8') === id;
  if (!isSound) throw new Undeliverable('talkjs: impossible id');
  return encodeURIComponent(id);
}

/** Only what looks like a code may reach an error message: the rest of an answer may quote a user. */
function toCode(errorCode: unknown): string {
  return typeof errorCode === 'string' && /^\w{1,64}$/.test(errorCode) ? errorCode : '';
}

function retryAfterMs(header: string | null, now: number): number | undefined {
  if (header === null) return undefined;
  const ms = /^\d{1,6}$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - now;
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined;
}

async function readBounded(response: Response): Promise<string> {
  if (response.body === null) return '';
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body) {
    bytes += chunk.byteLength;
    if (bytes > maxResponseBytes) throw new RangeError('answer too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
