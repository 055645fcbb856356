/** Stand-ins: one small HTTP server on loopback that mounts each of them under its own first path segment. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { unwelcome } from '../caller.ts';

/** Answers one request; `request.url` no longer holds the mount's name. */
export type Handler = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

/** The body was larger than the reader allowed. */
export class BodyTooLarge extends Error {}

// A refused upload is read to its end so that the client sees the answer and not a broken pipe, but not for ever.
const drainFactor = 4;

/** Listens on 127.0.0.1 (0 = any free port); rejects with Node's own error when the port is taken. */
export async function serve(
  mounts: Record<string, Handler>,
  port = 0,
): Promise<{ url: string; close(): Promise<void> }> {
  const server = createServer((request, response) => void route(mounts, request, response));
  const bound = await new Promise<number>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : port);
    });
  });
  return {
    url: `http://127.0.0.1:${bound}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Every mount is for this machine's own programs and pages. */
async function route(mounts: Record<string, Handler>, request: IncomingMessage, response: ServerResponse) {
  const refused = unwelcome(request);
  if (refused) return sendJson(response, refused.status, { error: refused.error });
  const [, name = '', rest = ''] = /^\/([^/?]*)(.*)$/s.exec(request.url ?? '/') ?? [];
  const handler = Object.hasOwn(mounts, name) ? mounts[name] : undefined;
  if (!handler) return sendJson(response, 404, { error: 'not found' });
  // A client that hangs up in mid-answer is a case to be tested, not a failure.
  response.on('error', () => {});
  request.url = rest.startsWith('/') ? rest : `/${rest}`;
  try {
    await handler(request, response);
  } catch (error) {
    if (response.destroyed) return;
    console.error(`stand-in ${name}:`, error);
    if (response.headersSent) response.destroy();
    else sendJson(response, 500, { error: 'the stand-in failed' });
  }
}

/** The whole body as bytes; throws `BodyTooLarge` beyond `maxBytes`. */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size <= maxBytes) chunks.push(chunk);
    if (size > maxBytes * drainFactor) break;
  }
  if (size > maxBytes) throw new BodyTooLarge(`body of more than ${maxBytes} bytes`);
  return Buffer.concat(chunks);
}

/** Sends `body` as JSON and ends the response. */
export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}
