/** A proxy in front of an AWS emulator that counts its calls and the capacity units each of them consumed. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface AwsCall {
  operation: string;
  units: number;
}

export interface Meter {
  url: string;
  calls: AwsCall[];
  close(): Promise<void>;
}

export async function meter(target: string): Promise<Meter> {
  const calls: AwsCall[] = [];
  const server = createServer(async (request, response) => {
    const operation = String(request.headers['x-amz-target']).split('.').at(-1) ?? '';
    const isDynamo = String(request.headers['x-amz-target']).startsWith('DynamoDB');
    const body = await text(request);
    const headers = new Headers(request.headers as Record<string, string>);
    for (const name of ['host', 'content-length', 'connection', 'expect']) headers.delete(name);
    const answer = await fetch(target, {
      method: 'POST',
      headers,
      body: isDynamo ? JSON.stringify({ ...JSON.parse(body), ReturnConsumedCapacity: 'TOTAL' }) : body,
    });
    const answered = await answer.text();
    calls.push({ operation, units: isDynamo ? unitsOf(JSON.parse(answered).ConsumedCapacity) : 0 });
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? 'application/json' });
    response.end(answered);
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    close: async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

/** A batch tells them per table. */
function unitsOf(consumed: { CapacityUnits?: number } | { CapacityUnits?: number }[] | undefined): number {
  return [consumed].flat().reduce((sum, table) => sum + (table?.CapacityUnits ?? 0), 0);
}
