/** A Lambda runtime: asks the Runtime API for events, one after the other, and posts what the handler makes of them. */
import http from 'node:http';
import { pathToFileURL } from 'node:url';

const { AWS_LAMBDA_RUNTIME_API, _HANDLER } = process.env;
const [hostname, port] = AWS_LAMBDA_RUNTIME_API.split(':');
const agent = new http.Agent({ keepAlive: true });
const isStreaming = Symbol.for('aws.lambda.runtime.handler.streaming');

globalThis.awslambda = {
  streamifyResponse: (handler) => Object.assign(handler, { [isStreaming]: true }),
  HttpResponseStream: {
    /** Status and headers go out in front of the first write. */
    from(out, prelude) {
      const write = out.write.bind(out);
      out.write = (...args) => {
        out.write = write;
        write(`${JSON.stringify(prelude)}${'\0'.repeat(8)}`);
        return write(...args);
      };
      return out;
    },
  },
};

const dot = _HANDLER.lastIndexOf('.');
const { [_HANDLER.slice(dot + 1)]: handler } = await import(pathToFileURL(_HANDLER.slice(0, dot)).href);
for (;;) await runOne();

async function runOne() {
  const { user, system } = process.cpuUsage();
  const next = await send(open('GET', 'next', { 'x-cpu-us': user + system }));
  const id = next.headers['lambda-runtime-aws-request-id'];
  const event = JSON.parse(next.text);
  const deadline = Date.now() + 60_000;
  const context = { awsRequestId: id, getRemainingTimeInMillis: () => deadline - Date.now() };
  if (!handler[isStreaming]) {
    const result = await handler(event, context);
    await send(open('POST', `${id}/response`, {}), JSON.stringify(result ?? null));
    return;
  }
  const out = open('POST', `${id}/response`, { 'transfer-encoding': 'chunked' });
  out.setContentType = () => {};
  const answered = responseOf(out);
  await handler(event, out, context);
  await answered;
}

function open(method, route, headers) {
  return http.request({ hostname, port, agent, method, headers, path: `/2018-06-01/runtime/invocation/${route}` });
}

function send(request, body) {
  const answered = responseOf(request);
  request.end(body);
  return answered;
}

function responseOf(request) {
  return new Promise((resolve, reject) => {
    request.on('error', reject).on('response', (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (piece) => {
        text += piece;
      });
      response.on('end', () => resolve({ headers: response.headers, text }));
    });
  });
}
