/** The Chat API server: from a request to the answer of its operation. */
import { randomUUID } from 'node:crypto';
import { type Context, Hono } from 'hono';
import { BadSettings } from '../errors.ts';
import { errorName, type Log } from '../log.ts';
import type { ApiRequest, ChatApi, Handlers } from './api.ts';
import { asParticipant } from './api.ts';
import { ApiError, errorBody } from './api-error.ts';
import { conversationHandlers } from './conversation-handlers.ts';
import { corsHeaders } from './cors.ts';
import { eventHandlers } from './event-handlers.ts';
import { feedbackHandlers } from './feedback-handlers.ts';
import { fileHandlers } from './file-handlers.ts';
import { listen } from './listen.ts';
import { messageHandlers } from './message-handlers.ts';
import { openApiDocument } from './openapi.ts';
import { type Operation, type OperationName, operations, type PlainName } from './operations.ts';
import { participantHandlers } from './participant-handlers.ts';
import { readPath } from './path.ts';
import { readBody, readJson } from './read-request.ts';
import { userHandlers } from './user-handlers.ts';

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
  api: ChatApi;
  log: Log;
}

type Env = { Bindings: RequestSurroundings };

/** Time (ms) to end a stream in good order before the function is stopped. */
const CLOSING_MS = 3_000;

/** How long (ms) to wait for a stream when there are too many: some end every few seconds. */
const WAIT_MS = 10_000;

/** SQS and the table know no longer ones either. */
const MAX_IDEMPOTENCY_KEY = 256;

/** The whole server as a Hono app: routes below `/chat-api/{webhookId}`, CORS, keys, errors in the contract’s shape. */
export function openServer({ webhookId, allowedOrigins, api, log }: ServerDeps): Hono<Env> {
  const server = new Hono<Env>({ getPath: ({ url }) => ownPath(url, webhookId) });
  const handlers: Handlers = {
    ...userHandlers(api),
    ...conversationHandlers(api),
    ...participantHandlers(api),
    ...messageHandlers(api),
    ...fileHandlers(),
    ...feedbackHandlers(api),
    ...eventHandlers(api),
  };

  server.use(async (c, next) => {
    if (c.req.method === 'OPTIONS') c.res = new Response(null, { status: 200 });
    else await next();
    for (const [name, value] of corsHeaders(c.req.header('origin'), allowedOrigins)) c.res.headers.set(name, value);
  });
  server.get('/hello', (c) => c.text('Hello, this is a Chat API with Claude behind it.'));
  server.get('/openapi.json', (c) => c.json(openApiDocument()));
  for (const name of namesOf(operations)) {
    const { method, path } = operations[name];
    server.on(method, path, async (c) => (name === 'listenConversation' ? stream(c) : plain(c, name)));
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

  async function stream(c: Context<Env>): Promise<Response> {
    const caller = await api.keys.verify(c.req.header('x-user-key'), api.now());
    readJson(c.env.body);
    const { conversation } = await asParticipant(api, caller, paramsOf(c).id, 'conversation').catch(quietRefusal);
    const closesAt = api.now() + c.env.remainingMs() - CLOSING_MS;
    const of = { userId: caller, conversationKey: conversation.key };
    const end = await api.streams.take(of, randomUUID(), closesAt + CLOSING_MS).catch(quietRefusal);
    if (!end)
      throw new ApiError('RateLimited', 'Too many streams are open, try again later', { retryAfterMs: WAIT_MS });
    const pieces = listen(
      {
        ...api,
        log,
        isParticipant: async (userId, conversationId) => {
          const { user, conversation: now, isParticipant } = await api.conversations.look(userId, conversationId);
          return isParticipant && now?.key === conversation.key && user?.isDeleted === false;
        },
      },
      {
        conversation,
        userId: caller,
        lastEventId: c.req.header('last-event-id') ?? c.req.query('lastEventId'),
        closesAt,
        signal: c.req.raw.signal,
      },
    );
    c.env.atEnd(end);
    const bytes = ReadableStream.from(pieces).pipeThrough(new TextEncoderStream());
    const headers = { 'content-type': 'text/event-stream', 'cache-control': 'no-cache, no-transform' };
    return new Response(bytes, { headers });
  }

  function failed(c: Context<Env>, error: Error): Response {
    const known = error instanceof ApiError ? error : new ApiError('Internal', 'Internal error, try again later');
    if (known !== error) {
      const reason = error instanceof BadSettings ? error.message : undefined;
      log('door-failed', { error: errorName(error), cause: errorName(error.cause), reason });
    } else if (known.status === 401 || known.status === 403 || known.status === 429) {
      log('request-refused', { status: known.status, reason: known.type });
    }
    if (known.retryAfterMs !== undefined)
      c.header('retry-after', String(Math.max(Math.ceil(known.retryAfterMs / 1000), 1)));
    return c.json(errorBody(known, api.now()), known.status);
  }

  return server;
}

/** The library under the client's stream tries again for ever after 500, 502, 503 and 504, and gives up after any other status. */
function quietRefusal(error: unknown): never {
  if (error instanceof ApiError) throw error;
  throw new ApiError('RateLimited', 'Not available, try again later', { cause: error });
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

function namesOf(all: typeof operations): OperationName[] {
  return Object.keys(all) as OperationName[];
}
