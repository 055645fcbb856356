/** Stop 7, for every platform: one request with a time limit, a bound for its answer, no redirects, and one quick retry. */
import { setTimeout as wait } from 'node:timers/promises';
import { Later, Undeliverable, unreached } from '../../errors.ts';
import { retryAfterMs } from './retry-after.ts';

export interface HttpDeps {
  fetch: typeof fetch;
  /** Milliseconds. */
  now: () => number;
  /** Waits `ms` and throws when `signal` ends first. */
  sleep?: (ms: number, signal: AbortSignal) => Promise<unknown>;
  /** For one request, in ms. */
  timeoutMs?: number;
}

export interface HttpRequest {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Unencoded segments below the API's URL. */
  path: readonly string[];
  query?: Readonly<Record<string, string>>;
  body?: unknown;
  /** Asked for each attempt, so that a token is never older than its request. */
  headers(): Promise<Record<string, string>> | Record<string, string>;
  signal: AbortSignal;
  /**
   * For what must not be done twice where the API knows no idempotency key. Asked before the retry whenever the first attempt may
   * have been carried out although no answer came; what it gives is taken for that answer.
   */
  findDone?: () => Promise<Answer | undefined>;
}

export type Answer = { ok: true; body: unknown } | Refusal;

/** Something that asking again at once will not change. */
export interface Refusal {
  ok: false;
  status: number;
  /** The API's own name for it, if it gives one: word characters only. */
  code: string;
  /** `undefined` for what is no JSON: a proxy in between, or a wrong URL. */
  body: unknown;
}

export interface HttpOptions {
  /** Of the platform; begins every reason in the log. */
  name: string;
  apiUrl: string;
  /** Bytes of an answer. */
  maxBytes?: number;
  /** What an API says in a body of its own about an error; by default the status counts, and has no name. */
  problemIn?(status: number, body: unknown): { status: number; code: string } | undefined;
}

/** Gives what the API decided; throws `Later` for 429, 408, 5xx, no network, no answer, and `Undeliverable` for an impossible id. */
export type Http = (request: HttpRequest) => Promise<Answer>;

/** An API that keeps us waiting longer (ms) will not answer at all. */
const requestTimeoutMs = 10_000;
const defaultMaxBytes = 2 * 1024 * 1024;
/** A pause this short (ms) is waited for here; a longer one belongs in the queue. */
const longestPauseMs = 5_000;
const pauseAfter429Ms = 1_000;
const pauseAfterFailureMs = 250;
/** So far (ms) apart two clocks may be before tokens are refused for it; `date` counts whole seconds. */
const tolerableSkewMs = 20_000;

interface Unsettled {
  what: string;
  pauseMs: number;
  /** As the server asked for it. */
  afterMs?: number | undefined;
  mayBeDone: boolean;
}

/** Sends requests of one platform: a deadline, one quick retry, no redirect, an answer of bounded size. Throws `Later` for what time can mend. */
export function openHttp(options: HttpOptions, deps: HttpDeps): Http {
  const sleep = deps.sleep ?? ((ms: number, signal: AbortSignal) => wait(ms, undefined, { signal }));
  const toLater = ({ what, afterMs }: Unsettled) => new Later(`${options.name}: ${what}`, { afterMs });
  return async (request) => {
    const first = await attempt(options, deps, request);
    if ('ok' in first) return first;
    if (request.signal.aborted || first.pauseMs > longestPauseMs) throw toLater(first);
    try {
      await sleep(first.pauseMs, request.signal);
    } catch {
      throw toLater(first);
    }
    const done = first.mayBeDone ? await request.findDone?.() : undefined;
    if (done) return done;
    const second = await attempt(options, deps, request);
    if ('ok' in second) return second;
    throw toLater(second);
  };
}

/** For a refusal that a platform knows nothing better about: gone is gone, the rest an operator or time can mend. */
export function refused(name: string, { status, code }: Refusal): Later | Undeliverable {
  const what = `${name}: ${code ? `${status} ${code}` : status}`;
  return status === 404 || status === 410 ? new Undeliverable(what) : new Later(what);
}

async function attempt(options: HttpOptions, deps: HttpDeps, request: HttpRequest): Promise<Answer | Unsettled> {
  const { method, body } = request;
  const url = toUrl(options, request);
  const headers = { 'content-type': 'application/json', ...(await request.headers()) };
  let response: Response;
  let text: string;
  try {
    response = await deps.fetch(url, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      // A redirect would carry the key to somebody else.
      redirect: 'error',
      signal: AbortSignal.any([request.signal, AbortSignal.timeout(deps.timeoutMs ?? requestTimeoutMs)]),
    });
    text = await readBounded(response, options.maxBytes);
  } catch (error) {
    const what = request.signal.aborted ? 'aborted' : unreached(options.apiUrl, error);
    return { what, pauseMs: pauseAfterFailureMs, mayBeDone: true };
  }
  return judge(options, response, parseJson(text), deps.now());
}

function judge({ name, problemIn }: HttpOptions, response: Response, body: unknown, now: number): Answer | Unsettled {
  const { ok, headers } = response;
  const problem = problemIn?.(response.status, body) ?? (ok ? undefined : { status: response.status, code: '' });
  if (!problem) return { ok: true, body };
  const { status, code } = problem;
  const what = code ? `${status} ${code}` : `${status}`;
  if (status === 401) throwIfClocksDiffer(`${name}: ${what}`, headers, now);
  const mayBeDone = status >= 500 || status === 408;
  if (!mayBeDone && status !== 429) return { ok: false, status, code, body };
  const afterMs = retryAfterMs(headers, now);
  return { what, pauseMs: afterMs ?? (status === 429 ? pauseAfter429Ms : pauseAfterFailureMs), afterMs, mayBeDone };
}

/** A token that is over on arrival looks like a wrong key; only the clocks tell one from the other. */
function throwIfClocksDiffer(what: string, headers: Headers, now: number): void {
  const skewMs = Date.parse(headers.get('date') ?? '') - now;
  if (Math.abs(skewMs) > tolerableSkewMs)
    throw new Later(
      `${what}, and our clock is ${Math.round(Math.abs(skewMs) / 1000)} s ${skewMs > 0 ? 'behind' : 'ahead'}`,
    );
}

function toUrl({ name, apiUrl }: HttpOptions, { path, query }: HttpRequest): string {
  const segments = path.map((id) => toSegment(name, id)).join('/');
  const search = query ? `?${new URLSearchParams(query)}` : '';
  return `${apiUrl.replace(/\/+$/, '')}/${segments}${search}`;
}

/** `.` and `..` would name another resource even when encoded, and a lone surrogate has no encoding. */
function toSegment(name: string, id: string): string {
  if (id === '' || id === '.' || id === '..' || !id.isWellFormed()) throw new Undeliverable(`${name}: impossible id`);
  return encodeURIComponent(id);
}

/** The body of an answer as text; throws a RangeError for what is longer, and reads no further. */
export async function readBounded(response: Response, maxBytes = defaultMaxBytes): Promise<string> {
  if (response.body === null) return '';
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) throw new RangeError('answer too large');
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
