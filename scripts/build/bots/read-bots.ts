/** The build of bots: a folder of folders → the bots in it, or one error that names every wrong file, key and value. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Bot } from '../../../lib/bots/bot.ts';
import { BadSettings } from '../../../lib/errors.ts';
import type { McpServer } from '../../../lib/tools/mcp/pinned.ts';
import { splitMatter } from '../front-matter.ts';
import { type Front, readFront } from './front.ts';
import { MCP_FILE, readMcp } from './mcp.ts';

/** A bot before its tools and its documents are loaded: the first are code, which a bundle imports, the second a file beside it. */
export interface BotFolder extends Omit<Bot, 'tools' | 'documents'> {
  /** Absolute paths of its tools, in the order of their names. */
  toolFiles: string[];
  /** Absolute path of its documents; there may be none. */
  knowledgeFolder: string;
  /** The MCP servers it uses, with what is pinned of them. */
  mcp: McpServer[];
}

/** `unpinned`: for the command that pins. */
export interface ReadOptions {
  unpinned?: boolean;
}

/** As the names of Lambda's and CloudWatch's dimensions have it. */
const NAME = /^[a-z][a-z0-9-]{0,31}$/;
/** Below the API's limits by far, and more than anybody reads. */
const MAX_PROMPT_BYTES = 200_000;
const HASH_CHARS = 12;

/** Of a file in tools/. */
export const NO_TOOL = 'it exports no tool: export default defineTool({…})';

/** The bots in `folder` (absolute), `default` first. Throws `BadSettings`. */
export function readBots(folder: string, options: ReadOptions = {}): [BotFolder, ...BotFolder[]] {
  const problems: string[] = [];
  const names = existsSync(folder) ? foldersIn(folder) : [];
  if (!names.includes('default'))
    problems.push(`BOTS_DIR (${shown(folder)}) has no folder default with a bot.md in it`);
  const bots = names.flatMap((name) => readBot(folder, name, { problems, ...options }) ?? []);
  problems.push(...sharedIds(bots).map((problem) => `${shown(folder)}: ${problem}`));
  const [first, ...others] = bots.sort((a, b) => Number(b.name === 'default') - Number(a.name === 'default'));
  if (problems.length > 0 || !first) throw new BadSettings(...problems);
  return [first, ...others];
}

function readBot(
  folder: string,
  name: string,
  { problems, unpinned = false }: { problems: string[] } & ReadOptions,
): BotFolder | undefined {
  const file = path.join(folder, name, 'bot.md');
  const report = (problem: string) => problems.push(`${shown(file)}: ${problem}`);
  if (!NAME.test(name)) return void report('the folder’s name must be lower case letters, digits and -, at most 32');
  const text = readText(file);
  if (text === undefined) return void report('there is no such file, or it is not in UTF-8');
  const { data, body } = matterOf(text, report);
  const { front, problems: wrong } = readFront(data);
  for (const problem of wrong) report(problem);
  const prompt = body.trim();
  if (prompt === '') report('the system prompt, the text below the front matter, is empty');
  if (Buffer.byteLength(prompt) > MAX_PROMPT_BYTES) report(`the system prompt is over ${MAX_PROMPT_BYTES / 1000} KB`);
  const all = { ...defaultsOf(name), ...front };
  const toolsFolder = path.join(folder, name, 'tools');
  const { servers, problems: unread } = readMcp(toolsFolder, { secrets: all.secrets, unpinned });
  for (const problem of unread) problems.push(`${shown(path.join(toolsFolder, MCP_FILE))}: ${problem}`);
  return {
    ...all,
    mcp: servers,
    name,
    prompt,
    promptHash: createHash('sha256').update(prompt).digest('hex').slice(0, HASH_CHARS),
    toolFiles: toolsIn(toolsFolder),
    knowledgeFolder: path.join(folder, name, 'knowledge'),
  };
}

function defaultsOf(
  name: string,
): Required<Pick<Front, 'botpress' | 'http' | 'groups' | 'context' | 'knowledge' | 'secrets'>> {
  return { botpress: name === 'default', http: [], groups: 'untilHuman', context: [], knowledge: 'also', secrets: [] };
}

function matterOf(text: string, report: (problem: string) => void) {
  try {
    return splitMatter(text);
  } catch (error) {
    report(`the front matter is no YAML (${error instanceof Error ? error.message.split('\n')[0] : 'unknown error'})`);
    return { data: {}, body: text };
  }
}

/** An id names one bot only, or nobody could say which one is meant. */
function sharedIds(bots: readonly BotFolder[]): string[] {
  const uses = bots.flatMap(({ name, talkjs, chatApi, http }) => [
    ...(talkjs ? [{ name, id: `talkjs: ${talkjs}` }] : []),
    ...(chatApi ? [{ name, id: `chatApi: ${chatApi}` }] : []),
    ...http.map((key) => ({ name, id: `http: ${key}` })),
  ]);
  const shared = Map.groupBy(uses, ({ id }) => id);
  const botpress = bots.filter((bot) => bot.botpress).map(({ name }) => name);
  return [
    ...[...shared].flatMap(([id, users]) =>
      users.length > 1 ? [`${users.map(({ name }) => name).join(' and ')} have the same ${id}`] : [],
    ),
    ...(botpress.length > 1 ? [`${botpress.join(' and ')} have botpress: true, which one bot can have`] : []),
  ];
}

function foldersIn(folder: string): string[] {
  const entries = readdirSync(folder, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .map(({ name }) => name)
    .sort();
}

function toolsIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const isTool = (file: string) => file.endsWith('.ts') && !file.endsWith('.d.ts') && !file.endsWith('.test.ts');
  return readdirSync(folder)
    .filter(isTool)
    .sort()
    .map((file) => path.join(folder, file));
}

function readText(file: string): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file));
  } catch {
    return undefined;
  }
}

/** As the user wrote it: below the working folder where it lies there. */
/** As somebody in front of a terminal would name it. */
export function shown(file: string): string {
  const relative = path.relative(process.cwd(), file);
  return relative.startsWith('..') ? file : relative || '.';
}
