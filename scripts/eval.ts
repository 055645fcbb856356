/** `npm run eval`: the conversations that the bots must handle, held through the ways of a deployed bot, and judged. */
import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import type { Bot } from '../lib/bots/bot.ts';
import { openSpeech } from '../lib/bots/speech.ts';
import { modelIdOf } from '../lib/claude/models.ts';
import { BadSettings } from '../lib/errors.ts';
import { readWritten } from '../local/env-file.ts';
import { botsFolder, useBotsOf } from './build/bots/folder.ts';
import { CannotRun } from './cannot-run.ts';
import { openAnswering } from './eval/answering.ts';
import { withInstead } from './eval/bots.ts';
import { openJudge } from './eval/judge.ts';
import { type NamedCase, readCases } from './eval/read-cases.ts';
import { type CaseResult, passRate, toJson, toText } from './eval/report.ts';
import { runCase } from './eval/run-case.ts';
import { openWorld } from './eval/world.ts';

const USAGE = [
  'npm run eval [-- --bot <name>] [--case <part of a name>] [--model <id>]… [--prompt <file>] [--repeat <n>] [--threshold <0 to 1>] [--json]',
  '  --model, as often as you like: each case on each of them; --prompt: instead of the text of bot.md, with --bot where there are several bots',
].join('\n');

/** Cases at the same time. */
const AT_ONCE = 4;

try {
  await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof CannotRun || error instanceof BadSettings)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}

async function main(argv: string[]): Promise<void> {
  const wanted = read(argv);
  const { env } = readWritten(process.env);
  useBotsOf(env);
  const { bots } = await import('#bots'); // read as it is imported: not before its folder is known
  const cases = choose(readCases(botsFolder(env), bots), bots, wanted);
  let last = 0;
  const now = () => (last = Math.max(Date.now(), last + 1)); // two messages are never of one moment
  const world = await openWorld(env, now);
  try {
    const { client, settings, store, isOffline } = world;
    const judge = isOffline ? undefined : openJudge(client, modelIdOf(settings.claude.model, settings.claude));
    const speech = openSpeech(bots, settings.speech);
    const models = wanted.models.length > 0 ? wanted.models : [undefined];
    const tried = bots.flatMap((bot) =>
      models.map((model) => ({ model, bot: withInstead(bot, { ...wanted, model }) })),
    );
    const results: CaseResult[] = [];
    for (const { bot } of tried) {
      const own = cases.filter((one) => one.bot === bot.name);
      if (own.length === 0) continue;
      const { chunks = [] } = (await bot.documents?.load()) ?? {};
      const deps = { answering: openAnswering(bot, { client, settings, now }), store, speech, chunks, judge, now };
      const runs = own.flatMap((one) => Array.from({ length: wanted.repeat }, () => one));
      const done = await inPools(runs, (one) => runCase(one, { ...deps, newId: randomUUID }));
      const model = bot.model ?? settings.claude.model;
      for (const one of own) results.push({ of: one, model, runs: done.filter((_, i) => runs[i] === one) });
    }
    console.log(wanted.json ? JSON.stringify(toJson(results, world), null, 2) : toText(results, world));
    if (passRate(results) < wanted.threshold) process.exitCode = 1;
  } finally {
    await world.close();
  }
}

interface Wanted {
  bot: string | undefined;
  caseName: string | undefined;
  models: readonly string[];
  promptFile: string | undefined;
  repeat: number;
  threshold: number;
  json: boolean;
}

function read(argv: string[]): Wanted {
  const { values } = parsed(argv);
  const repeat = Number(values.repeat ?? 1);
  const threshold = Number(values.threshold ?? 1);
  if (!Number.isInteger(repeat) || repeat < 1 || repeat > 100)
    throw new CannotRun('--repeat is a whole number from 1 to 100.');
  if (!(threshold >= 0 && threshold <= 1)) throw new CannotRun('--threshold is a number from 0 to 1.');
  const { bot, model: models = [], prompt: promptFile, json = false } = values;
  return { bot, caseName: values.case, models, promptFile, repeat, threshold, json };
}

function parsed(argv: string[]) {
  try {
    return parseArgs({
      args: argv,
      options: {
        bot: { type: 'string' },
        case: { type: 'string' },
        model: { type: 'string', multiple: true },
        prompt: { type: 'string' },
        repeat: { type: 'string' },
        threshold: { type: 'string' },
        json: { type: 'boolean' },
      },
    });
  } catch (error) {
    throw new CannotRun(`${error instanceof Error ? error.message.split('. ')[0] : ''}\n\n${USAGE}`);
  }
}

function choose(all: readonly NamedCase[], bots: readonly Bot[], { bot, caseName, promptFile }: Wanted): NamedCase[] {
  const names = bots.map(({ name }) => name);
  if (bot !== undefined && !names.includes(bot))
    throw new CannotRun(`There is no bot ${bot}; there are ${names.join(', ')}.`);
  if (promptFile !== undefined && bot === undefined && bots.length > 1)
    throw new CannotRun('--prompt is of one bot: say which one with --bot.');
  const part = caseName?.toLowerCase();
  const chosen = all.filter(
    (one) => (bot === undefined || one.bot === bot) && (part === undefined || one.name.toLowerCase().includes(part)),
  );
  if (chosen.length === 0)
    throw new CannotRun(
      all.length === 0
        ? 'There are no cases: write some into bots/<name>/cases/*.yaml, see docs/evals.md.'
        : `No case is meant by that; there are:\n${all.map((one) => `  ${one.bot}: ${one.name}`).join('\n')}`,
    );
  return chosen;
}

/** The results in the order of the items. */
async function inPools<T, R>(items: readonly T[], run: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let at = 0; at < items.length; at += AT_ONCE)
    results.push(...(await Promise.all(items.slice(at, at + AT_ONCE).map(run))));
  return results;
}
