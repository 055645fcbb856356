/** Our webhook's function with a server in front; the argument is the bundle. */
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { answerParent } from '../measure/children.mjs';

const { handler } = await import(process.argv[2]);
const server = createServer(async (request, response) => {
  const body = await text(request);
  const { method, url, headers } = request;
  const answer = await handler({
    rawPath: url,
    headers,
    body,
    isBase64Encoded: false,
    requestContext: { http: { method, path: url } },
  });
  response.writeHead(answer.statusCode, answer.headers).end(answer.body);
});
await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
answerParent({}, { port: server.address().port });
