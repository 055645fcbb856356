/** The function behind /chat with a server in front, which stands where API Gateway and the runtime stand; its argument is the bundle. */
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { toRestEvent } from '../../local/streaming/event.ts';
import { HttpResponseStream, openResponseStream } from '../../local/streaming/response-stream.ts';
import { answerParent, cpuUs } from '../measure/children.mjs';

globalThis.awslambda = { streamifyResponse: (handler) => handler, HttpResponseStream };
const { handler } = await import(process.argv[2]);

const server = createServer(async (request, response) => {
  const event = toRestEvent(
    request,
    { route: { resource: '/chat/{sessionId}' }, pathParameters: {} },
    Buffer.from(await text(request)),
  );
  await handler(event, openResponseStream(response), { getRemainingTimeInMillis: () => 60_000 });
});
await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
answerParent({ cpuUs }, { url: `http://127.0.0.1:${server.address().port}` });
