/** Parameter Store on loopback, as far as this project uses it: GetParameters and PutParameter, with what is asked of it. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

export interface FakeSsm {
  url: string;
  /** Name → value; a test may change it at any time. */
  parameters: Map<string, string>;
  /** What was asked, oldest first. */
  calls: { operation: string; input: Record<string, unknown> }[];
  /** `down`: answers 500. `denied`: 400 AccessDeniedException. `silent`: takes requests and says nothing. */
  mood: 'well' | 'down' | 'denied' | 'silent';
  close(): Promise<void>;
}

export async function startFakeSsm(parameters: Record<string, object | string> = {}): Promise<FakeSsm> {
  const texts = Object.entries(parameters).map(([name, value]): [string, string] => [
    name,
    typeof value === 'string' ? value : JSON.stringify(value),
  ]);
  const server = createServer(async (request, response) => {
    const operation = String(request.headers['x-amz-target']).replace('AmazonSSM.', '');
    const input = (await json(request)) as Record<string, unknown>;
    fake.calls.push({ operation, input });
    if (fake.mood === 'silent') return;
    const answer = (status: number, body: object) =>
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body));
    if (fake.mood === 'down') return answer(500, { __type: 'InternalServerError' });
    if (fake.mood === 'denied') return answer(400, { __type: 'AccessDeniedException', message: 'no' });
    if (operation === 'GetParameters') return answer(200, found(fake.parameters, input.Names as string[]));
    if (operation !== 'PutParameter') return answer(400, { __type: 'UnknownOperationException' });
    fake.parameters.set(String(input.Name), String(input.Value));
    return answer(200, { Version: 1, Tier: 'Standard' });
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const fake: FakeSsm = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    parameters: new Map(texts),
    calls: [],
    mood: 'well',
    close: async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
  return fake;
}

function found(parameters: ReadonlyMap<string, string>, names: readonly string[]) {
  const Parameters = names.flatMap((Name) => {
    const Value = parameters.get(Name);
    return Value === undefined ? [] : [{ Name, Value, Type: 'SecureString', Version: 1 }];
  });
  return { Parameters, InvalidParameters: names.filter((name) => !parameters.has(name)) };
}
