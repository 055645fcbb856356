/** A deployed stage, for the scripts that look after one: its name, its settings as .env has them, and which of them are secrets. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type Env, type GroupName, groups, secretsOf } from '../../lib/config.ts';
import { BadSettings } from '../../lib/errors.ts';
import { readWritten } from '../../local/env-file.ts';
import { botsFolder, useBotsOf } from '../build/bots/folder.ts';
import { type BotFolder, readBots, shown } from '../build/bots/read-bots.ts';
import { CannotRun } from '../cannot-run.ts';

/** As in serverless.yml. */
const SERVICE = 'claude-chat';
const DEFAULT_REGION = 'us-east-1';

const root = path.resolve(import.meta.dirname, '../..');

export interface Stage {
  name: string;
  region: string;
  /** The file its settings are in; the shell's settings beat it. */
  file: string;
  env: Env;
}

/** Throws `CannotRun` for what cannot be a stage's name, and `BadSettings` for a file that cannot be read. */
export function readStage(name: string, { region, shell, folder = root }: StageOptions): Stage {
  if (!/^[a-z][a-z0-9-]{0,19}$/i.test(name)) throw new CannotRun(`"${name}" cannot be the name of a stage.`);
  const { file, env } = readWritten(shell, { stage: name, folder });
  return { name, region: region ?? (env.AWS_REGION || DEFAULT_REGION), file, env };
}

export interface StageOptions {
  region?: string | undefined;
  shell: Env;
  folder?: string;
}

/** AWS_PROFILE and its like from .env hold for our own calls, too, as they do for the framework's; and its bots are ours. */
export function useStage({ env }: Pick<Stage, 'env'>): void {
  useBotsOf(env);
  for (const [name, value] of Object.entries(env)) if (name.startsWith('AWS_') && value) process.env[name] ??= value;
}

export function secretsPath({ name }: Pick<Stage, 'name'>): string {
  return `/${SERVICE}/${name}`;
}

export function stackName({ name }: Pick<Stage, 'name'>): string {
  return `${SERVICE}-${name}`;
}

/** A bot, as far as it names secrets. */
export type Naming = Readonly<{ name: string; secrets: readonly string[] }>;

/** The bots of these settings. Throws `BadSettings`. */
export function botsOf(env: Env): readonly (Naming & Pick<BotFolder, 'http'>)[] {
  return readBots(botsFolder(env));
}

/** The same, none while one is wrong: for whoever tells what is wrong with them besides. */
export function readableBots(env: Env): ReturnType<typeof botsOf> {
  try {
    return botsOf(env);
  } catch (error) {
    if (error instanceof BadSettings) return [];
    throw error;
  }
}

/** Whether somebody puts it right in the bots' folder, and not in .env: it names its file, or the bot. */
export function isOfBots(problem: string, env: Env): boolean {
  return problem.startsWith(shown(botsFolder(env))) || /\bthe bot [a-z]/.test(problem);
}

/** What is marked (secret) in .env.example and, as `<bot>.<NAME>`, what `bots` name, by the name of the group that it is kept in. */
export function secretNames(bots: readonly Naming[]): ReadonlyMap<string, readonly string[]> {
  const example = readFileSync(path.join(root, '.env.example'), 'utf8');
  const marked = new Set([...example.matchAll(/^# ([A-Z_]+)=\S* +# \(secret\)/gm)].map(([, name = '']) => name));
  const entries = groupNames().flatMap((group) => {
    const names = group === 'botSecrets' ? ofBots(bots) : namesIn(group).filter((name) => marked.has(name));
    return secretsOf([group]).map((kept) => [kept, names] as const);
  });
  return new Map(entries);
}

function ofBots(bots: readonly Naming[]): string[] {
  return bots.flatMap(({ name, secrets }) => secrets.map((secret) => `${name}.${secret}`));
}

/** The name under which .env has a secret: a bot's without the bot. */
export function writtenName(name: string): string {
  return name.slice(name.indexOf('.') + 1);
}

/** The value of a secret as .env or the shell has it; nothing for an empty one. */
export function writtenValue(env: Env, name: string): string | undefined {
  return env[writtenName(name)]?.trim() || undefined;
}

function groupNames(): GroupName[] {
  return Object.keys(groups).filter((name): name is GroupName => name in groups);
}

/** The settings that a group looks up, with nothing set and with everything set. */
function namesIn(group: GroupName): string[] {
  const names = new Set<string>();
  for (const answer of [undefined, '1']) {
    const target: Env = {};
    const env = new Proxy(target, {
      get: (_, name) => {
        names.add(String(name));
        return answer;
      },
    });
    groups[group](env, []);
  }
  return [...names];
}
