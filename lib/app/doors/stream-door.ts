/** Root of every door whose answers are streamed: between API Gateway's REST events with their response stream and web standards. */
import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { APIGatewayProxyEvent, Context } from 'aws-lambda';

/** What comes with a request and is not in it. */
export interface Surroundings {
  /** `Request` allows none with a GET, but a client may send one. */
  body: Uint8Array | undefined;
  /** The caller's, as API Gateway tells: no header can claim another. */
  address: string;
  /** Until the function is stopped. */
  remainingMs(): number;
  /** Goes on with `work` after the answer is out, also when the client has left. */
  waitUntil(work: Promise<unknown>): void;
  /** Does `work` when the answer is out, or its client gone. */
  atEnd(work: () => Promise<unknown>): void;
}

export interface Server {
  fetch(request: Request, surroundings: Surroundings): Response | Promise<Response>;
}

type StreamingHandler = (
  event: APIGatewayProxyEvent,
  stream: Writable,
  context: Pick<Context, 'getRemainingTimeInMillis'>,
) => Promise<void>;

/** The handler that answers with what `open` gives. Opens it anew with each event, so that rotated secrets are used. */
export function streamFrom(open: () => Promise<Server>): StreamingHandler {
  return async (event, stream, context) => {
    const leaving = new AbortController();
    const works: Promise<unknown>[] = [];
    const last: (() => Promise<unknown>)[] = [];
    stream.on('close', () => leaving.abort());
    const server = await open();
    const response = await server.fetch(toRequest(event, leaving.signal), {
      body: bodyOf(event),
      address: event.requestContext?.identity?.sourceIp ?? '',
      remainingMs: () => context.getRemainingTimeInMillis(),
      waitUntil: (work) => works.push(work),
      atEnd: (work) => last.push(work),
    });
    const out = awslambda.HttpResponseStream.from(stream, {
      statusCode: response.status,
      headers: Object.fromEntries(response.headers),
    });
    // Status and headers travel with the first write, and with nothing else.
    out.write('');
    try {
      await pipeline(response.body ?? [], out);
    } catch (error) {
      if (!leaving.signal.aborted) throw error; // else the client is gone: nobody to tell
    } finally {
      leaving.abort();
      // Once the handler returns, its process stands still.
      await Promise.allSettled([...works, ...last.map((work) => work())]);
    }
  };
}

/** The body travels beside it. Only path and query of the URL count. */
function toRequest(
  { path, httpMethod, headers, multiValueQueryStringParameters }: APIGatewayProxyEvent,
  signal: AbortSignal,
) {
  const query = new URLSearchParams();
  for (const [name, values] of Object.entries(multiValueQueryStringParameters ?? {})) {
    for (const value of values ?? []) query.append(name, value);
  }
  const url = new URL('http://door.local');
  url.pathname = path;
  url.search = query.toString();
  return new Request(url, { method: httpMethod, headers: toHeaders(headers), signal });
}

function toHeaders(headers: APIGatewayProxyEvent['headers']): Headers {
  const all = new Headers();
  for (const [name, value] of Object.entries(headers ?? {})) {
    if (value !== undefined && LEGAL.test(name)) all.append(name, value.replace(/[^\t\x20-\x7e\x80-\xff]/g, ''));
  }
  return all;
}

/** What `Headers` takes for a name without throwing. */
const LEGAL = /^[\w!#$%&'*+.^`|~-]+$/;

function bodyOf({ body, isBase64Encoded }: APIGatewayProxyEvent): Uint8Array | undefined {
  return body === null || body === undefined ? undefined : Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8');
}
