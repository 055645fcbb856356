/** HTTP in front of a streaming handler, as API Gateway's REST API and Lambda's runtime stand there. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Writable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { toRestEvent } from '../../local/streaming/event.ts';
import { HttpResponseStream, openResponseStream } from '../../local/streaming/response-stream.ts';
import { matchRoute, toRoute } from '../../local/streaming/routes.ts';

export type StreamingHandler = (
  event: never,
  stream: Writable,
  context: { getRemainingTimeInMillis(): number },
) => Promise<void>;

export interface RestGateway {
  url: string;
  /** How much time (ms) each invocation had left when it ended. */
  endedWithMs: number[];
  close(): Promise<void>;
}

/** Before a bundle or a door is loaded, as the runtime does. */
export function provideRuntime(): void {
  Object.assign(globalThis, { awslambda: { streamifyResponse: (handler: unknown) => handler, HttpResponseStream } });
}

export async function restGateway(
  resources: readonly string[],
  handler: StreamingHandler,
  windowMs: number,
): Promise<RestGateway> {
  const routes = resources.map((path) => toRoute('door', { method: 'ANY', path }));
  const endedWithMs: number[] = [];
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const match = matchRoute(routes, request.method ?? 'GET', pathname);
    if (!match) return response.writeHead(403).end('{"message":"Missing Authentication Token"}');
    const deadline = Date.now() + windowMs;
    const event = toRestEvent(request, match, await buffer(request));
    await handler(event as never, openResponseStream(response), {
      getRemainingTimeInMillis: () => deadline - Date.now(),
    });
    endedWithMs.push(deadline - Date.now());
    return undefined;
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    endedWithMs,
    close: async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}
