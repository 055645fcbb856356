/** The embedded stack: the stream that a streaming function writes to, with the habits of Lambda's own. */
import type { ServerResponse } from 'node:http';
import { Writable } from 'node:stream';

/** What `awslambda.HttpResponseStream.from` is told. */
export interface Prelude {
  statusCode?: number;
  headers?: Record<string, string>;
  multiValueHeaders?: Record<string, string[]>;
  cookies?: string[];
}

const preludes = new WeakMap<Writable, Prelude>();
/** Those that were written to. */
const begun = new WeakSet<Writable>();

/** `awslambda.HttpResponseStream`. */
export const HttpResponseStream = {
  from(stream: Writable, prelude: Prelude): Writable {
    if (begun.has(stream)) throw new Error('Cannot set content-type, too late.'); // as Lambda's own says
    preludes.set(stream, prelude);
    return stream;
  },
};

const LOST =
  'a response ended without a write(): its status and headers are lost on AWS; write() once, if only an empty text, before end()';

/**
 * Status and headers travel with the first `write()`, and only with that: after `end(text)` alone API Gateway has none, and
 * answers 502. Once the client is gone, what is written goes nowhere; the function is not told.
 */
export function openResponseStream(response: ServerResponse): Writable {
  let hasWritten = false;

  function begin() {
    if (response.headersSent) return;
    const prelude = hasWritten ? preludes.get(stream) : undefined;
    if (!prelude) {
      console.error(LOST);
      response.writeHead(502, { 'content-type': 'application/json' });
      response.end('{"message": "Internal server error"}');
      return;
    }
    const { statusCode = 200, headers = {}, multiValueHeaders = {}, cookies } = prelude;
    const cookieHeader = cookies ? { 'set-cookie': cookies } : {};
    response.writeHead(statusCode, {
      'content-type': 'application/json',
      ...lower(headers),
      ...lower(multiValueHeaders),
      ...cookieHeader,
    });
    response.flushHeaders();
  }

  const stream = new Writable({
    write(chunk, _encoding, done) {
      begin();
      if (response.writableEnded || response.destroyed) done();
      else response.write(chunk, () => done());
    },
    final(done) {
      begin();
      response.end();
      done();
    },
  });
  const write = stream.write;
  Object.defineProperty(stream, 'write', {
    value: (...args: unknown[]) => {
      hasWritten = true;
      begun.add(stream);
      return Reflect.apply(write, stream, args);
    },
  });
  return Object.assign(stream, { setContentType: () => {} });
}

function lower<T>(headers: Record<string, T>): Record<string, T> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
