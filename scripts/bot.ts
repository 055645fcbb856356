/** `npm run bot -- <command>`: looks after the bot, on this machine or, with `--stage <name>`, on a deployed stage. */
import { parseArgs } from 'node:util';
import type { NamedKey } from '../lib/config/keys.ts';
import { type Env, groups } from '../lib/config.ts';
import { Later } from '../lib/errors.ts';
import { callersOf } from '../lib/http/access.ts';
import { PLATFORMS } from '../lib/operator/conversation.ts';
import { readWritten } from '../local/env-file.ts';
import type { Command, Options } from './bot/command.ts';
import { dead, dropDead, redriveDead } from './bot/dead.ts';
import { gaps } from './bot/gaps.ts';
import { list } from './bot/list.ts';
import { findPlace } from './bot/place.ts';
import { redriveEvents, redriveRecords } from './bot/redrive-dead.ts';
import { spend } from './bot/spend.ts';
import { verbs } from './bot/verbs.ts';
import { CannotRun } from './cannot-run.ts';
import { explained } from './stage/explain.ts';
import { readStage } from './stage/stage.ts';

/** By the words that name them, at most two. */
const commands: Record<string, Command> = {
  show: verbs.show,
  list,
  gaps,
  redrive: verbs.redrive,
  rate: verbs.rate,
  say: verbs.say,
  pause: verbs.pause,
  resume: verbs.resume,
  block: verbs.block,
  unblock: verbs.unblock,
  export: verbs.export,
  forget: verbs.forget,
  spend,
  'redrive records': redriveRecords,
  'redrive events': redriveEvents,
  dead,
  'dead redrive': redriveDead,
  'dead drop': dropDead,
};

/** How far back `list` and `gaps` look unless told. */
const DAYS = 7;
const MOST_DAYS = 400;

if (import.meta.main) {
  const { code, text } = await bot(process.argv.slice(2), process.env);
  if (code === 0) console.log(text);
  else console.error(text);
  process.exitCode = code;
}

/** What a command prints, and its exit code. Never throws. */
export async function bot(argv: string[], shell: Env): Promise<{ code: 0 | 1; text: string }> {
  try {
    return { code: 0, text: await run(argv, shell) };
  } catch (error) {
    return { code: 1, text: explained(error instanceof Later ? error.cause : error) };
  }
}

async function run(argv: string[], shell: Env): Promise<string> {
  const { values, positionals } = read(argv);
  const length = [2, 1].find((words) => Object.hasOwn(commands, positionals.slice(0, words).join(' '))) ?? 0;
  const command = commands[positionals.slice(0, length).join(' ')];
  const wanted = positionals.slice(length);
  if (positionals.length === 0) throw new CannotRun(usage());
  if (!command) throw misused(`There is no command ${positionals[0]}.`);
  if (!fits(command, wanted)) throw misused(`It is: ${formOf(positionals.slice(0, length).join(' '), command)}.`);
  // Where `npm start` has its PORT from, too.
  const { env } = readWritten(shell);
  const options = toOptions(values, accessKeys(values.stage, { shell, here: env }));
  const place = await findPlace(values.stage, env);
  const { text, json, lines } = await command.run(place, wanted, options);
  return values.json && !lines ? JSON.stringify(json, null, 2) : text;
}

function fits({ takes }: Command, given: readonly string[]): boolean {
  const needed = takes.filter((what) => !what.endsWith('?'));
  return given.length >= needed.length && given.length <= takes.length;
}

function read(argv: string[]) {
  try {
    return parseArgs({
      args: argv,
      allowPositionals: true,
      options: {
        stage: { type: 'string' },
        platform: { type: 'string' },
        user: { type: 'string' },
        days: { type: 'string' },
        json: { type: 'boolean' },
        text: { type: 'boolean' },
        'as-case': { type: 'boolean' },
        failed: { type: 'boolean' },
        by: { type: 'string' },
        waiting: { type: 'boolean' },
        human: { type: 'boolean' },
        disliked: { type: 'boolean' },
        dead: { type: 'boolean' },
      },
    });
  } catch (error) {
    throw misused(error instanceof Error ? `${error.message.split('. ')[0]}.` : 'That cannot be read.');
  }
}

function misused(what: string): CannotRun {
  return new CannotRun(`${what}\n\n${usage()}`);
}

function accessKeys(stage: string | undefined, { shell, here }: { shell: Env; here: Env }): readonly NamedKey[] {
  const env = stage === undefined ? here : readStage(stage, { shell }).env;
  return groups.chat(env, [])?.accessKeys ?? [];
}

function toOptions(
  {
    platform,
    user,
    days,
    text = false,
    'as-case': asCase = false,
    failed = false,
    waiting = false,
    human = false,
    disliked = false,
    dead: isDead = false,
    by = 'user',
  }: ReturnType<typeof read>['values'],
  keys: readonly NamedKey[],
): Options {
  const named = PLATFORMS.find((name) => name === platform);
  if (platform !== undefined && named === undefined)
    throw new CannotRun(`--platform must be one of ${PLATFORMS.join(', ')}.`);
  if (by !== 'user' && by !== 'platform' && by !== 'bot') throw new CannotRun('--by must be user, platform or bot.');
  const count = Number(days ?? DAYS);
  if (!Number.isInteger(count) || count < 1 || count > MOST_DAYS)
    throw new CannotRun(`--days must be a whole number from 1 to ${MOST_DAYS}.`);
  return {
    ...(named ? { platform: named } : {}),
    ...(user === undefined ? {} : { user }),
    callers: callersOf(keys),
    days: count,
    text,
    asCase,
    failed,
    waiting,
    human,
    disliked,
    dead: isDead,
    by,
  };
}

function formOf(name: string, { takes }: Pick<Command, 'takes'>): string {
  return [name, ...takes.map((what) => (what.endsWith('?') ? `[${what.slice(0, -1)}]` : `<${what}>`))].join(' ');
}

function usage(): string {
  const lines = Object.entries(commands).map(([name, { takes, about }]) => {
    return `  ${formOf(name, { takes }).padEnd(34)} ${about}`;
  });
  return [
    'npm run bot -- <command> [--stage <name>] [--platform <name>] [--json]',
    ...lines,
    '',
    'On this machine it looks after what `npm start` runs; --text also shows what was said.',
  ].join('\n');
}
