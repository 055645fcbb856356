/** The function behind /chat with a server in front, which stands where API Gateway and the runtime stand; its argument is the bundle. */
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { toRestEvent } from '../../local/streaming/event.ts';
import { HttpResponseStream, openResponseStream } from '../../local/streaming/response-stream.ts';
import { answerParent } from '../measure/children.mjs';
import { begin, reach, reached, watchStages } from './stages.mjs';

watchStages();
globalThis.awslambda = { streamifyResponse: (handler) => handler, HttpResponseStream };
const { handler } = await import(process.argv[2]);

const server = createServer(async (request, response) => {
  begin();
  const event = toRestEvent(
    request,
    { route: { resource: '/chat/{sessionId}' }, pathParameters: {} },
    Buffer.from(await text(request)),
  );
  const stream = openResponseStream(response);
  const write = response.write.bind(response);
  response.write = (...args) => {
    reach('passedOn');
    return write(...args);
  };
  await handler(event, stream, { getRemainingTimeInMillis: () => 60_000 });
});
await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
answerParent({ reached }, { url: `http://127.0.0.1:${server.address().port}` });
