/** `npm run bot -- <command>`: looks after the bot, on this machine or, with `--stage <name>`, on a deployed stage. */
import { parseArgs } from 'node:util';
import { CannotRun, type Command } from './bot/command.ts';
import { findPlace } from './bot/place.ts';
import { redriveLogs } from './bot/redrive-logs.ts';

/** By the words that name them, at most two. */
const commands: Record<string, Command> = {
  'redrive logs': redriveLogs,
};

try {
  await run(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof CannotRun ? error.message : error);
  process.exitCode = 1;
}

async function run(argv: string[]): Promise<void> {
  const { values, positionals } = read(argv);
  const length = [2, 1].find((words) => Object.hasOwn(commands, positionals.slice(0, words).join(' '))) ?? 0;
  const command = commands[positionals.slice(0, length).join(' ')];
  const wanted = positionals.slice(length);
  if (!command || wanted.length !== command.takes.length) throw new CannotRun(usage());
  const place = await findPlace(values.stage, process.env);
  console.log(await command.run(place, wanted));
}

function read(argv: string[]) {
  try {
    return parseArgs({ args: argv, allowPositionals: true, options: { stage: { type: 'string' } } });
  } catch {
    throw new CannotRun(usage());
  }
}

function usage(): string {
  const lines = Object.entries(commands).map(
    ([name, { takes, about }]) => `  ${[name, ...takes.map((what) => `<${what}>`)].join(' ').padEnd(28)} ${about}`,
  );
  return ['npm run bot -- <command> [--stage <name>]', ...lines].join('\n');
}
