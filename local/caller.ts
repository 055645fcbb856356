/** The embedded stack: whose requests its open servers take. A page of somebody else must not reach them through a browser. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { IncomingMessage } from 'node:http';

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

export interface Unwelcome {
  status: 403 | 415 | 421;
  error: string;
}

type Request = Pick<IncomingMessage, 'headers' | 'method'>;

/** Why a request is not from this machine: another host's name (somebody else's DNS may point here, too), or a page that is neither ours nor one of `origins`. */
export function foreign({ headers }: Pick<Request, 'headers'>, origins: readonly string[] = []): Unwelcome | undefined {
  const { host, origin } = headers;
  const others = origins.map((one) => URL.parse(one)?.host);
  const asked = URL.parse(`http://${host ?? ''}`);
  if (asked === null || !(LOOPBACK.has(asked.hostname) || others.includes(asked.host)))
    return { status: 421, error: 'ask for localhost' };
  if (origin !== undefined && !LOOPBACK.has(URL.parse(origin)?.hostname ?? '') && !origins.includes(origin))
    return { status: 403, error: 'pages of other hosts are not answered' };
  return undefined;
}

/** Why a request is not taken: it is foreign, or what a foreign page may send without asking the browser first. */
export function unwelcome(request: Request): Unwelcome | undefined {
  const { headers, method } = request;
  const isPage = headers.origin !== undefined || headers['sec-fetch-site'] !== undefined;
  const refused = foreign(request);
  if (refused === undefined && isPage && changes(method) && !isJson(headers))
    return { status: 415, error: 'send JSON, with content-type: application/json' };
  return refused;
}

/** Whether a request may change something. */
export function changes(method: string | undefined): boolean {
  return method !== 'GET' && method !== 'HEAD' && method !== 'OPTIONS';
}

/** A browser asks before a foreign page may send it. */
export function isJson(headers: IncomingMessage['headers']): boolean {
  return /^application\/json\b/i.test(headers['content-type'] ?? '');
}

/** Node says so before the server hears of a request. */
const STARTED = 'http.server.request.start';

/**
 * Guards servers of this process that are not ours to change, by their ports: the emulators, and whatever invokes a function by its name.
 * What is unwelcome reaches them without its path, body and headers, and finds nothing. Gives what ends that.
 */
export function guardPorts(ports: readonly number[]): () => void {
  const guarded = new Set(ports);
  const guard = (told: unknown) => {
    const request = typeof told === 'object' && told !== null && 'request' in told ? told.request : undefined;
    if (!(request instanceof IncomingMessage) || !guarded.has(request.socket.localPort ?? 0)) return;
    if (unwelcome(request)) Object.assign(request, { method: 'GET', url: '/', headers: { host: 'localhost' } });
  };
  subscribe(STARTED, guard);
  return () => unsubscribe(STARTED, guard);
}
