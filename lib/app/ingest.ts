/** Root of the webhook doors: stops 1-4. Of the AWS SDK it holds SQS (and SSM for the secrets), nothing else. */
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type { GroupName, Settings } from '../config.ts';
import { BadSettings } from '../errors.ts';
import { errorName, logLine } from '../log.ts';
import { openSqs, openTurnsQueue } from '../queue.ts';
import { type ReceiveDeps, receive } from '../receive.ts';
import type { Dialect, WebhookRequest } from '../types.ts';
import { openApp } from './open.ts';

type Handler = (event: APIGatewayProxyEventV2) => Promise<APIGatewayProxyStructuredResultV2>;

/** The handler of one platform's webhook. A group of settings that is not set at all makes it answer 503. */
export function webhookDoor<G extends GroupName>(
  group: G,
  dialectOf: (settings: NonNullable<Settings<G>[G]>) => Dialect,
): Handler {
  const open = openApp([group, 'turnsQueue'] as const, (settings): ReceiveDeps | undefined => {
    const own = settings[group as G & keyof typeof settings];
    if (!own) return undefined;
    const queue = openTurnsQueue(openSqs(), settings.turnsQueue.url);
    return { dialect: dialectOf(own as NonNullable<Settings<G>[G]>), put: queue.put, now: Date.now, log: logLine };
  });
  return async (event) => {
    try {
      if (event.requestContext.http.method !== 'POST') return json(405, { error: 'POST only' }, { allow: 'POST' });
      const deps = await open();
      if (!deps) return json(503, { error: 'not configured' });
      const { status, body } = await receive(deps, toRequest(event));
      return json(status, body);
    } catch (error) {
      logLine('door-failed', {
        error: errorName(error),
        reason: error instanceof BadSettings ? error.message : undefined,
      });
      return json(503, { error: 'not available' });
    }
  };
}

/** The bytes that were signed: API Gateway may hand them over in base64. */
function toRequest({ headers, body = '', isBase64Encoded }: APIGatewayProxyEventV2): WebhookRequest {
  const lower = Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]);
  return { headers: Object.fromEntries(lower), body: Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8') };
}

function json(
  statusCode: number,
  body: object,
  headers: Record<string, string> = {},
): APIGatewayProxyStructuredResultV2 {
  return { statusCode, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) };
}
