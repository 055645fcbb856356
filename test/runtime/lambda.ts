/** A function as Lambda runs it: AWS' own runtime client in a process of its own, and the Runtime API that it asks for events. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { buffer } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const node = path.resolve(import.meta.dirname, '../../node_modules/.bin/node');
const start = fileURLToPath(new URL('start.mjs', import.meta.url));

export interface Answer {
  kind: 'response' | 'error' | 'timeout';
  body: Buffer;
  headers: IncomingMessage['headers'];
}

export interface Lambda {
  invoke(event: unknown): Promise<Answer>;
  /** What Lambda does with a function that has used up its time. */
  timeOut(): void;
  /** Everything it wrote, line by line: each is an event in CloudWatch. */
  lines: readonly string[];
  /** Ends when its last line is there. */
  stop(): Promise<void>;
}

interface Invocation {
  id: string;
  event: unknown;
  settle(answer: Answer): void;
}

/** What a function is told that it has (ms). */
const TIMEOUT_MS = 120_000;

/** `root` holds the unpacked zip. `init` is settled when the process waits for its first event, or has ended before. */
export async function startLambda({ root, handler, env }: { root: string; handler: string; env: NodeJS.ProcessEnv }) {
  let waiting: ServerResponse | undefined;
  let current: Invocation | undefined;
  let onReady = () => {};
  const ready = new Promise<void>((resolve) => {
    onReady = resolve;
  });
  const lines: string[] = [];

  const api = createServer(async (request, response) => {
    const [, id, verb] = /^\/2018-06-01\/runtime\/(?:invocation\/)?([\w-]+)(?:\/(\w+))?$/.exec(request.url ?? '') ?? [];
    if (id === 'next') {
      waiting = response;
      onReady();
      return handOver();
    }
    const body = await buffer(request);
    response.writeHead(202).end('{}');
    if (id !== current?.id) return;
    current?.settle({ kind: verb === 'response' ? 'response' : 'error', body, headers: request.headers });
  });
  api.listen(0, '127.0.0.1');
  await once(api, 'listening');
  const child = spawn(node, [start], {
    cwd: root,
    env: {
      PATH: process.env.PATH,
      ...env,
      AWS_LAMBDA_RUNTIME_API: `127.0.0.1:${(api.address() as AddressInfo).port}`,
      LAMBDA_TASK_ROOT: root,
      _HANDLER: handler,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const read = [child.stdout, child.stderr].map((output) => {
    const input = createInterface({ input: output }).on('line', (line) => lines.push(line));
    return once(input, 'close');
  });
  const ended = endOf(child).then(() => {
    current?.settle({ kind: 'error', body: Buffer.from('its process ended'), headers: {} });
  });
  await Promise.race([ready, ended]);

  function handOver() {
    if (!waiting || !current) return;
    waiting.setHeader('lambda-runtime-aws-request-id', current.id);
    waiting.setHeader('lambda-runtime-deadline-ms', String(Date.now() + TIMEOUT_MS));
    waiting.setHeader('lambda-runtime-invoked-function-arn', 'arn:aws:lambda:local:000000000000:function:x');
    waiting.setHeader('content-type', 'application/json');
    waiting.end(JSON.stringify(current.event));
    waiting = undefined;
  }

  const lambda: Lambda = {
    lines,
    invoke: (event) =>
      new Promise((resolve) => {
        const settle = (answer: Answer) => {
          current = undefined;
          resolve(answer);
        };
        current = { id: randomUUID(), event, settle };
        if (child.exitCode !== null) settle({ kind: 'error', body: Buffer.from('its process ended'), headers: {} });
        else handOver();
      }),
    timeOut: () => {
      current?.settle({ kind: 'timeout', body: Buffer.alloc(0), headers: {} });
      child.kill('SIGKILL');
    },
    stop: async () => {
      child.kill('SIGKILL');
      await Promise.all([ended, ...read]);
      api.close();
      api.closeAllConnections();
    },
  };
  return lambda;
}

async function endOf(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}
