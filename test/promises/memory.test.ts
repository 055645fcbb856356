/** What a batch of the worst conversations holds of a function's memory. */
import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { MEMORY_CHILD } from '../harness/promises/memory-child.ts';
import { png } from '../harness/sample-files.ts';

/** As large as a picture may be. */
const picture = Buffer.concat([png(1_000, 1_000), Buffer.alloc(7_800_000)]);

const ANSWER = [
  {
    type: 'message_start',
    message: { model: 'claude-haiku-5-5', content: [], usage: { input_tokens: 9, output_tokens: 1 } },
  },
  { type: 'content_block_start', index: 0, content_block: { type: 'text', text: 'Pictures.' } },
  { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 2 } },
  { type: 'message_stop' },
]
  .map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`)
  .join('');

it.each([
  [1024, 0.6],
  [512, 0.75],
])('ten conversations of five of the largest pictures in %i MB stay below a share of %f', async (memoryMb, share) => {
  const asked: number[] = [];
  const server = createServer(async (request, response) => {
    if (request.method === 'GET') return response.end(picture);
    let bytes = 0;
    for await (const chunk of request) bytes += chunk.length;
    asked.push(bytes);
    return response.writeHead(200, { 'content-type': 'text/event-stream' }).end(ANSWER);
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [MEMORY_CHILD], {
      env: {
        PATH: process.env.PATH,
        AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMb),
        ANTHROPIC_API_KEY: 'offline',
        ANTHROPIC_BASE_URL: url,
        ATTACHMENT_HOSTS: url,
      },
    });

    const peakMb = Math.round(Number(stdout) / 1024);
    console.log(`peak of ${memoryMb} MB: ${peakMb} MB; largest request ${Math.round(Math.max(...asked) / 1e6)} MB`);
    expect(asked).toHaveLength(10);
    expect(peakMb).toBeLessThan(share * memoryMb);
  } finally {
    server.closeAllConnections();
    server.close();
  }
});
