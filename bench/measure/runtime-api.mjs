/** The Runtime API of Lambda, as far as a runtime needs it: hands out one event per wait, and clocks what comes back. */
import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const runtime = fileURLToPath(new URL('runtime.mjs', import.meta.url));
/** Whatever takes longer than this (ms) is broken, not slow. */
const LIMIT_MS = 20_000;

export async function openRuntimeApi() {
  let current;
  const server = createServer(async (request, response) => {
    const at = performance.now();
    if (request.url.endsWith('/next')) return current.onNext(response, at, Number(request.headers['x-cpu-us']));
    const body = await text(request);
    response.writeHead(202).end();
    return current.onAnswer(body, at);
  });
  await new Promise((ready) => server.listen(0, '127.0.0.1', ready));

  return {
    /** Starts a function, gives it `event`, and kills it. From spawn to ready, and from then to the first byte of its answer; ms, and CPU ms. */
    startOnce({ handler, env, event }) {
      return new Promise((resolve, reject) => {
        const spawnedAt = performance.now();
        const api = `127.0.0.1:${server.address().port}`;
        const child = spawn(process.execPath, [runtime], {
          env: {
            PATH: process.env.PATH,
            ...env,
            AWS_LAMBDA_RUNTIME_API: api,
            AWS_LAMBDA_FUNCTION_NAME: 'bench',
            _HANDLER: handler,
          },
          stdio: ['ignore', 'ignore', 'inherit'],
        });
        const timer = setTimeout(() => reject(new Error(`${handler} does not answer`)), LIMIT_MS);
        child.once('exit', (code) => reject(new Error(`${handler} ended with ${code}`)));
        const seen = {};
        current = {
          onNext(response, at, cpuUs) {
            if (seen.body !== undefined) return end(cpuUs);
            Object.assign(seen, { readyAt: at, readyCpuUs: cpuUs });
            return response.setHeader('lambda-runtime-aws-request-id', '1').end(JSON.stringify(event));
          },
          onAnswer(body, at) {
            Object.assign(seen, { body, answeredAt: at });
          },
        };

        function end(cpuUs) {
          clearTimeout(timer);
          child.removeAllListeners('exit');
          const { readyAt, readyCpuUs, body, answeredAt } = seen;
          const init = { initMs: readyAt - spawnedAt, initCpuMs: readyCpuUs / 1000 };
          const first = { firstMs: answeredAt - readyAt, firstCpuMs: (cpuUs - readyCpuUs) / 1000 };
          child.once('exit', () => resolve({ ...init, ...first, body }));
          child.kill('SIGKILL');
        }
      });
    },
    close: () => server.close(),
  };
}
