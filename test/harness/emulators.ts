/** Starts a DynamoDB-compatible server and a FIFO queue server on loopback, once per test run. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { TestProject } from 'vitest/node';
import { type Emulators, startEmulators } from '../../local/emulators.ts';
import { reportLeaks } from './log-watch.ts';

declare module 'vitest' {
  interface ProvidedContext {
    endpoints: Emulators['endpoints'];
  }
}

/** The project `dynamodb-local` takes Amazon's own emulator (Java) instead of the embedded one. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const embedded = await startEmulators();
  const amazons = project.name === 'dynamodb-local' ? await startDynamoDbLocal() : undefined;
  project.provide('endpoints', {
    ...embedded.endpoints,
    ...(amazons ? { AWS_ENDPOINT_URL_DYNAMODB: amazons.endpoint } : {}),
  });
  return async () => {
    await embedded.stop();
    amazons?.stop();
    reportLeaks();
  };
}

async function startDynamoDbLocal(): Promise<{ endpoint: string; stop(): void }> {
  const keeper = fork(new URL('./dynamodb-local.ts', import.meta.url));
  const ended = once(keeper, 'exit').then(([code]) => [{ error: `DynamoDB Local ended with code ${code}` }]);
  const [message] = await Promise.race([once(keeper, 'message'), ended]);
  if (typeof message.port !== 'number') throw new Error(message.error);
  return { endpoint: `http://127.0.0.1:${message.port}`, stop: () => keeper.disconnect() };
}
