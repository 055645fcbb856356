/** Starts a DynamoDB-compatible server and a FIFO queue server on loopback, once per test run. */
import type { AddressInfo } from 'node:net';
import dynalite from 'dynalite';
import { buildApp } from 'fauxqs';

export default async function setup(): Promise<() => Promise<void>> {
  const database = dynalite({ createTableMs: 0 });
  await new Promise<void>((ready) => database.listen(0, '127.0.0.1', ready));
  const queues = buildApp({ logger: false });
  process.env.AWS_ENDPOINT_URL_DYNAMODB = `http://127.0.0.1:${(database.address() as AddressInfo).port}`;
  process.env.AWS_ENDPOINT_URL_SQS = await queues.listen({ port: 0, host: '127.0.0.1' });
  return async () => {
    await queues.close();
    database.close();
  };
}
