/** Starts a DynamoDB-compatible server and a FIFO queue server on loopback, once per test run. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import dynalite from 'dynalite';
import { buildApp } from 'fauxqs';
import { reportLeaks } from './log-watch.ts';

interface Emulator {
  endpoint: string;
  stop(): void;
}

/** `DYNAMODB=local` takes Amazon's own emulator (Java) instead of the embedded one. */
export default async function setup(): Promise<() => Promise<void>> {
  const database = process.env.DYNAMODB === 'local' ? await startDynamoDbLocal() : await startDynalite();
  const queues = buildApp({ logger: false });
  process.env.AWS_ENDPOINT_URL_DYNAMODB = database.endpoint;
  process.env.AWS_ENDPOINT_URL_SQS = await queues.listen({ port: 0, host: '127.0.0.1' });
  return async () => {
    await queues.close();
    database.stop();
    reportLeaks();
  };
}

async function startDynalite(): Promise<Emulator> {
  const server = dynalite({ createTableMs: 0 });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  return { endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, stop: () => server.close() };
}

async function startDynamoDbLocal(): Promise<Emulator> {
  const keeper = fork(new URL('./dynamodb-local.ts', import.meta.url));
  const ended = once(keeper, 'exit').then(([code]) => [{ error: `DynamoDB Local ended with code ${code}` }]);
  const [message] = await Promise.race([once(keeper, 'message'), ended]);
  if (typeof message.port !== 'number') throw new Error(message.error);
  return { endpoint: `http://127.0.0.1:${message.port}`, stop: () => keeper.disconnect() };
}
