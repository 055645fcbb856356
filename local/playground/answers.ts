/** The playground: what its server answers with, and which requests it takes. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { readBody } from '../stand-ins/serve.ts';

/** A request that is not answered; the words are for who sent it. */
export class Refusal extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Far above what the page sends. */
const MAX_BODY_BYTES = 256 * 1024;

export async function readJson(request: IncomingMessage): Promise<unknown> {
  const body = await readBody(request, MAX_BODY_BYTES);
  try {
    return JSON.parse(body.toString());
  } catch {
    throw new Refusal(400, 'not JSON');
  }
}

const types: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
};

/** `policy` is the Content-Security-Policy of a page. */
export function sendFile(response: ServerResponse, name: string, content: string | Uint8Array, policy?: string): void {
  const type = types[name.slice(name.lastIndexOf('.') + 1)] ?? 'application/octet-stream';
  response.writeHead(200, {
    'content-type': type,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    ...(policy === undefined ? {} : { 'content-security-policy': policy }),
  });
  response.end(content);
}
