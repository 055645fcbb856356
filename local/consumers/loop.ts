/** The embedded stack: the process of a queue consumer. Asks the runtime API for one event after the other, as on Lambda. */
import { request } from 'node:http';
import { enableCompileCache } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { endWithParent } from '../end-with-parent.ts';

type LambdaHandler = (event: unknown, context: unknown) => unknown;

const { AWS_LAMBDA_RUNTIME_API = '', AWS_LAMBDA_FUNCTION_NAME, _HANDLER = '', LAMBDA_TASK_ROOT = '' } = process.env;

endWithParent();
// Its bundle is the same more often than not when a process takes another one's place.
enableCompileCache();
const handler = await loadHandler().catch(async (error: unknown) => {
  await post('init/error', describe(error));
  process.exit(1);
});
for (;;) await runOne(handler);

async function runOne(handler: LambdaHandler) {
  const next = await call('GET', 'invocation/next');
  const id = String(next.headers['lambda-runtime-aws-request-id']);
  const deadline = Number(next.headers['lambda-runtime-deadline-ms']);
  const context = {
    awsRequestId: id,
    functionName: AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: '$LATEST',
    invokedFunctionArn: next.headers['lambda-runtime-invoked-function-arn'],
    getRemainingTimeInMillis: () => deadline - Date.now(),
  };
  let result: unknown;
  try {
    result = await handler(JSON.parse(next.text), context);
  } catch (error) {
    return post(`invocation/${id}/error`, describe(error));
  }
  return post(`invocation/${id}/response`, result ?? null);
}

async function loadHandler(): Promise<LambdaHandler> {
  const dot = _HANDLER.lastIndexOf('.');
  const file = `${path.resolve(LAMBDA_TASK_ROOT, _HANDLER.slice(0, dot))}.mjs`;
  const module: Record<string, unknown> = await import(pathToFileURL(file).href);
  const exported = module[_HANDLER.slice(dot + 1)];
  if (!isHandler(exported)) throw new Error(`${_HANDLER} is no function`);
  // The nodejs24.x runtime refuses handlers that could be callback style.
  if (exported.length > 2) throw new Error(`${_HANDLER} declares more than event and context`);
  return exported;
}

function isHandler(value: unknown): value is LambdaHandler {
  return typeof value === 'function';
}

function describe(error: unknown) {
  console.error(error);
  return error instanceof Error
    ? { errorType: error.name, errorMessage: error.message }
    : { errorType: 'Error', errorMessage: String(error) };
}

function post(route: string, body: unknown) {
  return call('POST', route, JSON.stringify(body));
}

/** node:http, because fetch gives up on an idle queue after 300 s. */
function call(method: string, route: string, body?: string) {
  const url = `http://${AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime/${route}`;
  return new Promise<{ headers: NodeJS.Dict<string | string[]>; text: string }>((resolve, reject) => {
    const outgoing = request(
      url,
      { method, headers: { 'content-type': 'application/json' }, agent: false },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          text += chunk;
        });
        response.on('error', reject);
        response.on('end', () => resolve({ headers: response.headers, text }));
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}
