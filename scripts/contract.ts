/** `npm run contract`: tries what the code takes for granted of each service whose real keys are in .env, and says what is otherwise. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline/promises';
import { parseArgs } from 'node:util';
import { type Env, readSettings } from '../lib/config.ts';
import { BadSettings } from '../lib/errors.ts';
import { readWritten } from '../local/env-file.ts';
import { places, settingsIn } from '../local/settings.ts';
import { CannotRun } from './cannot-run.ts';
import { type Result, type Service, tryAll } from './contract/assumption.ts';
import { botpressService } from './contract/botpress.ts';
import { claudeService } from './contract/claude.ts';
import { reconifyService } from './contract/reconify.ts';
import { talkjsService } from './contract/talkjs.ts';
import { concealing } from './doctor/finding.ts';
import { secretNames } from './stage/stage.ts';

const USAGE = `npm run contract [-- [--yes] [--file <name>]]
  --yes   does not ask before it begins
  --file  where the report goes, contract-report.json otherwise: without keys, ids and words, to be attached to a report`;

const SIGNS = { held: '✓', broken: '✗', 'not tried': '·' };

try {
  await run(process.argv.slice(2));
} catch (error) {
  const isOurs = error instanceof CannotRun || error instanceof BadSettings;
  console.error(isOurs ? error.message : error);
  process.exitCode = 2;
}

async function run(argv: string[]): Promise<void> {
  const { yes, file } = read(argv);
  const { env } = readWritten(process.env);
  const services = servicesIn(env);
  if (services.length === 0)
    throw new CannotRun('No keys are in .env or the shell, so there is nobody to ask. The stand-ins need no check.');
  console.log('This asks the real services, with your keys, what the code takes for granted of them. It leaves:');
  for (const { title, leaves } of services) console.log(`  ${title}: ${leaves}`);
  if (!yes && !(await isAgreed())) return console.log('Nothing was asked.');

  const conceal = concealing([...secretNames([]).values()].flat().flatMap((name) => env[name]?.trim() || []));
  const results: Result[] = [];
  for (const service of services) {
    console.log(`\n${service.title}`);
    const found = await tryAll(service, (result) => console.log(conceal(linesOf(result))));
    results.push(...found);
  }
  const place = path.resolve(file ?? 'contract-report.json');
  writeFileSync(place, `${conceal(JSON.stringify(reportOf(results), null, 2))}\n`);
  const count = (mark: Result['mark']) => results.filter((result) => result.mark === mark).length;
  console.log(
    `\n${count('held')} held, ${count('broken')} broken, ${count('not tried')} not tried. ${place} has it all.`,
  );
  if (count('broken') > 0) process.exitCode = 1;
}

/** Those whose keys are set. Throws `BadSettings` for what is set wrongly. */
function servicesIn(env: Env): Service[] {
  const all = { ...places(), ...settingsIn(env) };
  const { talkjs, botpress, reconify } = readSettings(all, ['talkjs', 'botpress', 'reconify']);
  return [
    ...(env.ANTHROPIC_API_KEY?.trim() && env.CLAUDE_PROVIDER?.trim() !== 'bedrock'
      ? [claudeService(readSettings(all, ['claude']).claude)]
      : []),
    ...(talkjs ? [talkjsService(talkjs)] : []),
    ...(botpress ? [botpressService(botpress)] : []),
    ...(reconify ? [reconifyService(reconify)] : []),
  ];
}

async function isAgreed(): Promise<boolean> {
  if (!process.stdin.isTTY) throw new CannotRun('Nobody is there to be asked: --yes begins without.');
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await terminal.question('Begin? [y/N] ');
  terminal.close();
  return /^y(es)?$/i.test(answer.trim());
}

function linesOf({ mark, claim, found, means }: Result): string {
  const lines = [`  ${SIGNS[mark]} ${claim}`];
  if (mark === 'broken') lines.push(`      came instead: ${found}`, `      → ${means}`);
  if (mark === 'not tried') lines.push(`      not tried: ${found}`);
  return lines.join('\n');
}

function reportOf(results: readonly Result[]): object {
  const own: { version?: string } = JSON.parse(
    readFileSync(path.resolve(import.meta.dirname, '../package.json'), 'utf8'),
  );
  return { at: new Date().toISOString(), version: own.version, node: process.version, results };
}

function read(argv: string[]) {
  try {
    return parseArgs({ args: argv, options: { yes: { type: 'boolean' }, file: { type: 'string' } } }).values;
  } catch {
    throw new CannotRun(USAGE);
  }
}
