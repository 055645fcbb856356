/** The embedded stack: API Gateway for the streaming functions, which serverless-offline cannot serve. */
import { Agent, createServer, request as forward, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Unwelcome } from '../caller.ts';
import type { ProcessView } from '../consumers/poll.ts';
import type { FunctionToRun } from '../consumers/sandbox.ts';
import { type KeptProcess, keepProcess, type Print } from '../kept-process.ts';
import { BodyTooLarge, readBody } from '../stand-ins/serve.ts';
import { toRestEvent } from './event.ts';
import { matchRoute, type Route } from './routes.ts';

export interface StreamsOptions {
  functions: readonly FunctionToRun[];
  routes: readonly Route[];
  port: number;
  /** Why a function does not take a request: who sends it. */
  turnsAway(name: string, request: IncomingMessage): Unwelcome | undefined;
  print: Print;
}

export interface Streams {
  url: string;
  processes(): ProcessView[];
  /** From now on other processes of these functions take what comes; those at work end what they have begun. */
  renew(names: readonly string[]): Promise<void>;
  stop(): Promise<void>;
}

interface Runtime {
  process: KeptProcess;
  port: number | undefined;
  /** Requests it is working on. */
  load: number;
}

/** API Gateway's limit for a request. */
const MAX_BODY_BYTES = 10 * 1024 * 1024;
/** How long (ms, and in which steps) a request waits for a process that is just starting. */
const START_LIMIT_MS = 10_000;
const STEP_MS = 20;
/** So often (ms) it is looked whether a process that leaves has ended its work. */
const LOOK_MS = 50;

export async function startStreams({ functions, routes, port, turnsAway, print }: StreamsOptions): Promise<Streams> {
  const runtimes = new Map(functions.map((fn) => [fn.name, startRuntime(fn, print)]));
  const leaving = new Set<Runtime>();
  let isStopped = false;

  async function renew(fn: FunctionToRun) {
    const [old, next] = [runtimes.get(fn.name), startRuntime(fn, print)];
    if ((await portOf(next)) === undefined) {
      await next.process.stop();
      throw new Error(`the new process of ${fn.name} did not come up`);
    }
    runtimes.set(fn.name, next);
    if (old) void retire(old);
  }

  async function retire(runtime: Runtime) {
    leaving.add(runtime);
    while (runtime.load > 0 && !isStopped) await sleep(LOOK_MS);
    await runtime.process.stop();
    leaving.delete(runtime);
  }

  async function serve(request: IncomingMessage, response: ServerResponse) {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const match = matchRoute(routes, request.method ?? 'GET', pathname);
    const runtime = match && runtimes.get(match.route.name);
    if (!runtime) return refuse(response, 403, 'Missing Authentication Token'); // what a REST API says to unknown routes
    const away = turnsAway(match.route.name, request);
    if (away) return refuse(response, away.status, `${away.error} (ALLOWED_ORIGINS names the exceptions)`);
    const body = await readBody(request, MAX_BODY_BYTES).catch(tooLong);
    if (!body) return refuse(response, 413, 'Request Too Long');
    const target = await portOf(runtime);
    if (target === undefined) return refuse(response, 502, 'Internal server error');
    runtime.load += 1;
    response.once('close', () => {
      runtime.load -= 1;
    });
    const event = JSON.stringify(toRestEvent(request, match, body));
    pass(event, target, response, async () => {
      if (runtime.port === target) runtime.port = undefined;
      const next = await portOf(runtime);
      if (next === undefined) refuse(response, 502, 'Internal server error');
      else pass(event, next, response);
    });
  }

  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => {
      print(`streams │ ${error instanceof Error ? error.message : String(error)}`);
      response.destroy();
    });
  });
  const bound = await new Promise<number>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : port);
    });
  });
  return {
    url: `http://localhost:${bound}`,
    processes: () =>
      [...runtimes].flatMap(([name, { process, load }]) => {
        const pid = process.pid();
        return pid === undefined ? [] : [{ name, pid, busy: load > 0 }];
      }),
    renew: async (names) => {
      await Promise.all(functions.filter(({ name }) => names.includes(name)).map(renew));
    },
    stop: async () => {
      isStopped = true;
      server.close();
      server.closeAllConnections();
      await Promise.all([...runtimes.values(), ...leaving].map(({ process }) => process.stop()));
    },
  };
}

function startRuntime(fn: FunctionToRun, print: Print): Runtime {
  const runtime: Runtime = {
    port: undefined,
    load: 0,
    process: keepProcess({
      name: fn.name,
      file: new URL('runtime.ts', import.meta.url),
      env: {
        ...fn.env,
        _HANDLER: fn.handler,
        LAMBDA_TASK_ROOT: fn.root,
        FUNCTION_TIMEOUT_SECONDS: String(fn.timeoutSeconds),
      },
      dir: fn.root,
      print,
      onMessage: (message) => {
        if (typeof message !== 'object' || message === null || !('port' in message)) return;
        runtime.port = Number(message.port);
        runtime.process.isUp();
      },
      onExit: () => {
        runtime.port = undefined;
      },
    }),
  };
  return runtime;
}

async function portOf(runtime: Runtime): Promise<number | undefined> {
  const patienceEnds = Date.now() + START_LIMIT_MS;
  while (runtime.port === undefined && Date.now() < patienceEnds) await sleep(STEP_MS);
  return runtime.port;
}

/** To a process of ours a connection lasts as long as the process does. */
const agent = new Agent({ keepAlive: true });

/** Hands the event over and the answer back as it comes; a process that dies in between is a stream that breaks off. */
function pass(event: string, port: number, response: ServerResponse, onNobodyThere?: () => Promise<void>) {
  const outgoing = forward({ host: '127.0.0.1', port, method: 'POST', agent }, (incoming) => {
    const { connection, 'keep-alive': _, 'transfer-encoding': __, ...headers } = incoming.headers;
    response.writeHead(incoming.statusCode ?? 502, headers);
    response.flushHeaders();
    incoming.on('error', () => response.destroy());
    incoming.pipe(response);
  });
  outgoing.on('error', (error: NodeJS.ErrnoException) => {
    // The process has just died and its successor is not up yet: it has not seen the event.
    const isUnseen = error.code === 'ECONNREFUSED';
    if (response.headersSent) response.destroy();
    else if (isUnseen && onNobodyThere) void onNobodyThere();
    else refuse(response, 502, 'Internal server error');
  });
  response.once('close', () => outgoing.destroy());
  outgoing.end(event);
}

function tooLong(error: unknown): undefined {
  if (!(error instanceof BodyTooLarge)) throw error;
}

function refuse(response: ServerResponse, status: number, message: string) {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ message }));
}
