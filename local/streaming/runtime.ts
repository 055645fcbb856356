/** The embedded stack: the process of a streaming function. Unlike a sandbox of Lambda it works on many requests at once. */
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { enableCompileCache } from 'node:module';
import path from 'node:path';
import { finished, type Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { endWithParent } from '../end-with-parent.ts';
import { HttpResponseStream, openResponseStream } from './response-stream.ts';

type StreamingHandler = (event: unknown, stream: Writable, context: unknown) => unknown;

const { _HANDLER = '', LAMBDA_TASK_ROOT = '', AWS_LAMBDA_FUNCTION_NAME, FUNCTION_TIMEOUT_SECONDS } = process.env;
const limitMs = Number(FUNCTION_TIMEOUT_SECONDS) * 1000;
const streamed = new WeakSet<StreamingHandler>();

endWithParent();
// Its bundle is the same more often than not when a process takes another one's place.
enableCompileCache();
// Before the bundle is loaded: the AWS SDK in it keeps a store of its own under the same name, and adds to what it finds.
Object.assign(globalThis, { awslambda: { streamifyResponse, HttpResponseStream } });
const handler = await loadHandler();
const server = createServer((request, response) => void run(request, response));
server.requestTimeout = 0;
server.keepAliveTimeout = 0;
server.listen(0, '127.0.0.1', () => process.send?.(server.address()));

function streamifyResponse(handler: StreamingHandler): StreamingHandler {
  streamed.add(handler);
  return handler;
}

async function loadHandler(): Promise<StreamingHandler> {
  const dot = _HANDLER.lastIndexOf('.');
  const file = `${path.resolve(LAMBDA_TASK_ROOT, _HANDLER.slice(0, dot))}.mjs`;
  const module: Record<string, unknown> = await import(pathToFileURL(file).href);
  const exported = module[_HANDLER.slice(dot + 1)];
  if (!isStreamed(exported)) throw new Error(`${_HANDLER} is not made by awslambda.streamifyResponse`);
  return exported;
}

function isStreamed(value: unknown): value is StreamingHandler {
  return typeof value === 'function' && streamed.has(value as StreamingHandler);
}

async function run(request: IncomingMessage, response: ServerResponse) {
  const event: unknown = JSON.parse(await text(request));
  const stream = openResponseStream(response);
  const deadline = Date.now() + limitMs;
  const overtime = setTimeout(() => {
    console.error(`timed out after ${limitMs / 1000} s`);
    fail(response);
  }, limitMs);
  finished(stream, () => clearTimeout(overtime));
  const context = {
    awsRequestId: randomUUID(),
    functionName: AWS_LAMBDA_FUNCTION_NAME,
    getRemainingTimeInMillis: () => deadline - Date.now(),
  };
  try {
    const answering = handler(event, stream, context);
    if (!isPromise(answering)) throw new Error('Streaming does not support non-async handlers.'); // AWS' client's own words
    await answering; // one that does not end its stream hangs until the timeout, as on Lambda
  } catch (error) {
    console.error(error);
    clearTimeout(overtime);
    fail(response);
  }
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}

/** Before the first byte the client gets a 502, after it a stream that breaks off. */
function fail(response: ServerResponse) {
  if (response.headersSent) response.destroy();
  else response.writeHead(502, { 'content-type': 'application/json' }).end('{"message": "Internal server error"}');
}
