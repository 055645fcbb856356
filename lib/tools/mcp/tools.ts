/** Tools of MCP servers: a pinned tool as one of ours. Only what is pinned is told to Claude; the server is asked when it is called. */
import { logLine } from '../../log.ts';
import { type ActingContext, OutcomeUnknown, type ReadyCall, type Tool, ToolError, versionOf } from '../tool.ts';
import { McpTrouble, withServer } from './client.ts';
import { readResult } from './content.ts';
import { type McpServer, nameFor, schemaOf } from './pinned.ts';

/** For all of a call (ms): connecting, looking whether the tool is still what was pinned, and the call itself. */
const TIMEOUT_MS = 15_000;

/** Of it, for what comes before the call itself. */
const OPENING_MS = 8_000;

type McpTool = McpServer['tools'][number];

/** The tools of these servers, under names that no tool of ours has. */
export function mcpTools(servers: readonly McpServer[]): Tool[] {
  return servers.flatMap((server) => server.tools.map((tool) => toTool(server, tool)));
}

function toTool(server: McpServer, tool: McpTool): Tool {
  const { name: _, description, inputSchema } = tool;
  const name = nameFor(server.name, tool.name);
  const param = { name, description, input_schema: { ...inputSchema, type: 'object' as const } };
  return {
    ...{ name, isOptIn: false, timeoutMs: TIMEOUT_MS, effect: tool.effect, param },
    version: versionOf(param),
    prepare: (input) => {
      const problem = whatIsWrong(input, inputSchema);
      if (problem !== undefined) return { mend: problem };
      const call: ReadyCall = { input, run: (context) => run(server, tool, { input: input as Input, context }) };
      return tool.asks ? { ...call, question: () => questionFor(server, tool, input as Input) } : call;
    },
  };
}

type Input = Record<string, unknown>;

/** Only what keeps a call from being one: the server checks the rest, and says what is wrong. */
function whatIsWrong(input: unknown, { required, properties, additionalProperties }: Input): string | undefined {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) return 'The input must be an object.';
  const missing = (Array.isArray(required) ? required : []).filter((key) => !Object.hasOwn(input, String(key)));
  if (missing.length > 0) return `The input lacks: ${missing.join(', ').slice(0, 200)}.`;
  if (additionalProperties !== false) return undefined;
  const unknown = Object.keys(input).filter((key) => !Object.hasOwn(Object(properties ?? {}), key));
  return unknown.length > 0
    ? `The input has fields that this tool does not take: ${unknown.join(', ').slice(0, 200)}.`
    : undefined;
}

/** In no language but that of its data: what is done, where, and with what, whole. */
function questionFor(server: McpServer, { name, annotations }: McpTool, input: Input): string {
  const title = annotations?.title ?? name.replace(/[_.-]+/g, ' ');
  const fields = Object.entries(input).map(
    ([key, value]) => `- ${PLAIN.test(key) ? key : quoted(key)}: ${quoted(value)}`,
  );
  return [`${title} (${server.name})?`, ...fields].join('\n');
}

/** A field's name that can be nothing but one: a server need not name all that it takes. */
const PLAIN = /^[\w.-]{1,64}$/;

function quoted(value: unknown): string {
  return `\`${JSON.stringify(value).replaceAll('`', '´')}\``;
}

async function run(
  server: McpServer,
  tool: McpTool,
  { input, context }: { input: Input; context: ActingContext },
): Promise<unknown> {
  const { fetch, signal, secrets, key } = context;
  const headers = Object.fromEntries(
    Object.entries(server.headers).map(([name, value]) => [name, filled(value, secrets, server.name)]),
  );
  const meta = key === '' ? {} : { 'claude-behind-chat/key': key };
  try {
    const result = await withServer(
      { url: server.url, headers },
      { fetch, signal, openingMs: OPENING_MS, timeoutMs: TIMEOUT_MS },
      async ({ tools, call }) => {
        const shown = tools.find((one) => one.name === tool.name);
        if (!shown || schemaOf(shown) !== tool.schema) throw changed(server, tool);
        return call(tool.name, input, meta);
      },
    );
    const { isError, data, shown } = readResult(result);
    if (!isError) return shown;
    throw new OutcomeUnknown(data);
  } catch (error) {
    if (!(error instanceof McpTrouble)) throw error;
    logLine('mcp-failed', { server: server.name, tool: tool.name, reason: error.message });
    if (error.isRefused) throw new ToolError(`Not done: ${error.message}. Do without it, and say so.`);
    throw error;
  }
}

/** Somebody has to read what it is now: `npm run mcp -- check` shows the difference. */
function changed({ name }: McpServer, tool: McpTool): ToolError {
  logLine('mcp-changed', { server: name, tool: tool.name });
  return new ToolError('Not done: this tool is not what it was when it was approved. Do without it, and say so.');
}

/** Throws a `ToolError` where a secret is missing: nothing was asked then. */
function filled(value: string, secrets: Readonly<Record<string, string>>, server: string): string {
  return value.replace(/\$\{(\w+)\}/g, (_, name: string) => {
    const secret = secrets[name];
    if (secret !== undefined) return secret;
    logLine('mcp-failed', { server, reason: `the secret ${name} is not set` });
    throw new ToolError('Not done: this server is not set up. Do without it, and say so.');
  });
}
