/** The build of bots: tools/mcp.json and what is pinned in tools/mcp.lock.json → the servers that a bot uses. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { type McpServer, nameFor, type PinnedTool } from '../../../lib/tools/mcp/pinned.ts';

export const MCP_FILE = 'mcp.json';
export const MCP_LOCK = 'mcp.lock.json';

/** It becomes a part of its tools' names. */
const NAME = /^[a-z][a-z0-9]{0,20}$/;

const perTool = <T extends z.ZodType>(value: T) => z.record(z.string(), value).default({});

const server = z.strictObject({
  url: z.string().refine(isAllowed, 'must be an https address, or http on this machine'),
  tools: z.array(z.string()).min(1, 'must name the tools that the bot may use'),
  headers: z.record(z.string().regex(/^[\w-]+$/), z.string().regex(/^[\x20-\x7e]*$/)).default({}),
  confirm: perTool(z.boolean()),
  effect: perTool(z.enum(['none', 'once'])),
});

const file = z.strictObject({
  servers: z.record(z.string(), server),
});

const lock = z.object({
  servers: z.record(
    z.string(),
    z.array(
      z.object({
        name: z.string(),
        description: z.string(),
        inputSchema: z.record(z.string(), z.unknown()),
        outputSchema: z.record(z.string(), z.unknown()).optional(),
        annotations: z.object({ title: z.string().optional(), readOnlyHint: z.boolean().optional() }).optional(),
        schema: z.string(),
      }),
    ),
  ),
});

/** A server as the bot's file names it. */
export type NamedServer = z.infer<typeof server> & { name: string };

interface Options {
  /** Names that a header may use. */
  secrets: readonly string[];
  /** Whether what is not pinned yet is left out without a word. */
  unpinned: boolean;
}

/** The servers of the `tools` folder; `problems` are half sentences about its mcp.json. */
export function readMcp(folder: string, { secrets, unpinned }: Options): { servers: McpServer[]; problems: string[] } {
  const problems: string[] = [];
  const named = readNamed(folder, problems);
  const pinned = readPinned(folder, problems);
  const servers = named.map((one): McpServer => {
    if (!NAME.test(one.name)) problems.push(`the name ${one.name} must be lower case letters and digits, at most 21`);
    for (const secret of Object.values(one.headers).flatMap((value) => [...value.matchAll(/\$\{(\w+)\}/g)]))
      if (!secrets.includes(secret[1] ?? ''))
        problems.push(`${one.name} uses the secret ${secret[1]}, which \`secrets\` in bot.md does not name`);
    const known = ownOf(pinned, one.name) ?? [];
    const missing = one.tools.filter((name) => known.every((tool) => tool.name !== name));
    if (missing.length > 0 && !unpinned)
      problems.push(`${one.name} names ${missing.join(', ')}, which is not pinned: npm run mcp -- pin`);
    for (const name of [...Object.keys(one.confirm), ...Object.keys(one.effect)])
      if (!one.tools.includes(name))
        problems.push(`${one.name} says something of ${name}, which its tools do not name`);
    return {
      name: one.name,
      url: one.url,
      headers: one.headers,
      tools: known.filter(({ name }) => one.tools.includes(name)).map((tool) => settled(tool, one)),
    };
  });
  const names = servers.flatMap(({ name, tools }) => tools.map((tool) => nameFor(name, tool.name)));
  const twice = names.filter((name, i) => names.indexOf(name) !== i);
  if (twice.length > 0) problems.push(`two tools would have the name ${twice[0]}`);
  return { servers, problems };
}

/** What only looks is not asked about; whatever else, and whatever says nothing of itself, is, unless the file says otherwise. */
function settled(tool: PinnedTool, { confirm, effect }: NamedServer): McpServer['tools'][number] {
  const isReader = tool.annotations?.readOnlyHint === true;
  const said = ownOf(effect, tool.name);
  const asks = ownOf(confirm, tool.name) ?? (said === 'none' ? false : !isReader);
  return { ...tool, asks, effect: asks ? 'once' : (said ?? (isReader ? 'none' : 'once')) };
}

/** A server or a tool may have a name that every object has. */
export function ownOf<T>(of: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(of, name) ? of[name] : undefined;
}

/** The servers that mcp.json names; none without the file. */
export function readNamed(folder: string, problems: string[]): NamedServer[] {
  const read = parse(path.join(folder, MCP_FILE), file, problems);
  return Object.entries(read?.servers ?? {}).map(([name, one]) => ({ name, ...one }));
}

/** What was pinned, by the names of the servers. */
export function readPinned(folder: string, problems: string[]): Readonly<Record<string, PinnedTool[]>> {
  return parse(path.join(folder, MCP_LOCK), lock, problems)?.servers ?? {};
}

function parse<T extends z.ZodType>(name: string, shape: T, problems: string[]): z.infer<T> | undefined {
  if (!existsSync(name)) return undefined;
  try {
    const found = shape.safeParse(JSON.parse(readFileSync(name, 'utf8')));
    if (found.success) return found.data;
    problems.push(
      ...found.error.issues.map(({ path: where, message }) => `${where.join('.') || path.basename(name)}: ${message}`),
    );
  } catch {
    problems.push(`${path.basename(name)} is no JSON`);
  }
  return undefined;
}

function isAllowed(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname } = new URL(url);
  return protocol === 'https:' || (protocol === 'http:' && /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname));
}
