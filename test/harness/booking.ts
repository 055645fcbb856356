/** The service at which the tools of test/fixtures/bots-acting act: what came in, and how it answers next. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';

export type Booking = Awaited<ReturnType<typeof openBooking>>;

/** Sets EFFECTS_URL and BOTS_DIR, so it is to be opened before a handler is loaded. */
export async function openBooking() {
  const acted: { room: string; key: string }[] = [];
  const answers: (number | 'never')[] = [];
  const server = createServer((request, response) => {
    const room = new URL(request.url ?? '', 'http://x').searchParams.get('room') ?? '';
    const answer = answers.shift() ?? 200;
    if (answer !== 409) acted.push({ room, key: String(request.headers['idempotency-key']) });
    if (answer !== 'never') response.writeHead(answer).end();
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  Object.assign(process.env, {
    EFFECTS_URL: `http://127.0.0.1:${port}`,
    BOTS_DIR: path.resolve(import.meta.dirname, '../fixtures/bots-acting'),
  });
  return {
    acted,
    answers,
    reset: () => {
      acted.length = 0;
      answers.length = 0;
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}
