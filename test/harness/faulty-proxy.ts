/** A proxy in front of an AWS emulator that does what it is asked and then loses the answer, or does nothing and never answers. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

export interface FaultyProxy {
  url: string;
  /** The next `count` requests take effect, but the caller's connection breaks. */
  loseAnswers(count: number): void;
  /** The next `count` requests are taken and left. */
  stall(count: number): void;
  close(): Promise<void>;
}

export async function faultyProxy(target: string): Promise<FaultyProxy> {
  let toLose = 0;
  let toStall = 0;
  const server = createServer(async (request, response) => {
    if (toStall > 0) {
      toStall--;
      return;
    }
    const headers = new Headers();
    for (const [name, value] of Object.entries(request.headers)) {
      if (!['host', 'content-length', 'connection', 'expect'].includes(name)) headers.set(name, String(value));
    }
    const answer = await fetch(target, { method: 'POST', headers, body: new Uint8Array(await buffer(request)) });
    const body = Buffer.from(await answer.arrayBuffer());
    if (toLose > 0) {
      toLose--;
      response.destroy();
      return;
    }
    response.writeHead(answer.status, { 'content-type': 'application/x-amz-json-1.0' }).end(body);
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    loseAnswers: (count) => {
      toLose = count;
    },
    stall: (count) => {
      toStall = count;
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}
