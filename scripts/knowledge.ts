/** `npm run knowledge -- check | search`: what the bots' documents come to, and what a question finds in them. */
import { parseArgs } from 'node:util';
import { readSettings } from '../lib/config.ts';
import { BadSettings } from '../lib/errors.ts';
import { readWritten } from '../local/env-file.ts';
import { botsFolder } from './build/bots/folder.ts';
import { type BotFolder, readBots } from './build/bots/read-bots.ts';
import { readKnowledge } from './build/knowledge/compile.ts';
import { CannotRun } from './cannot-run.ts';
import { report } from './knowledge/check.ts';
import { find, toText } from './knowledge/search.ts';

const USAGE = [
  'npm run knowledge -- check [--bot <name>]',
  '  names every document, its chunks and tokens, what an answer costs, and why a document is not served',
  'npm run knowledge -- search [--json] [--bot <name>] "<question>" …',
  '  shows what each question finds; a | within one separates several queries for it',
].join('\n');

try {
  console.log(await run(process.argv.slice(2)));
} catch (error) {
  if (!(error instanceof CannotRun || error instanceof BadSettings)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}

async function run(argv: string[]): Promise<string> {
  const { values, positionals } = read(argv);
  const [command, ...questions] = positionals;
  const { env } = readWritten(process.env);
  const { inlineTokens } = readSettings(env, ['knowledge']).knowledge;
  const bots = readBots(botsFolder(env));
  if (command === 'check' && questions.length === 0 && !values.json) {
    const wanted = values.bot === undefined ? bots : [named(bots, values.bot)];
    const texts = await Promise.all(
      wanted.map(async (bot) => report(bot, await readKnowledge(bot, inlineTokens), env.CLAUDE_MODEL?.trim())),
    );
    return texts.join('\n\n');
  }
  if (command === 'search' && questions.length > 0) {
    const { chunks } = await readKnowledge(named(bots, values.bot ?? 'default'), inlineTokens);
    const found = find(chunks, questions);
    return values.json ? JSON.stringify(found, null, 2) : toText(found);
  }
  throw new CannotRun(USAGE);
}

function read(argv: string[]) {
  try {
    return parseArgs({
      args: argv,
      allowPositionals: true,
      options: { bot: { type: 'string' }, json: { type: 'boolean' } },
    });
  } catch {
    throw new CannotRun(USAGE);
  }
}

function named(bots: readonly BotFolder[], name: string): BotFolder {
  const bot = bots.find((candidate) => candidate.name === name);
  if (!bot) throw new CannotRun(`There is no bot ${name}; there are ${bots.map((one) => one.name).join(', ')}.`);
  return bot;
}
