/** The embedded stack: an HTTP request as API Gateway's REST API (payload version 1) hands it to a function. */

import { isUtf8 } from 'node:buffer';
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Match } from './routes.ts';

type Multi = Record<string, string[]>;

export function toRestEvent(request: IncomingMessage, { route, pathParameters }: Match, body: Buffer) {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
  const headers = collect(pairs(request.rawHeaders));
  const query = collect([...searchParams]);
  const isText = isUtf8(body);
  const httpMethod = request.method ?? 'GET';
  return {
    resource: route.resource,
    path: pathname,
    httpMethod,
    headers: lastOfEach(headers),
    multiValueHeaders: headers,
    queryStringParameters: orNull(lastOfEach(query)),
    multiValueQueryStringParameters: orNull(query),
    pathParameters,
    stageVariables: null,
    requestContext: {
      accountId: '000000000000',
      apiId: 'local',
      protocol: 'HTTP/1.1',
      stage: 'dev',
      resourcePath: route.resource,
      resourceId: 'local',
      path: `/dev${pathname}`,
      httpMethod,
      domainName: request.headers.host ?? 'localhost',
      requestId: randomUUID(),
      requestTimeEpoch: Date.now(),
      identity: { sourceIp: request.socket.remoteAddress ?? '', userAgent: request.headers['user-agent'] ?? null },
    },
    body: body.length === 0 ? null : body.toString(isText ? 'utf8' : 'base64'),
    isBase64Encoded: !isText,
  };
}

function pairs(raw: readonly string[]): [string, string][] {
  return raw.flatMap((name, i) => (i % 2 === 0 ? [[name, raw[i + 1] ?? '']] : []));
}

function collect(entries: readonly [string, string][]): Multi {
  const multi: Multi = Object.create(null);
  for (const [name, value] of entries) multi[name] = [...(multi[name] ?? []), value];
  return multi;
}

function lastOfEach(multi: Multi): Record<string, string> {
  return Object.fromEntries(Object.entries(multi).map(([name, values]) => [name, values.at(-1) ?? '']));
}

function orNull<T extends object>(value: T): T | null {
  return Object.keys(value).length === 0 ? null : value;
}
