/** The embedded stack: whose requests its open servers take. A page of somebody else must not reach them through a browser. */
import type { IncomingMessage } from 'node:http';

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

export interface Unwelcome {
  status: 403 | 415 | 421;
  error: string;
}

/** A `Host` header that names this machine, or one of `others`: somebody else's DNS may point here, too. */
export function isOurHost(host: string | undefined, others: readonly string[] = []): boolean {
  const url = URL.parse(`http://${host ?? ''}`);
  return url !== null && (LOOPBACK.has(url.hostname) || others.includes(url.host));
}

/** Why a request is not taken: another host's name, a foreign page, or what a foreign page may send without asking the browser first. */
export function unwelcome({ headers, method }: Pick<IncomingMessage, 'headers' | 'method'>): Unwelcome | undefined {
  if (!isOurHost(headers.host)) return { status: 421, error: 'ask for localhost' };
  const { origin } = headers;
  if (origin !== undefined && !LOOPBACK.has(URL.parse(origin)?.hostname ?? ''))
    return { status: 403, error: 'pages of other hosts are not answered' };
  const isPage = origin !== undefined || headers['sec-fetch-site'] !== undefined;
  if (isPage && changes(method) && !isJson(headers))
    return { status: 415, error: 'send JSON, with content-type: application/json' };
  return undefined;
}

/** Whether a request may change something. */
export function changes(method: string | undefined): boolean {
  return method !== 'GET' && method !== 'HEAD' && method !== 'OPTIONS';
}

/** A browser asks before a foreign page may send it. */
export function isJson(headers: IncomingMessage['headers']): boolean {
  return /^application\/json\b/i.test(headers['content-type'] ?? '');
}
