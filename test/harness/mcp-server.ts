/** An MCP server of the tests, by hand, so that it can be what no honest server is: JSON answers, no session. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

export interface HandMadeTool {
  name: string;
  description: string;
  inputSchema: Record<string, unknown>;
  outputSchema?: Record<string, unknown>;
  annotations?: Record<string, unknown>;
}

interface Asked {
  id?: number;
  method: string;
  params?: { name?: string; arguments?: Record<string, unknown>; _meta?: Record<string, unknown> };
}

export type HandMadeMcp = Awaited<ReturnType<typeof openMcpServer>>;

/** `call` gives the result of a call, or a status that the server answers instead; what is among `stalls`, a method of MCP or of HTTP, is never answered. */
export async function openMcpServer(call: (name: string, input: Record<string, unknown>) => object | number) {
  const tools: HandMadeTool[] = [];
  const calls: { name: string; input: unknown; meta: Record<string, unknown>; authorization: string | undefined }[] =
    [];
  const stalls = new Set<string>();
  const server = createServer(async (request, response) => {
    if (stalls.has(request.method ?? '')) return;
    if (request.method !== 'POST') return void response.writeHead(405).end();
    const { id, method, params = {} } = (await json(request)) as Asked;
    if (stalls.has(method)) return;
    if (id === undefined) return void response.writeHead(202).end();
    const answer = answerTo(method, params, request.headers.authorization);
    if (typeof answer === 'number') return void response.writeHead(answer).end();
    response.writeHead(200, { 'content-type': 'application/json', 'mcp-session-id': 'the-session' });
    response.end(JSON.stringify({ jsonrpc: '2.0', id, result: answer }));
  });

  function answerTo(
    method: string,
    { name = '', arguments: input = {}, _meta: meta = {} }: NonNullable<Asked['params']>,
    authorization?: string,
  ) {
    if (method === 'initialize')
      return { protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo: { name: 'made', version: '1' } };
    if (method === 'tools/list') return { tools };
    calls.push({ name, input, meta, authorization });
    return call(name, input);
  }

  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`,
    tools,
    calls,
    stalls,
    close: async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}
