/** The Chat API server: between API Gateway's REST events with their response stream and the server's web standards. */
import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { APIGatewayProxyEvent, Context } from 'aws-lambda';
import type { Surroundings } from './server.ts';

export interface Server {
  fetch(request: Request, surroundings: Surroundings): Response | Promise<Response>;
}

type StreamingHandler = (
  event: APIGatewayProxyEvent,
  stream: Writable,
  context: Pick<Context, 'getRemainingTimeInMillis'>,
) => Promise<void>;

export function streamFrom(open: () => Promise<Server>): StreamingHandler {
  return async (event, stream, context) => {
    const leaving = new AbortController();
    stream.on('close', () => leaving.abort());
    const server = await open();
    const surroundings = { body: bodyOf(event), remainingMs: () => context.getRemainingTimeInMillis() };
    const response = await server.fetch(toRequest(event, leaving.signal), surroundings);
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
  const url = new URL('http://chat-api.local');
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
