/** Room of attachments: fetches one allowed URL: checked addresses, checked redirects, bounded bytes and time. */
import { lookup as lookUp } from 'node:dns/promises';
import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import type { LookupFunction } from 'node:net';
import { isLoopback, isPublicAddress } from './addresses.ts';
import { type AdmittedUrl, admitUrl, type HostRule } from './hosts.ts';

export interface DownloadOptions {
  rules: readonly HostRule[];
  maxBytes: number;
  signal: AbortSignal;
  /** All addresses of a host; the system's resolver unless a test brings its own. */
  resolve?: Resolve | undefined;
}

export type Resolve = (host: string) => Promise<{ address: string; family: number }[]>;

/** Why there are no bytes. What the network said is not in it: it may tell of things inside. */
export type NoBytes = 'not allowed' | 'too large' | 'not available';

const MAX_REDIRECTS = 3;

/** Never throws. */
export async function download(link: string, options: DownloadOptions): Promise<Buffer | NoBytes> {
  let base: URL | undefined;
  let next = link;
  try {
    for (let hops = 0; hops <= MAX_REDIRECTS; hops++) {
      const admitted = admitUrl(next, options.rules, base);
      if (!admitted) return 'not allowed';
      const response = await request(admitted, options);
      const target = redirectOf(response);
      if (target === undefined) return await read(response, options.maxBytes);
      response.destroy();
      base = admitted.url;
      next = target;
    }
    return 'not available';
  } catch (error) {
    return error instanceof ForbiddenAddress ? 'not allowed' : 'not available';
  }
}

class ForbiddenAddress extends Error {
  override readonly name = 'ForbiddenAddress';
}

function request({ url, isLocal }: AdmittedUrl, { signal, resolve }: DownloadOptions): Promise<IncomingMessage> {
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

async function read(response: IncomingMessage, maxBytes: number): Promise<Buffer | NoBytes> {
  const { statusCode, headers } = response;
  const isPlain = (headers['content-encoding'] ?? 'identity') === 'identity';
  if (statusCode !== 200 || !isPlain) {
    response.destroy();
    return 'not available';
  }
  if (Number(headers['content-length'] ?? 0) > maxBytes) {
    response.destroy();
    return 'too large';
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response) {
    bytes += chunk.length;
    if (bytes > maxBytes) return 'too large'; // leaving the loop ends the connection
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
