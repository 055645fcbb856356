/** Root of every door behind API Gateway's HTTP API that takes a POST: the event's way in, the answer's way out, the last catch. */

import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type { WebhookRequest } from '../../types.ts';
import { doorFailed } from './failed.ts';

export type PostHandler = (event: APIGatewayProxyEventV2) => Promise<APIGatewayProxyStructuredResultV2>;

/** Where `open` gives nothing, the door's settings are missing: 503, like everything that `verb` did not foresee. */
export function postDoor<Deps>(
  open: () => Promise<Deps | undefined>,
  verb: (deps: Deps, request: WebhookRequest) => Promise<{ status: number; body: object | string }>,
): PostHandler {
  return async (event) => {
    try {
      if (event.requestContext.http.method !== 'POST') return json(405, { error: 'POST only' }, { allow: 'POST' });
      const deps = await open();
      if (!deps) return json(503, { error: 'not configured' });
      const { status, body } = await verb(deps, toRequest(event));
      return typeof body === 'string' ? lines(status, body) : json(status, body);
    } catch (error) {
      doorFailed(error);
      return json(503, { error: 'not available' });
    }
  };
}

/** The bytes that were sent: API Gateway may hand them over in base64. */
function toRequest({ headers, body, isBase64Encoded }: APIGatewayProxyEventV2): WebhookRequest {
  const lower: Record<string, string | undefined> = {};
  for (const name in headers) lower[name.toLowerCase()] = headers[name];
  return { headers: lower, body: Buffer.from(body ?? '', isBase64Encoded ? 'base64' : 'utf8') };
}

/** JSON lines. */
function lines(statusCode: number, body: string): APIGatewayProxyStructuredResultV2 {
  return { statusCode, headers: { 'content-type': 'application/x-ndjson' }, body };
}

function json(
  statusCode: number,
  body: object,
  headers: Record<string, string> = {},
): APIGatewayProxyStructuredResultV2 {
  return { statusCode, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) };
}
