/** `npm run mcp -- pin | list | check`: what MCP servers offer a bot, and what of it somebody has read and approved. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { BadSettings } from '../lib/errors.ts';
import { clean } from '../lib/text/clean.ts';
import { McpTrouble, withServer } from '../lib/tools/mcp/client.ts';
import { type ListedTool, nameFor, type PinnedTool, pin, schemaOf } from '../lib/tools/mcp/pinned.ts';
import { readWritten } from '../local/env-file.ts';
import { botsFolder } from './build/bots/folder.ts';
import { MCP_LOCK, type NamedServer, ownOf, readNamed, readPinned } from './build/bots/mcp.ts';
import { readBots } from './build/bots/read-bots.ts';
import { CannotRun } from './cannot-run.ts';

const USAGE = [
  'npm run mcp -- list [--bot <name>]',
  '  what each server of tools/mcp.json offers, and which of it is pinned',
  'npm run mcp -- pin [--bot <name>]',
  '  writes the tools that mcp.json names into tools/mcp.lock.json: read the difference before you commit it',
  'npm run mcp -- check [--bot <name>]',
  '  compares what is pinned with what the servers show now; exit code 1 where they differ',
].join('\n');

const TIMEOUT_MS = 20_000;

try {
  const { text, isFine } = await run(process.argv.slice(2));
  console.log(text);
  if (!isFine) process.exitCode = 1;
} catch (error) {
  if (!(error instanceof CannotRun || error instanceof BadSettings)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}

/** A server, and what it shows at this moment. */
interface Asked {
  server: NamedServer;
  shown: ListedTool[];
}

async function run(argv: string[]): Promise<{ text: string; isFine: boolean }> {
  const { values, positionals } = read(argv);
  const [command = ''] = positionals;
  if (!['pin', 'list', 'check'].includes(command) || positionals.length !== 1) throw new CannotRun(USAGE);
  const { env } = readWritten(process.env);
  const folder = botsFolder(env);
  const bots = readBots(folder, { unpinned: true }).filter(({ name }) => name === (values.bot ?? name));
  if (bots.length === 0) throw new CannotRun(`There is no bot ${values.bot}.`);
  const reports: { text: string; isFine: boolean }[] = [];
  for (const bot of bots) {
    const tools = path.join(folder, bot.name, 'tools');
    const servers = readNamed(tools, []);
    const asked = await Promise.all(servers.map(async (server) => ({ server, shown: await ask(server, env) })));
    const pinned = readPinned(tools, []);
    if (asked.length > 0) reports.push(report(command, `${bot.name}:`, { tools, asked, pinned }));
  }
  if (reports.length === 0) return { text: 'No bot has a tools/mcp.json.', isFine: true };
  return { text: reports.map(({ text }) => text).join('\n\n'), isFine: reports.every(({ isFine }) => isFine) };
}

interface Known {
  tools: string;
  asked: readonly Asked[];
  pinned: Readonly<Record<string, PinnedTool[]>>;
}

function report(command: string, head: string, known: Known): { text: string; isFine: boolean } {
  if (command === 'pin') return { text: [head, ...pinAll(known)].join('\n'), isFine: true };
  const lines = known.asked.flatMap((one) =>
    command === 'list' ? listed(one, known.pinned) : differences(one, known.pinned),
  );
  const isFine = command === 'list' || lines.length === 0;
  return { text: [head, ...(lines.length > 0 ? lines : ['  as pinned'])].join('\n'), isFine };
}

function pinAll({ tools, asked }: Known): string[] {
  const lines: string[] = [];
  const servers = asked.map(({ server, shown }) => {
    const pins = server.tools.flatMap((name): PinnedTool[] => {
      const tool = shown.find((one) => one.name === name);
      const result = tool ? pin(tool) : { refused: `the server ${server.name} has no such tool` };
      if ('refused' in result) throw new CannotRun(`${name}: ${result.refused}.`);
      lines.push(`  ${nameFor(server.name, name)}: ${result.description.split('\n')[0]}`);
      return [result];
    });
    return [server.name, pins] as const;
  });
  writeFileSync(path.join(tools, MCP_LOCK), `${JSON.stringify({ servers: Object.fromEntries(servers) }, null, 2)}\n`);
  return lines;
}

function listed({ server, shown }: Asked, pinned: Known['pinned']): string[] {
  const known = ownOf(pinned, server.name) ?? [];
  return shown.map((tool) => {
    const own = known.find(({ name }) => name === tool.name);
    const state = !server.tools.includes(tool.name) ? 'not used' : own ? 'pinned' : 'not pinned';
    const [about = ''] = (tool.description ?? '').split('\n');
    // Whatever a server says, it must not steer the terminal.
    return clean(`  ${server.name} ${tool.name} (${state}): ${about.slice(0, 100)}`);
  });
}

function differences({ server, shown }: Asked, pinned: Known['pinned']): string[] {
  return server.tools.flatMap((name) => {
    const where = `  ${server.name} ${name}`;
    const own = ownOf(pinned, server.name)?.find((tool) => tool.name === name);
    const now = shown.find((tool) => tool.name === name);
    if (!own) return [`${where} is not pinned`];
    if (!now) return [`${where} is gone: calls of it are refused`];
    const fresh = pin(now);
    if ('refused' in fresh) return [`${where}: ${fresh.refused}`];
    const parts = (['description', 'inputSchema', 'outputSchema', 'annotations'] as const).filter(
      (part) => JSON.stringify(own[part]) !== JSON.stringify(fresh[part]),
    );
    if (parts.length === 0) return [];
    const end = schemaOf(now) === own.schema ? 'is still called, with the words that are pinned' : 'is refused';
    return [
      `${where} ${end}`,
      ...parts.flatMap((part) => [
        `    - ${part}: ${JSON.stringify(own[part])}`,
        `    + ${part}: ${JSON.stringify(fresh[part])}`,
      ]),
    ];
  });
}

/** Secrets as .env and the shell have them. */
async function ask(server: NamedServer, env: Readonly<Record<string, string | undefined>>): Promise<ListedTool[]> {
  const headers = Object.fromEntries(
    Object.entries(server.headers).map(([name, value]) => [
      name,
      value.replace(/\$\{(\w+)\}/g, (_, secret) => {
        const known = env[secret];
        if (!known) throw new CannotRun(`${server.name}: ${secret} has no value, in .env or in the shell.`);
        return known;
      }),
    ]),
  );
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const around = { fetch, signal, openingMs: TIMEOUT_MS, timeoutMs: TIMEOUT_MS };
  try {
    return await withServer({ url: server.url, headers }, around, async ({ tools }) => [...tools]);
  } catch (error) {
    if (error instanceof McpTrouble) throw new CannotRun(`${server.name} (${server.url}): ${error.message}.`);
    throw error;
  }
}

function read(argv: string[]) {
  try {
    return parseArgs({ args: argv, allowPositionals: true, options: { bot: { type: 'string' } } });
  } catch {
    throw new CannotRun(USAGE);
  }
}
