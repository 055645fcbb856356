/** Tools of MCP servers: a connection for one piece of work, by Streamable HTTP. In a bundle only where a bot names a server. */
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport, StreamableHTTPError } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { CallToolResultSchema, ErrorCode, ListToolsResultSchema, McpError } from '@modelcontextprotocol/sdk/types.js';
import { inTime } from '../in-time.ts';
import type { ListedTool } from './pinned.ts';

export interface ServerAddress {
  url: string;
  /** With the secrets in them. */
  headers: Readonly<Record<string, string>>;
}

export interface Around {
  fetch: typeof fetch;
  signal: AbortSignal;
  /** Longest time (ms) for reaching the server and reading what it offers: nothing has been done when that is over. */
  openingMs: number;
  /** Longest time (ms) for a call. */
  timeoutMs: number;
}

/** What a server answers beyond this (bytes) is not read. */
const MAX_ANSWER_BYTES = 4 * 1024 * 1024;

/** Pages of a list of tools: more is no list for a chat. */
const MAX_PAGES = 10;

/** The end of a session is a courtesy, for which no result waits longer (ms). */
const GOODBYE_MS = 1_000;

export interface Connection {
  /** What the server offers now. */
  tools: readonly ListedTool[];
  call(name: string, input: Record<string, unknown>, meta: Record<string, unknown>): Promise<unknown>;
}

/** Why a call was not made, or what its server said: `isRefused` where nothing can have happened. */
export class McpTrouble extends Error {
  override readonly name = 'McpTrouble';
  readonly isRefused: boolean;
  constructor(message: string, isRefused: boolean, options?: ErrorOptions) {
    super(message, options);
    this.isRefused = isRefused;
  }
}

/**
 * Connects, works, and lets go. A connection is not kept: in a Lambda that slept, the first request on an old one would fail, and of a
 * call that failed nobody knows whether it happened. Throws `McpTrouble`.
 */
export async function withServer<T>(
  { url, headers }: ServerAddress,
  { fetch, signal, openingMs, timeoutMs }: Around,
  work: (connection: Connection) => Promise<T>,
): Promise<T> {
  const transport = new StreamableHTTPClientTransport(new URL(url), {
    requestInit: { headers },
    fetch: (address, init) => bounded(fetch, address, init),
  });
  const client = new Client({ name: 'claude-behind-chat', version: '1' });
  try {
    const tools = await open(() =>
      inTime({ signal }, openingMs, async ({ signal: within }) => {
        const options = { signal: within, timeout: openingMs };
        await client.connect(transport as Parameters<typeof client.connect>[0], options);
        return listAll(client, options);
      }),
    );
    const options = { signal, timeout: timeoutMs };
    // Not `callTool`: that takes a result without the promised structure, of a call that was made, for a request that was refused.
    const call: Connection['call'] = (name, input, _meta) =>
      told(() =>
        client.request(
          { method: 'tools/call', params: { name, arguments: input, _meta } },
          CallToolResultSchema,
          options,
        ),
      );
    return await work({ tools, call });
  } finally {
    const goodbye = inTime({ signal }, GOODBYE_MS, () => transport.terminateSession());
    await goodbye.catch(() => {});
    await client.close().catch(() => {});
  }
}

async function listAll(client: Client, options: { signal: AbortSignal; timeout: number }): Promise<ListedTool[]> {
  const tools: ListedTool[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < MAX_PAGES; page++) {
    const params = cursor ? { cursor } : {};
    const found = await client.request({ method: 'tools/list', params }, ListToolsResultSchema, options);
    tools.push(...(found.tools as ListedTool[]));
    cursor = found.nextCursor;
    if (!cursor) break;
  }
  return tools;
}

/** Nothing was called yet: whatever fails here has done nothing. */
async function open<T>(opening: () => Promise<T>): Promise<T> {
  try {
    return await opening();
  } catch (error) {
    const status = error instanceof StreamableHTTPError && (error.code ?? 0) > 0 ? error.code : undefined;
    const what = status === undefined ? 'the server does not answer' : `the server answered ${status}`;
    throw new McpTrouble(what, true, { cause: error });
  }
}

async function told<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    throw new McpTrouble('the call failed', isRefusal(error), { cause: error });
  }
}

const REFUSALS: ReadonlySet<number> = new Set([
  ErrorCode.InvalidParams,
  ErrorCode.MethodNotFound,
  ErrorCode.InvalidRequest,
]);

/** Of HTTP, those that come before anything is done: not the timeout, the conflict, the early one and the busy one. */
function isRefusal(error: unknown): boolean {
  if (error instanceof McpError) return REFUSALS.has(error.code);
  if (!(error instanceof StreamableHTTPError)) return false;
  const { code = 0 } = error;
  return code >= 400 && code < 500 && ![408, 409, 425, 429].includes(code);
}

/** The server's own host only, and no more of its answer than is read. */
async function bounded(fetch: typeof globalThis.fetch, address: string | URL, init?: RequestInit): Promise<Response> {
  const response = await fetch(address, { ...init, redirect: 'error' });
  if (!response.body) return response;
  let bytes = 0;
  const meter = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      bytes += chunk.byteLength;
      if (bytes > MAX_ANSWER_BYTES) controller.error(new Error('the answer is too long'));
      else controller.enqueue(chunk);
    },
  });
  const { status, statusText, headers } = response;
  return new Response(response.body.pipeThrough(meter), { status, statusText, headers });
}
