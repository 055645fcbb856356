/** The embedded stack: DynamoDB (dynalite) and SQS (fauxqs), on loopback only; in memory unless a folder is given. */
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import dynalite from 'dynalite';
import { claimDataDir } from './data-dir.ts';
import { openQueues } from './queues.ts';

export interface Emulators {
  /** As the AWS SDK reads them from the environment. */
  endpoints: { AWS_ENDPOINT_URL_DYNAMODB: string; AWS_ENDPOINT_URL_SQS: string };
  stop(): Promise<void>;
}

/** Node's own 5 s would have every message after a pause connect anew, which with the real table it need not. */
const KEEP_ALIVE_MS = 65_000;

/** `dataDir` keeps table and queues across restarts; throws `CannotStart` where another stack uses it. */
export async function startEmulators(dataDir?: string): Promise<Emulators> {
  const release = dataDir ? claimDataDir(dataDir) : () => {};
  const database = dynalite({ createTableMs: 0, ...(dataDir ? { path: path.join(dataDir, 'table') } : {}) });
  database.keepAliveTimeout = KEEP_ALIVE_MS;
  // Without a host it would listen on every interface.
  await new Promise<void>((ready) => database.listen(0, '127.0.0.1', ready));
  const queues = openQueues(dataDir && path.join(dataDir, 'queues'));
  const queueUrl = await queues.listen({ port: 0, host: '127.0.0.1' });
  return {
    endpoints: {
      AWS_ENDPOINT_URL_DYNAMODB: `http://127.0.0.1:${portOf(database.address())}`,
      AWS_ENDPOINT_URL_SQS: queueUrl,
    },
    stop: async () => {
      await queues.close();
      await new Promise<void>((closed) => {
        database.close(() => closed());
        database.closeAllConnections();
      });
      release();
    },
  };
}

function portOf(address: string | AddressInfo | null): number {
  if (typeof address !== 'object' || address === null) throw new Error('the database listens on no port');
  return address.port;
}
