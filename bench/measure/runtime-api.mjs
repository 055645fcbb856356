/** The Runtime API of Lambda, as far as a runtime needs it: hands out one event per wait, and clocks what comes back. */
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import installRuntime from '../../test/runtime/install.mjs';

/** AWS' own runtime client, as the tests run it. */
const runtime = fileURLToPath(new URL('../../test/runtime/start.mjs', import.meta.url));
/** Whatever takes longer than this (ms) is broken, not slow. */
const LIMIT_MS = 20_000;

export async function openRuntimeApi() {
  installRuntime();
  let current;
  const server = createServer(async (request, response) => {
    const at = performance.now();
    if (request.url.endsWith('/next')) return current.onNext(response, at);
    const body = await text(request);
    response.writeHead(202).end('{}');
    return current.onAnswer(body, at);
  });
  await new Promise((ready) => server.listen(0, '127.0.0.1', ready));

  return {
    /** Starts the `handler` of a file (`<file>.mjs.handler`), gives it `event`, and kills it. From spawn to ready, and from then to the first byte of its answer; ms, and CPU ms. */
    startOnce({ handler, env, event }) {
      return new Promise((resolve, reject) => {
        const spawnedAt = performance.now();
        const { dir, name, ext } = path.parse(handler);
        const api = `127.0.0.1:${server.address().port}`;
        const child = spawn(process.execPath, [runtime], {
          env: {
            PATH: process.env.PATH,
            ...env,
            AWS_LAMBDA_RUNTIME_API: api,
            AWS_LAMBDA_FUNCTION_NAME: 'bench',
            LAMBDA_TASK_ROOT: dir,
            _HANDLER: `${path.parse(name).name}${ext}`,
          },
          stdio: ['ignore', 'ignore', 'inherit'],
        });
        const timer = setTimeout(() => reject(new Error(`${handler} does not answer`)), LIMIT_MS);
        child.once('exit', (code) => reject(new Error(`${handler} ended with ${code}`)));
        const seen = {};
        current = {
          onNext(response, at) {
            const cpuMs = cpuMsOf(child.pid);
            if (seen.body !== undefined) return end(cpuMs);
            Object.assign(seen, { readyAt: at, readyCpuMs: cpuMs });
            return response.writeHead(200, asInvoked()).end(JSON.stringify(event));
          },
          onAnswer(body, at) {
            Object.assign(seen, { body, answeredAt: at });
          },
        };

        function end(cpuMs) {
          clearTimeout(timer);
          child.removeAllListeners('exit');
          const { readyAt, readyCpuMs, body, answeredAt } = seen;
          const init = { initMs: readyAt - spawnedAt, initCpuMs: readyCpuMs };
          const first = { firstMs: answeredAt - readyAt, firstCpuMs: cpuMs - readyCpuMs };
          child.once('exit', () => resolve({ ...init, ...first, body }));
          child.kill('SIGKILL');
        }
      });
    },
    close: () => server.close(),
  };
}

/** As Lambda hands an event over; a function has a minute here. */
function asInvoked() {
  return {
    'content-type': 'application/json',
    'lambda-runtime-aws-request-id': '1',
    'lambda-runtime-deadline-ms': String(Date.now() + 60_000),
    'lambda-runtime-invoked-function-arn': 'arn:aws:lambda:local:000000000000:function:bench',
  };
}

/** What all threads of a process have used so far, as Linux counts it (ns): proc(5), `/proc/<pid>/schedstat`. */
function cpuMsOf(pid) {
  const used = readdirSync(`/proc/${pid}/task`).map((id) => readFileSync(`/proc/${pid}/task/${id}/schedstat`, 'utf8'));
  return used.reduce((sum, line) => sum + Number(line.split(' ')[0]), 0) / 1e6;
}
