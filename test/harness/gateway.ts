/** HTTP in front of an exported webhook handler, as API Gateway's HTTP API stands there. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';

type WebhookHandler = (event: APIGatewayProxyEventV2) => Promise<APIGatewayProxyStructuredResultV2>;

export interface Gateway {
  url: string;
  /** Every status that was answered, in order. */
  statuses: number[];
  close(): Promise<void>;
}

export async function gateway(handler: WebhookHandler): Promise<Gateway> {
  const statuses: number[] = [];
  const server = createServer(async (request, response) => {
    const body = await buffer(request);
    const event = httpEvent(
      request.method ?? 'GET',
      request.url ?? '/',
      request.headers as Record<string, string>,
      body,
    );
    const { statusCode = 500, headers, body: answer } = await handler(event);
    statuses.push(statusCode);
    response.writeHead(statusCode, headers as Record<string, string>);
    response.end(answer);
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    statuses,
    close: async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

/** In base64, as API Gateway may hand over any body: whoever reads it as text breaks signatures of non-ASCII text. */
export function httpEvent(method: string, path: string, headers: Record<string, string>, body: Uint8Array) {
  return {
    version: '2.0',
    rawPath: path,
    headers,
    body: Buffer.from(body).toString('base64'),
    isBase64Encoded: true,
    requestContext: { http: { method, path } },
  } as unknown as APIGatewayProxyEventV2;
}
