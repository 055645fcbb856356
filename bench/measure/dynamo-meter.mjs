/** A DynamoDB-compatible server with a meter in front: capacity units and bytes of every call. */
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import dynalite from 'dynalite';

const READS = new Set(['GetItem', 'Query', 'BatchGetItem']);

export async function openDynamoMeter() {
  const database = dynalite({ createTableMs: 0 });
  await listen(database);
  const target = `http://127.0.0.1:${database.address().port}`;
  let counted = zero();
  const server = createServer(async (request, response) => {
    const body = await text(request);
    const asked = JSON.stringify({ ...JSON.parse(body), ReturnConsumedCapacity: 'TOTAL' });
    const headers = {
      'content-type': request.headers['content-type'],
      'x-amz-target': request.headers['x-amz-target'],
      authorization: request.headers.authorization,
      'x-amz-date': request.headers['x-amz-date'],
    };
    const answer = await fetch(target, { method: 'POST', headers, body: asked });
    const { ConsumedCapacity, ...answered } = JSON.parse(await answer.text());
    const told = JSON.stringify(answered);
    const units = ConsumedCapacity?.CapacityUnits ?? 0;
    const isRead = READS.has(request.headers['x-amz-target'].split('.').at(-1));
    counted.calls += 1;
    counted[isRead ? 'rcu' : 'wcu'] += units;
    counted.bytesOut += Buffer.byteLength(body);
    counted.bytesIn += Buffer.byteLength(told);
    response.writeHead(answer.status, { 'content-type': 'application/x-amz-json-1.0' }).end(told);
  });
  await listen(server);
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    /** What was counted since the last time. */
    take() {
      const taken = counted;
      counted = zero();
      return taken;
    },
  };
}

function zero() {
  return { calls: 0, wcu: 0, rcu: 0, bytesOut: 0, bytesIn: 0 };
}

function listen(server) {
  return new Promise((ready) => server.listen(0, '127.0.0.1', ready));
}
