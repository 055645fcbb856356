/** Stop 7. One request to the Chat API of the Botpress cloud: a time limit, one quick retry, and an answer never trusted. */
import { setTimeout as wait } from 'node:timers/promises';
import { Later, Undeliverable } from '../../errors.ts';
import { type Attempt, type Failed, judge, type Settled } from './outcome.ts';

export interface BotpressApiDeps {
  fetch: typeof fetch;
  /** Milliseconds. */
  now: () => number;
  /** Waits `ms` and throws when `signal` ends first. */
  sleep?: (ms: number, signal: AbortSignal) => Promise<unknown>;
  /** Per request, in ms. */
  timeoutMs?: number;
}

export interface BotpressRequest {
  method: 'GET' | 'POST';
  /** Unencoded segments below the webhook id. */
  path: readonly string[];
  query?: Readonly<Record<string, string>>;
  body?: unknown;
  /** The `x-user-key`: who is calling. */
  userKey: string;
  signal: AbortSignal;
  /**
   * For what must not be done twice. Asked before the retry whenever the first attempt may have been carried out although no
   * answer came; what it gives is taken for that answer.
   */
  findDone?: () => Promise<Settled | undefined>;
}

/** Gives what Botpress decided; throws `Later` for everything that an operator or time can mend. */
export type BotpressApi = (request: BotpressRequest) => Promise<Settled>;

/** Botpress waits for our own webhook before it answers; that and the rest takes well under a second. */
const requestTimeoutMs = 10_000;
/** A page of long messages stays under it. */
const maxResponseBytes = 4 * 1024 * 1024;
/** A pause this short is waited for here; a longer one belongs in the queue. */
const longestPauseMs = 5_000;

/** `apiUrl` holds the webhook id. */
export function botpressApi(apiUrl: string, deps: BotpressApiDeps): BotpressApi {
  const sleep = deps.sleep ?? ((ms: number, signal: AbortSignal) => wait(ms, undefined, { signal }));
  return async (request) => {
    const first = await attempt(apiUrl, deps, request);
    if (first.kind !== 'failed') return first;
    if (request.signal.aborted || first.pauseMs > longestPauseMs) throw toLater(first);
    try {
      await sleep(first.pauseMs, request.signal);
    } catch {
      throw toLater(first);
    }
    const done = first.mayBeDone ? await request.findDone?.() : undefined;
    if (done) return done;
    const second = await attempt(apiUrl, deps, request);
    if (second.kind === 'failed') throw toLater(second);
    return second;
  };
}

function toLater({ what, afterMs }: Failed): Later {
  return new Later(`botpress: ${what}`, { afterMs });
}

async function attempt(apiUrl: string, deps: BotpressApiDeps, request: BotpressRequest): Promise<Attempt> {
  const url = toUrl(apiUrl, request);
  try {
    const response = await deps.fetch(url, {
      method: request.method,
      headers: { 'x-user-key': request.userKey, 'content-type': 'application/json' },
      ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
      // A redirect would carry the key to somebody else.
      redirect: 'error',
      signal: AbortSignal.any([request.signal, AbortSignal.timeout(deps.timeoutMs ?? requestTimeoutMs)]),
    });
    return judge(response, await readBounded(response), deps.now());
  } catch (error) {
    if (error instanceof Later) throw error;
    const what = request.signal.aborted ? 'aborted' : 'no answer';
    return { kind: 'failed', what, pauseMs: 250, mayBeDone: true };
  }
}

function toUrl(apiUrl: string, { path, query }: BotpressRequest): string {
  const search = query ? `?${new URLSearchParams(query)}` : '';
  return `${apiUrl.replace(/\/+$/, '')}/${path.map(toSegment).join('/')}${search}`;
}

/** `.` and `..` would name another resource even when encoded. */
function toSegment(id: string): string {
  if (id === '' || id === '.' || id === '..' || !id.isWellFormed()) throw new Undeliverable('botpress: impossible id');
  return encodeURIComponent(id);
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
