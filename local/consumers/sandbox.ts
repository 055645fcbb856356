/** The embedded stack: one process of a function with the runtime API it asks for events; one invocation at a time. */
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { keepProcess, type Print } from '../kept-process.ts';

export interface FunctionToRun {
  /** The key in serverless.yml. */
  name: string;
  /** As in serverless.yml: the bundle without its extension, a dot, the export. */
  handler: string;
  /** The folder that `handler` starts from. */
  root: string;
  env: Readonly<Record<string, string>>;
  timeoutSeconds: number;
}

export interface Sandbox {
  pid(): number | undefined;
  /** The process is up and waits for an event. */
  isFree(): boolean;
  isBusy(): boolean;
  /** What the handler returned; rejects when it threw, ran out of time, or its process ended. */
  invoke(event: unknown): Promise<unknown>;
  stop(): Promise<void>;
}

interface Invocation {
  id: string;
  event: unknown;
  timer?: NodeJS.Timeout;
  resolve(result: unknown): void;
  reject(error: Error): void;
}

/** Lambda gives a function 10 s to load. */
const INIT_LIMIT_MS = 10_000;

/** `onFree` is called each time the process waits for an event. */
export async function openSandbox(fn: FunctionToRun, print: Print, onFree: () => void): Promise<Sandbox> {
  let waiting: ServerResponse | undefined;
  let current: Invocation | undefined;
  let isRunning = false;

  function handOver(response: ServerResponse, invocation: Invocation) {
    clearTimeout(invocation.timer);
    waiting = undefined;
    isRunning = true;
    const limitMs = fn.timeoutSeconds * 1000;
    invocation.timer = setTimeout(() => {
      settle(invocation)?.reject(new Error(`timed out after ${fn.timeoutSeconds} s`));
      kept.kill(); // Lambda throws the sandbox of a timed-out invocation away
    }, limitMs);
    response.setHeader('lambda-runtime-aws-request-id', invocation.id);
    response.setHeader('lambda-runtime-deadline-ms', Date.now() + limitMs);
    response.setHeader('lambda-runtime-invoked-function-arn', `arn:aws:lambda:local:000000000000:function:${fn.name}`);
    response.end(JSON.stringify(invocation.event));
  }

  function settle(invocation: Invocation): Invocation | undefined {
    if (current !== invocation) return undefined;
    clearTimeout(invocation.timer);
    current = undefined;
    isRunning = false;
    return invocation;
  }

  function takeNext(response: ServerResponse) {
    kept.isUp();
    if (current) return handOver(response, current);
    waiting = response;
    onFree();
  }

  async function answer(request: IncomingMessage, response: ServerResponse) {
    const [, id, verb] = /^\/2018-06-01\/runtime\/(?:invocation\/)?([\w-]+)(?:\/(\w+))?$/.exec(request.url ?? '') ?? [];
    if (id === 'next') return takeNext(response);
    const body = await text(request);
    const done = current && current.id === id ? settle(current) : undefined;
    if (verb === 'response') done?.resolve(JSON.parse(body));
    else done?.reject(new Error(body));
    response.writeHead(202).end();
  }

  const api = createServer((request, response) => void answer(request, response));
  const port = await listen(api);
  const kept = keepProcess({
    name: fn.name,
    file: new URL('loop.ts', import.meta.url),
    env: { ...fn.env, AWS_LAMBDA_RUNTIME_API: `127.0.0.1:${port}`, _HANDLER: fn.handler, LAMBDA_TASK_ROOT: fn.root },
    dir: fn.root,
    print,
    onExit: () => {
      waiting = undefined;
      if (current && isRunning) settle(current)?.reject(new Error('its process ended'));
    },
  });

  return {
    pid: kept.pid,
    isFree: () => waiting !== undefined && current === undefined,
    isBusy: () => current !== undefined,
    invoke: (event) =>
      new Promise((resolve, reject) => {
        const invocation: Invocation = { id: randomUUID(), event, resolve, reject };
        current = invocation;
        invocation.timer = setTimeout(
          () => settle(invocation)?.reject(new Error(`not ready within ${INIT_LIMIT_MS} ms`)),
          INIT_LIMIT_MS,
        );
        if (waiting) handOver(waiting, invocation);
      }),
    stop: async () => {
      await kept.stop();
      api.close();
      api.closeAllConnections();
    },
  };
}

async function listen(api: ReturnType<typeof createServer>): Promise<number> {
  await new Promise<void>((ready) => api.listen(0, '127.0.0.1', ready));
  const address = api.address();
  if (typeof address !== 'object' || address === null) throw new Error('the runtime API listens on no port');
  return address.port;
}
