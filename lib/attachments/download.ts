/** Room of attachments: opens one allowed URL, then reads it: checked addresses, checked redirects, bounded bytes and time. */
import { lookup as lookUp } from 'node:dns/promises';
import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import type { LookupFunction } from 'node:net';
import { isLoopback, isPublicAddress } from './addresses.ts';
import { type AdmittedUrl, admitUrl, type HostRule } from './hosts.ts';

export interface DownloadOptions {
  rules: readonly HostRule[];
  /** For the head, and again for the body. */
  timeoutMs: number;
  signal: AbortSignal;
  /** All addresses of a host; the system's resolver unless a test brings its own. */
  resolve?: Resolve | undefined;
}

export type Resolve = (host: string) => Promise<{ address: string; family: number }[]>;

/** Why there are no bytes. What the network said is not in it: it may tell of things inside. */
export type NoBytes = 'not allowed' | 'too large' | 'not available';

const MAX_REDIRECTS = 3;

/** A file whose head is there; its body waits until it is read or closed. */
export interface Download {
  /** As the head tells it. */
  bytes: number | undefined;
  /** Never throws. */
  read(maxBytes: number): Promise<Buffer | NoBytes>;
  close(): void;
}

/** Never throws. */
export async function open(link: string, options: DownloadOptions): Promise<Download | NoBytes> {
  const { rules, timeoutMs, resolve } = options;
  const clock = new AbortController();
  const timer = setTimeout(() => clock.abort(), timeoutMs);
  const signal = AbortSignal.any([options.signal, clock.signal]);
  let base: URL | undefined;
  let next = link;
  try {
    for (let hops = 0; hops <= MAX_REDIRECTS; hops++) {
      const admitted = admitUrl(next, rules, base);
      if (!admitted) return 'not allowed';
      const response = await request(admitted, signal, resolve);
      const target = redirectOf(response);
      if (target === undefined) return opened(response, () => setTimeout(() => clock.abort(), timeoutMs));
      response.destroy();
      base = admitted.url;
      next = target;
    }
    return 'not available';
  } catch (error) {
    return error instanceof ForbiddenAddress ? 'not allowed' : 'not available';
  } finally {
    clearTimeout(timer);
  }
}

class ForbiddenAddress extends Error {
  override readonly name = 'ForbiddenAddress';
}

function request(
  { url, isLocal }: AdmittedUrl,
  signal: AbortSignal,
  resolve: Resolve | undefined,
): Promise<IncomingMessage> {
  const { request: send, Agent } = isLocal ? http : https;
  return new Promise((answered, failed) => {
    send(url, {
      // Of its own, so that no connection of an earlier request, to an address that was looked up then, is taken again.
      agent: new Agent({ keepAlive: false }),
      lookup: checkedLookup(isLocal ? isLoopback : isPublicAddress, resolve),
      headers: { accept: 'image/*, application/pdf', 'accept-encoding': 'identity' },
      signal,
    })
      .once('response', answered)
      .once('error', failed)
      .end();
  });
}

/** Looks a host up once; what was checked is what is connected to. One bad address among good ones spoils all. */
function checkedLookup(isAllowed: (address: string) => boolean, resolve: Resolve = systemResolve): LookupFunction {
  return (host, { all }, done) => {
    resolve(host).then(
      (addresses) => {
        const [first] = addresses;
        if (!first || !addresses.every(({ address }) => isAllowed(address))) done(new ForbiddenAddress(), '', 0);
        else if (all) done(null, addresses);
        else done(null, first.address, first.family);
      },
      (error: NodeJS.ErrnoException) => done(error, '', 0),
    );
  };
}

function systemResolve(host: string): ReturnType<Resolve> {
  return lookUp(host, { all: true });
}

function redirectOf({ statusCode = 0, headers }: IncomingMessage): string | undefined {
  return statusCode >= 300 && statusCode < 400 ? headers.location : undefined;
}

function opened(response: IncomingMessage, startClock: () => NodeJS.Timeout): Download | NoBytes {
  const { statusCode, headers } = response;
  const isPlain = (headers['content-encoding'] ?? 'identity') === 'identity';
  const length = Number(headers['content-length'] ?? Number.NaN);
  // Whatever becomes of it while it waits is found when it is read.
  response.on('error', () => {});
  if (statusCode !== 200 || !isPlain) {
    response.destroy();
    return 'not available';
  }
  return {
    bytes: Number.isSafeInteger(length) && length >= 0 ? length : undefined,
    close: () => void response.destroy(),
    async read(maxBytes) {
      const timer = startClock();
      try {
        return await bytesOf(response, maxBytes, length);
      } catch {
        return 'not available';
      } finally {
        clearTimeout(timer);
      }
    },
  };
}

/** Where the length is told, into its one place in the memory. */
async function bytesOf(response: IncomingMessage, maxBytes: number, length: number): Promise<Buffer | NoBytes> {
  if (length > maxBytes) {
    response.destroy();
    return 'too large';
  }
  const whole = Number.isSafeInteger(length) && length >= 0 ? Buffer.allocUnsafe(length) : undefined;
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response) {
    if (bytes + chunk.length > (whole?.length ?? maxBytes)) return 'too large'; // leaving the loop ends the connection
    if (whole) chunk.copy(whole, bytes);
    else chunks.push(chunk);
    bytes += chunk.length;
  }
  return whole?.subarray(0, bytes) ?? Buffer.concat(chunks);
}
