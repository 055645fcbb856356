/** The Chat API server: from a request to the answer of its operation. */
import { type Context, Hono } from 'hono';
import type { Log } from '../log.ts';
import type { ApiRequest, ChatApi, Handlers } from './api.ts';
import { ApiError, errorBody } from './api-error.ts';
import { changeHandlers } from './change-handlers.ts';
import { conversationHandlers } from './conversation-handlers.ts';
import { corsHeaders } from './cors.ts';
import { eventHandlers } from './event-handlers.ts';
import { feedbackHandlers } from './feedback-handlers.ts';
import { fileHandlers } from './file-handlers.ts';
import { messageHandlers } from './message-handlers.ts';
import { noteError } from './note-error.ts';
import { openApiDocument } from './openapi.ts';
import { type Operation, type OperationName, operations, type PlainName } from './operations.ts';
import { participantHandlers } from './participant-handlers.ts';
import { readPath } from './path.ts';
import { readBody, readJson } from './read-request.ts';
import { openStreams } from './streams.ts';
import { userHandlers } from './user-handlers.ts';
import { serveWidget, type WidgetFile } from './widget.ts';

/** What comes with a request and is not in it. */
export interface RequestSurroundings {
  /** `Request` allows none with a GET, but a client may send one. */
  body: Uint8Array | undefined;
  /** Where it came from, as API Gateway tells. */
  address: string;
  /** Until the stream has to end. */
  remainingMs(): number;
  /** Does `work` when the answer is out, or its client gone. */
  atEnd(work: () => Promise<unknown>): void;
}

export interface ServerDeps {
  webhookId: string;
  allowedOrigins: readonly string[];
  widget?: WidgetFile | undefined;
  api: ChatApi;
  log: Log;
}

type Env = { Bindings: RequestSurroundings };

/** SQS and the table know no longer ones either. */
const MAX_IDEMPOTENCY_KEY = 256;

/** The whole server as a Hono app: routes below `/chat-api/{webhookId}`, CORS, keys, errors in the contract’s shape. */
export function openServer({ webhookId, allowedOrigins, widget, api, log }: ServerDeps): Hono<Env> {
  const server = new Hono<Env>({ getPath: ({ url }) => ownPath(url, webhookId) });
  const streams = openStreams(api, log);
  const handlers: Handlers = {
    ...userHandlers(api),
    ...conversationHandlers(api),
    ...participantHandlers(api),
    ...messageHandlers(api),
    ...changeHandlers(api),
    ...fileHandlers(),
    ...feedbackHandlers(api),
    ...eventHandlers(api),
  };

  server.use(async (c, next) => {
    if (c.req.method === 'OPTIONS') c.res = new Response(null, { status: 200 });
    else await next();
    for (const [name, value] of corsHeaders(c.req.header('origin'), allowedOrigins)) c.res.headers.append(name, value);
  });
  server.get('/hello', (c) => c.text('Hello, this is a Chat API with Claude behind it.'));
  server.get('/openapi.json', (c) => c.json(openApiDocument()));
  serveWidget(server, widget);
  for (const name of namesOf(operations)) {
    const { method, path } = operations[name];
    server.on(method, path, async (c) => (isStream(name) ? stream(c, name) : plain(c, name)));
  }
  for (const { path } of [...Object.values(operations), { path: '/hello' }, { path: '/openapi.json' }]) {
    server.all(path, ({ req }) => {
      throw new ApiError('MethodNotFound', `${req.method} is no operation on this path`);
    });
  }
  server.notFound((c) => failed(c, new ApiError('ResourceNotFound', "Route doesn't exist")));
  server.onError((error, c) => failed(c, error));

  async function plain<K extends PlainName>(c: Context<Env>, name: K): Promise<Response> {
    const operation: Operation = operations[name];
    const caller = await callerOf(c, operation);
    const idempotencyKey = c.req.header('x-idempotency-key');
    if (idempotencyKey !== undefined && idempotencyKey.length > MAX_IDEMPOTENCY_KEY) {
      throw new ApiError('InvalidPayload', 'x-idempotency-key must NOT have more than 256 characters');
    }
    const request = {
      caller,
      params: paramsOf(c),
      nextToken: c.req.query('nextToken'),
      idempotencyKey,
      address: c.env.address,
      bytes: c.env.body?.byteLength ?? 0,
      body: readOwn(operation, c.env.body),
    };
    // The schema of this very operation has read the body.
    const answer = await handlers[name](request as ApiRequest<K>);
    return c.json(answer, operation.status);
  }

  async function callerOf({ req }: Context<Env>, { auth }: Operation): Promise<string> {
    if (auth === undefined) return api.keys.verify(req.header('x-user-key'), api.now());
    if (auth === 'admin') api.keys.checkAdmin(req.header('x-admin-secret'));
    return '';
  }

  async function stream(c: Context<Env>, name: Exclude<OperationName, PlainName>): Promise<Response> {
    const around = { remainingMs: c.env.remainingMs, atEnd: c.env.atEnd, signal: c.req.raw.signal };
    const key = c.req.header('x-user-key');
    if (name === 'initialize') {
      const visitor = { key, conversationId: c.req.query('conversationId') || undefined, address: c.env.address };
      return streams.ofWindow(visitor, c.req.header('accept-language')?.split(/[,;]/)[0], around);
    }
    const caller = await api.keys.verify(key, api.now());
    readJson(c.env.body);
    const lastEventId = c.req.header('last-event-id') ?? c.req.query('lastEventId');
    return streams.ofConversation({ caller, id: paramsOf(c).id, lastEventId }, around);
  }

  function failed(c: Context<Env>, error: Error): Response {
    const known = noteError(log, error);
    if (known.retryAfterMs !== undefined)
      c.header('retry-after', String(Math.max(Math.ceil(known.retryAfterMs / 1000), 1)));
    return c.json(errorBody(known, api.now()), known.status);
  }

  return server;
}

/** The path below the webhook id; for another id one that leads nowhere. */
function ownPath(url: string, webhookId: string): string {
  const found = readPath(new URL(url).pathname);
  return found?.webhookId === webhookId ? found.path : '/unknown/webhook';
}

/** Also where an operation takes none, what is sent must be JSON. */
function readOwn({ body: schema }: Operation, body: Uint8Array | undefined) {
  const json = readJson(body);
  return schema && readBody(schema, json);
}

function paramsOf({ req }: Context<Env>): ApiRequest<'getUser'>['params'] {
  const { id = '', conversationId = '', userId = '' }: Partial<Record<string, string>> = req.param();
  return { id, conversationId, userId };
}

function isStream(name: OperationName): name is Exclude<OperationName, PlainName> {
  return name === 'listenConversation' || name === 'initialize';
}

function namesOf(all: typeof operations): OperationName[] {
  return Object.keys(all) as OperationName[];
}
